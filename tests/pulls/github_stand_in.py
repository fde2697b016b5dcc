"""GitHub's REST API as far as it is used here, on a free port: it keeps what it is told, and has bad days."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ops.pulls.github import GitHub

REPOSITORY, TOKEN = "team/monitoring", "ghs_stand_in"
BOT = "github-actions[bot]"
HEAD, MERGED, MAIN = "a" * 40, "b" * 40, "d" * 40
LONGEST_BODY = 65_536
PULL, RUN = 7, 4711

Tree = dict[str, Any]


@dataclass(frozen=True)
class BadDay:
    """One answer that is not the usual one; `done` tells whether the request is carried out all the same."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"message": "bad day"}'
    done: bool = False


@dataclass
class Hub:
    """What GitHub knows.

    Attributes
    ----------
    bad_days
        By method: how the next requests are answered.
    requests
        Method and path of each, in order.
    blobs_with_token
        Paths that were asked of the place of files together with the token.
    newest
        Where `main` is.
    parents
        Of each commit.
    bad_files
        How the place of files answers the next requests.
    permissions
        What the token may do, as a job says it; None if it may do everything.
    """

    comments: list[Tree] = field(default_factory=list)
    issues: list[Tree] = field(default_factory=list)
    statuses: list[Tree] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    configs: dict[str, bytes] = field(default_factory=dict)
    runbooks: list[str] = field(default_factory=list)
    run: Tree = field(default_factory=dict)
    pull: Tree = field(default_factory=dict)
    bad_days: dict[str, list[BadDay]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    blobs_with_token: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    token: str = "signed.by.github"
    newest: str = MAIN
    environments: dict[str, Tree] = field(default_factory=dict)
    permissions: Mapping[str, str] | None = None
    parents: dict[str, tuple[str, ...]] = field(default_factory=lambda: {MERGED: (MAIN, HEAD)})
    bad_files: list[int] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.run = {
            "id": RUN,
            "event": "pull_request",
            "status": "completed",
            "conclusion": "success",
            "path": ".github/workflows/pull-request.yml",
            "head_sha": HEAD,
        }
        self.pull = {
            "number": PULL,
            "state": "open",
            "head": {"sha": HEAD, "repo": {"full_name": REPOSITORY}},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
            "merge_commit_sha": MERGED,
        }
        self.environments = {"prod-plan": environment(), "prod": environment("a-person")}

    @property
    def api(self) -> GitHub:
        return GitHub(self.url, REPOSITORY, TOKEN, pause=self.pauses.append)

    @property
    def environ(self) -> dict[str, str]:
        """What a runner sets."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_RUN_ID": str(RUN),
            "GITHUB_SHA": MAIN,
            "GITHUB_REF": "refs/heads/main",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def comment(self, body: str, author: str = BOT) -> Tree:
        made = {"id": 100 + len(self.comments), "user": {"login": author}, "body": body}
        self.comments.append(made)
        return made

    def issue(self, body: str, author: str = BOT, **more: Any) -> Tree:
        number = 1 + len(self.issues)
        made = {"id": number, "number": number, "user": {"login": author}, "body": body, "state": "open"}
        self.issues.append(made | {"said": []} | more)
        return self.issues[-1]

    def may(self, method: str, path: str) -> bool:
        """Whether the job's `permissions:` cover a request."""
        if self.permissions is None:
            return True
        rights = [right for pattern, right in _RIGHTS.items() if re.match(pattern, path)]
        given = self.permissions.get(rights[0]) if rights else None
        return given == "write" or (given == "read" and method == "GET")

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
        for pattern, act in _ROUTES.items():
            wanted, _, place = pattern.partition(" ")
            match = re.fullmatch(f"/repos/{REPOSITORY}/{place}", path)
            if match and wanted == method:
                if not self.may(method, path.removeprefix(f"/repos/{REPOSITORY}/")):
                    return 403, {"message": "Resource not accessible by integration"}
                found: tuple[int, Any] = act(self, match, query, body)
                return found
        return 404, {"message": "Not Found"}


def environment(*reviewers: str, branches: bool = True, admits: tuple[str, ...] = ("main",)) -> Tree:
    """An environment as GitHub tells of it; what it admits is told by itself."""
    people = [{"type": "User", "reviewer": {"login": name}} for name in reviewers]
    approving = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": people}
    policy = {"protected_branches": False, "custom_branch_policies": True}
    return {
        "protection_rules": [{"type": "branch_policy"}] * branches + [approving] * bool(people),
        "deployment_branch_policy": policy if branches else None,
        "admits": admits,
    }


def _environment(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    found = hub.environments.get(match[1])
    if found is None:
        return 404, {"message": "Not Found"}
    return 200, {key: value for key, value in found.items() if key != "admits"}


def _admitted(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    names = [{"name": name} for name in hub.environments[match[1]]["admits"]]
    return 200, {"total_count": len(names), "branch_policies": _page(names, query)}


def _commit(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    if match[1] not in hub.parents:
        return 404, {"message": "Not Found"}
    return 200, {"sha": match[1], "parents": [{"sha": parent} for parent in hub.parents[match[1]]]}


def _page(items: list[Any], query: Mapping[str, str]) -> list[Any]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[(page - 1) * size : page * size]


def _make_comment(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    if len(body["body"]) > LONGEST_BODY:
        return 422, {"message": "Validation Failed", "errors": [{"message": "body is too long"}]}
    number = int(match[1])
    if number == PULL:
        return 201, hub.comment(body["body"])
    issue = next(one for one in hub.issues if one["number"] == number)
    issue["said"].append(body["body"])
    return 201, {}


def _change_comment(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    found = next((one for one in hub.comments if one["id"] == int(match[1])), None)
    if found is None or len(body["body"]) > LONGEST_BODY:
        return (404 if found is None else 422), {"message": "no"}
    found["body"] = body["body"]
    return 200, found


def _drop_comment(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    hub.comments = [one for one in hub.comments if one["id"] != int(match[1])]
    return 204, None


def _list_issues(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    return 200, _page([one for one in hub.issues if one["state"] == query.get("state", "open")], query)


def _make_issue(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    if len(body["body"]) > LONGEST_BODY:
        return 422, {"message": "Validation Failed"}
    return 201, hub.issue(body["body"], title=body["title"])


def _change_issue(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    found = next(one for one in hub.issues if one["number"] == int(match[1]))
    found.update(body)
    return 200, found


def _set_status(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    if len(body["description"]) > 140:
        return 422, {"message": "description is too long"}
    hub.statuses.append({"sha": match[1], **body})
    return 201, body


def _list_artifacts(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    found = [
        {"id": number, "name": name, "expired": False} for number, name in enumerate(hub.artifacts, start=1)
    ]
    return 200, {"total_count": len(found), "artifacts": _page(found, query)}


def _list_configs(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    assert query["ref"] == MERGED
    return 200, [{"name": name, "type": "file"} for name in hub.configs]


def _list_runbooks(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    assert query["ref"] == MERGED
    return 200, [{"name": name, "type": "file"} for name in hub.runbooks]


def _config(hub: Hub, match: re.Match[str], query: Mapping[str, str], body: Tree) -> tuple[int, Any]:
    assert query["ref"] == MERGED
    content = base64.encodebytes(hub.configs[match[1]]).decode()
    return 200, {"type": "file", "encoding": "base64", "content": content, "name": match[1]}


_ROUTES: Mapping[str, Any] = {
    rf"GET issues/{PULL}/comments": lambda hub, match, query, body: (200, _page(hub.comments, query)),
    r"POST issues/(\d+)/comments": _make_comment,
    r"PATCH issues/comments/(\d+)": _change_comment,
    r"DELETE issues/comments/(\d+)": _drop_comment,
    r"GET issues": _list_issues,
    r"POST issues": _make_issue,
    r"PATCH issues/(\d+)": _change_issue,
    r"POST statuses/(\w+)": _set_status,
    rf"GET actions/runs/{RUN}": lambda hub, match, query, body: (200, hub.run),
    rf"GET actions/runs/{RUN}/artifacts": _list_artifacts,
    rf"GET pulls/{PULL}": lambda hub, match, query, body: (200, hub.pull),
    r"GET contents/config": _list_configs,
    r"GET contents/docs/runbooks": _list_runbooks,
    r"GET contents/config/([\w.-]+)": _config,
    r"GET git/ref/heads/main": lambda hub, match, query, body: (200, {"object": {"sha": hub.newest}}),
    r"GET git/commits/(\w+)": _commit,
    r"GET environments/([\w-]+)": _environment,
    r"GET environments/([\w-]+)/deployment-branch-policies": _admitted,
}
# Source: GitHub, "Permissions required for GitHub Apps", for the token of a workflow.
_RIGHTS: Mapping[str, str] = {
    rf"issues/({PULL}/)?comments": "pull-requests",
    r"issues": "issues",
    r"pulls/": "pull-requests",
    r"statuses/": "statuses",
    r"(actions|environments)/": "actions",
    r"(contents|git)/": "contents",
    r"identity": "id-token",
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.requests.append((self.command, parts.path))
        token = self.headers.get("Authorization")
        if parts.path.startswith("/files/"):
            self._file(parts.path, token)
        elif parts.path == "/identity" and not self.hub.may("POST", "identity"):
            self._reply(403, {"message": "no"})
        elif parts.path == "/identity":
            self._reply(200, {"value": self.hub.token} if query["audience"] == "sts.amazonaws.com" else {})
        elif token != f"Bearer {TOKEN}":
            self._reply(401, {"message": "Bad credentials"})
        else:
            self._api(parts.path, query, json.loads(data or b"{}"))

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  (the names that the base class calls)

    def _api(self, path: str, query: Mapping[str, str], body: Tree) -> None:
        waiting = self.hub.bad_days.get(self.command, [])
        bad = waiting.pop(0) if waiting else None
        if bad is None or bad.done:
            archive = re.fullmatch(rf"/repos/{REPOSITORY}/actions/artifacts/(\d+)/zip", path)
            if archive and not self.hub.may(self.command, "actions/"):
                self._reply(403, {"message": "Resource not accessible by integration"})
                return
            if archive:
                self._reply(302, None, {"Location": f"{self.hub.url}/files/{archive[1]}"})
                return
            status, answer = self.hub.answer(self.command, path, query, body)
        if bad is None:
            self._reply(status, answer)
        else:
            self._send(bad.status, bad.body.encode(), bad.headers)

    def _file(self, path: str, token: str | None) -> None:
        if token is not None:
            self.hub.blobs_with_token.append(path)
        if self.hub.bad_files:
            self._send(self.hub.bad_files.pop(0), b"", {})
            return
        name = list(self.hub.artifacts)[int(path.rpartition("/")[2]) - 1]
        self._send(200, self.hub.artifacts[name], {})

    def _reply(self, status: int, answer: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, b"" if answer is None else json.dumps(answer).encode(), headers or {})

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def running() -> Iterator[Hub]:
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running() as found:
        for name, value in found.environ.items():
            monkeypatch.setenv(name, value)
        yield found


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as GitHub hands an artifact out; the same bytes at any time, for they are in names of tests."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()
