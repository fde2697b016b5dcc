"""HCP Terraform's API as far as docs/hcp.md calls it, in the forms that its documentation shows."""

from __future__ import annotations

import io
import json
import posixpath
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ops.local.servers import Act, Endpoint, Exchange, reply

Tree = dict[str, Any]
TOKEN = "a-token-of-a-team"
OBJECTS = "/v1/object/"


@dataclass
class Hcp:
    """What was asked, and how far things are.

    Attributes
    ----------
    states
        What the run is, question by question; the last one stays.
    stages
        How its stages ended, that of the policies among them.
    uploads
        What a configuration version is, question by question.
    versions
        What a version of the policy set is.
    directories
        The working directory of a workspace, by name, where it has one.
    failures
        How the next calls that only read fail.
    forbidden
        A path that the token may not read.
    """

    address: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=lambda: ["planning", "planned_and_finished"])
    stages: list[tuple[str, str]] = field(default_factory=list)
    uploads: list[str] = field(default_factory=lambda: ["pending", "uploaded"])
    versions: list[str] = field(default_factory=lambda: ["pending", "ready"])
    directories: dict[str, str] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    forbidden: str = ""

    def sent(self, method: str, path: str) -> list[Any]:
        """The bodies that came to a path."""
        return [body for kind, place, body in self.asked if (kind, place) == (method, path)]

    def act(self, exchange: Exchange) -> Act:
        """Answer one request."""
        method, path, body = exchange.command, exchange.path.removeprefix("/api/v2"), exchange.body
        if path.startswith(OBJECTS):
            self.asked.append((method, path, body))
            if path == f"{OBJECTS}configuration":
                self._unpack(body)
            return reply(200)
        self.asked.append((method, path, json.loads(body) if body else None))
        if exchange.headers.get("Authorization") != f"Bearer {TOKEN}":
            return reply(401)
        if path == self.forbidden:
            return reply(403)
        if method == "GET" and self.failures:
            return reply(self.failures.pop(0))
        found = self._looked_up(method, path) or self._made(method, path)
        return reply(404) if found is None else reply(200, json.dumps({"data": found}))

    def _unpack(self, archive: bytes) -> None:
        """Terraform starts in the working directory of the workspace, and finds a configuration or fails."""
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as found:
            names = {posixpath.normpath(name) for name in found.getnames()}
        folder = self.directories.get("scheduling-agent-us-east-1", "")
        if posixpath.normpath(f"./{folder}/cdk.tf.json") not in names:
            self.states = ["errored"]

    def _looked_up(self, method: str, path: str) -> Any:
        workspace = re.fullmatch(r"/organizations/my-org/workspaces/([\w-]+)", path)
        states = {
            "/runs/run-1": self.states,
            "/configuration-versions/cv-1": self.uploads,
            "/policy-set-versions/polsetver-1": self.versions,
        }
        if method != "GET":
            return None
        if workspace:
            folder = self.directories.get(workspace[1])
            return {"id": f"ws-{workspace[1]}", "attributes": {"working-directory": folder}}
        return {"attributes": {"status": _next(states[path])}} if path in states else None

    def _made(self, method: str, path: str) -> Any:
        workspace = "/workspaces/ws-scheduling-agent-us-east-1"
        upload = f"{self.address}{OBJECTS}"
        answers: dict[tuple[str, str], Any] = {
            ("GET", "/runs/run-1/task-stages"): [
                {"attributes": {"stage": stage, "status": status}} for stage, status in self.stages
            ],
            ("POST", "/organizations/my-org/workspaces"): {"id": "ws-1"},
            ("POST", f"{workspace}/vars"): {"id": "var-1"},
            ("POST", f"{workspace}/run-triggers"): {"id": "rt-1"},
            ("POST", f"{workspace}/configuration-versions"): {
                "id": "cv-1",
                "attributes": {"upload-url": f"{upload}configuration"},
            },
            ("POST", "/runs"): {"id": "run-1"},
            ("POST", "/organizations/my-org/policy-sets"): {"id": "polset-1"},
            ("POST", "/policy-sets/polset-1/versions"): {
                "id": "polsetver-1",
                "links": {"upload": f"{upload}policies"},
            },
        }
        return answers.get((method, path))


def _next(states: list[str]) -> str:
    """The last one stays."""
    return states.pop(0) if len(states) > 1 else states[0]


@contextmanager
def standing_in() -> Iterator[Hcp]:
    """A stand-in on a free port of this machine."""
    hcp = Hcp()
    with Endpoint(hcp.act) as endpoint:
        hcp.address = endpoint.url
        yield hcp
