"""What the stand-ins received, asked from another process."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass

from modules.errors import ToolError
from ops.local.pagerduty import Event
from ops.local.slack import Post

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
_LONGEST_ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Received:
    """All that came since the last reset."""

    slack: list[Post]
    pagerduty: list[Event]


def received(url: str) -> Received:
    """What came.

    Raises
    ------
    ToolError
        The stand-ins do not answer.
    """
    value = json.loads(_ask(url, "/received", "GET"))
    return Received(
        slack=[Post(**one) for one in value["slack"]], pagerduty=[Event(**one) for one in value["pagerduty"]]
    )


def reset(url: str) -> None:
    """Have them forget it.

    Raises
    ------
    ToolError
        They do not answer.
    """
    _ask(url, "/reset", "POST")


def _ask(url: str, path: str, method: str) -> bytes:
    request = urllib.request.Request(url + path, method=method)  # noqa: S310  (our own loopback address)
    try:
        with _open(request, timeout=_LONGEST_ANSWER_SECONDS) as answer:
            body: bytes = answer.read()
            return body
    except OSError as error:
        raise ToolError(f"the stand-ins do not answer: {error}; run `python -m ops local up` again") from None
