"""HCP Terraform's API as far as docs/hcp.md calls it, in the forms that its documentation shows."""

from __future__ import annotations

import json
import re
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
    """

    address: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=lambda: ["planning", "planned_and_finished"])
    stages: list[str] = field(default_factory=list)

    def sent(self, method: str, path: str) -> list[Any]:
        """The bodies that came to a path."""
        return [body for kind, place, body in self.asked if (kind, place) == (method, path)]

    def act(self, exchange: Exchange) -> Act:
        """Answer one request."""
        method, path, body = exchange.command, exchange.path.removeprefix("/api/v2"), exchange.body
        if path.startswith(OBJECTS):
            self.asked.append((method, path, body))
            return reply(200)
        self.asked.append((method, path, json.loads(body) if body else None))
        if exchange.headers.get("Authorization") != f"Bearer {TOKEN}":
            return reply(401)
        found = self._looked_up(method, path) or self._made(method, path)
        return reply(404) if found is None else reply(200, json.dumps({"data": found}))

    def _looked_up(self, method: str, path: str) -> Any:
        workspace = re.fullmatch(r"/organizations/my-org/workspaces/([\w-]+)", path)
        if method != "GET":
            return None
        if workspace:
            return {"id": f"ws-{workspace[1]}"}
        if path == "/runs/run-1":
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return {"attributes": {"status": state}}
        if path == "/configuration-versions/cv-1":
            return {"attributes": {"status": "uploaded"}}
        return None

    def _made(self, method: str, path: str) -> Any:
        workspace = "/workspaces/ws-scheduling-agent-us-east-1"
        upload = f"{self.address}{OBJECTS}"
        answers: dict[tuple[str, str], Any] = {
            ("GET", "/runs/run-1/task-stages"): [{"attributes": {"status": one}} for one in self.stages],
            ("POST", "/organizations/my-org/workspaces"): {"id": "ws-1"},
            ("POST", f"{workspace}/vars"): {"id": "var-1"},
            ("POST", f"{workspace}/run-triggers"): {"id": "rt-1"},
            ("POST", f"{workspace}/configuration-versions"): {
                "id": "cv-1",
                "attributes": {"upload-url": f"{upload}configuration"},
            },
            ("POST", "/runs"): {"id": "run-1"},
            ("POST", "/organizations/my-org/policy-sets"): {"id": "polset-1"},
            ("POST", "/policy-sets/polset-1/versions"): {"links": {"upload": f"{upload}policies"}},
        }
        return answers.get((method, path))


@contextmanager
def standing_in() -> Iterator[Hcp]:
    """A stand-in on a free port of this machine."""
    hcp = Hcp()
    with Endpoint(hcp.act) as endpoint:
        hcp.address = endpoint.url
        yield hcp
