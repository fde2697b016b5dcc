"""GitHub's REST API, as far as reviews and issues need it.

Source: GitHub, "Using pagination in the REST API".
"""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from modules.errors import ToolError
from ops.pulls.answers import FIRST_PAUSE_SECONDS, MOVED, Answer, GitHubError, accepted, send, wait_seconds

ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 120.0
PAGE = 100
MOST_PAGES = 50
_VERSION = "2022-11-28"
_ABSENT, _LIMITED = 404, 429

__all__ = ["GitHub", "GitHubError", "TooLargeError"]


class TooLargeError(GitHubError):
    """A file is larger than what is taken."""


@dataclass(frozen=True)
class GitHub:
    """The API for one repository.

    Attributes
    ----------
    url
        Its address, without a slash at the end.
    repository
        Owner and name.
    token
        What it is asked with; never printed.
    pause
        Waits for some seconds; tests bring their own.
    """

    url: str
    repository: str
    token: str = field(repr=False)
    pause: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> GitHub:
        """The repository that a workflow runs in.

        Raises
        ------
        ToolError
            A variable is missing.
        """
        missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not environ.get(name)]
        if missing:
            raise ToolError(f"{' and '.join(missing)}: not set; a workflow sets them, the token by `env:`")
        url = environ.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(url.rstrip("/"), environ["GITHUB_REPOSITORY"], environ["GITHUB_TOKEN"])

    def get(self, path: str, **query: str) -> Any:
        """One thing of the repository; `path` counts from it.

        Raises
        ------
        GitHubError
            GitHub refuses it or cannot be reached. This holds for all that follow.
        """
        return _json(self._asked("GET", self._address(path, query)), path)

    def pages(self, path: str, key: str | None = None, **query: str) -> Iterator[Any]:
        """The things of a list, page by page; in the field `key` where the list has a frame.

        A list that is longer than all that is asked for is an error: what is sought might stand behind.
        """
        for page in range(1, MOST_PAGES + 1):
            found = self.get(path, **query, per_page=str(PAGE), page=str(page))
            items = found.get(key) if key and isinstance(found, dict) else found
            if not isinstance(items, list):
                raise GitHubError(f"GitHub: {path}: the answer is no list")
            yield from items
            if len(items) < PAGE:
                return
        raise GitHubError(f"GitHub: {path}: has more than {MOST_PAGES * PAGE:,} entries; wanted fewer")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something. It is sent once: an answer that is lost does not mean that nothing was made."""
        return _json(self._asked("POST", self._address(path), body), path)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something."""
        return _json(self._asked("PATCH", self._address(path), body), path)

    def delete(self, path: str) -> None:
        """Remove something, unless it is gone already."""
        try:
            self._asked("DELETE", self._address(path))
        except GitHubError as error:
            if error.status != _ABSENT:
                raise

    def download(self, path: str, most_bytes: int) -> bytes:
        """A file that GitHub keeps elsewhere; the token is not sent there."""
        answer = self._asked("GET", self._address(path), moves=True)
        if answer.status in MOVED:
            place = answer.headers.get("location", "")
            if urlsplit(place).scheme != urlsplit(self.url).scheme:
                raise GitHubError(f"GitHub: {path}: the file lies at an address that cannot be used")
            request = urllib.request.Request(place)  # noqa: S310  (the scheme is the API's own)
            answer = accepted(self._patiently(request, path, most_bytes=most_bytes + 1), f"GET {path}")
        if len(answer.body) > most_bytes:
            raise TooLargeError(f"GitHub: {path}: larger than {most_bytes:,} bytes")
        return answer.body

    def _address(self, path: str, query: Mapping[str, str] | None = None) -> str:
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return f"{self.url}/repos/{self.repository}/{path}{asked}"

    def _asked(
        self, method: str, address: str, body: Mapping[str, Any] | None = None, *, moves: bool = False
    ) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": _VERSION,
            "User-Agent": "scheduling-agent-monitoring",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310  (GitHub's own)
        path = urlsplit(address).path.partition(f"/repos/{self.repository}/")[2]
        answer = self._patiently(request, path, once=method == "POST")
        return answer if moves and answer.status in MOVED else accepted(answer, f"{method} {path}")

    def _patiently(
        self, request: urllib.request.Request, path: str, *, once: bool = False, most_bytes: int = -1
    ) -> Answer:
        """The first answer that is one: not a fault, and no request to wait."""
        for attempt in range(ATTEMPTS):
            final = attempt == ATTEMPTS - 1
            pause = FIRST_PAUSE_SECONDS * 2**attempt
            try:
                answer = send(request, path, most_bytes)
            except GitHubError:
                if once or final:
                    raise
            else:
                wait = wait_seconds(answer)
                if wait is None:
                    return answer
                pause = wait
            if final or pause > LONGEST_WAIT_SECONDS:
                break
            self.pause(pause)
        raise GitHubError(f"GitHub: {path}: too many requests; run this again later", _LIMITED)


def _json(answer: Answer, path: str) -> Any:
    try:
        return json.loads(answer.body or b"null")
    except ValueError:
        raise GitHubError(f"GitHub: {path}: the answer is not JSON") from None
