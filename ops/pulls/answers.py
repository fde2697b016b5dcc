"""Requests to GitHub, sent once, and what the answers mean.

Source: GitHub, "Rate limits for the REST API": 403 or 429 with `retry-after`, or with
`x-ratelimit-remaining: 0` and the time in `x-ratelimit-reset`.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from modules.errors import MonitoringError
from ops.pulls.texts import harmless

TIMEOUT_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 1.0
MOVED = (301, 302, 303, 307, 308)
_FORBIDDEN, _LIMITED, _SERVER_FAULT = 403, 429, 500
_RIGHTS = {401: "the token is not accepted", 403: "the token may not do this", 404: "there is no such thing"}


class GitHubError(MonitoringError):
    """GitHub refused something, or cannot be reached; `status` is None without an answer."""

    def __init__(self, text: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(text)

    @property
    def uncertain(self) -> bool:
        """Whether GitHub may have done it all the same."""
        return self.status is None or self.status >= _SERVER_FAULT


class _AsTheyAre(urllib.request.HTTPErrorProcessor):
    """Hands every answer back and follows none: urllib would send the token to whatever host one names."""

    def http_response(self, request: Any, response: Any) -> Any:  # noqa: ARG002  (as the base class has it)
        """Leave the answer as it is."""
        return response

    https_response = http_response


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def send(request: urllib.request.Request, path: str, most_bytes: int = -1) -> Answer:
    """The answer to a request; `path` tells in messages what was asked for.

    Raises
    ------
    GitHubError
        There is none, or the server is at fault.
    """
    opener = urllib.request.build_opener(_AsTheyAre())
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as found:
            headers = {name.lower(): value for name, value in found.headers.items()}
            answer = Answer(found.status, found.read(most_bytes), headers)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise GitHubError(f"GitHub: {path}: cannot be reached: {harmless(str(reason))}") from None
    if answer.status >= _SERVER_FAULT:
        raise GitHubError(f"GitHub: {path}: answered {answer.status}; try later", answer.status)
    return answer


def wait_seconds(answer: Answer) -> float | None:
    """The seconds to wait if there were too many requests; 403 means other things, too."""
    after = answer.headers.get("retry-after", "")
    if answer.status not in (_FORBIDDEN, _LIMITED):
        return None
    if after.isdigit():
        return float(after)
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        return max(1.0, float(reset) - time.time()) if reset.isdigit() else FIRST_PAUSE_SECONDS
    return FIRST_PAUSE_SECONDS if answer.status == _LIMITED else None


def accepted(answer: Answer, asked: str) -> Answer:
    """The answer, if GitHub did what it was asked.

    Raises
    ------
    GitHubError
        It did not.
    """
    if answer.status < min(MOVED):
        return answer
    mend = _RIGHTS.get(answer.status, "GitHub refuses this")
    hint = "; see the job's `permissions:`" if answer.status in _RIGHTS else ""
    text = f"GitHub: {asked}: {answer.status}: {mend}{hint}{_message(answer.body)}"
    raise GitHubError(text, answer.status)


def _message(body: bytes) -> str:
    try:
        message = json.loads(body).get("message")
    except (ValueError, AttributeError):
        message = None
    return f" ({harmless(str(message)[:200])})" if message else ""
