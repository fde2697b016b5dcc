"""One comment on a pull request: made once, then changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ops.pulls.answers import FIRST_PAUSE_SECONDS
from ops.pulls.bodies import fitted
from ops.pulls.github import GitHub, GitHubError

MARKER = "<!-- monitoring-review -->"
AUTHOR = "github-actions[bot]"
ATTEMPTS = 3


def put(github: GitHub, pull: int, parts: Sequence[str], footer: str) -> str:
    """Show the parts in the one comment of a pull request.

    Others may write the marker, too: only a comment of our own is changed. Should two runs have made one
    each, the younger ones go.

    Returns
    -------
    str
        What was done: `made`, `changed` or `kept`.

    Raises
    ------
    GitHubError
        GitHub refuses it.
    """
    body = fitted(MARKER, parts, footer)
    for attempt in range(ATTEMPTS - 1):
        try:
            return _put(github, pull, body)
        except GitHubError as error:
            if not error.uncertain:
                raise
            # An answer got lost: whether there is a comment now is found out by looking again.
            github.pause(FIRST_PAUSE_SECONDS * 2**attempt)
    return _put(github, pull, body)


def _put(github: GitHub, pull: int, body: str) -> str:
    found = list(own(github.pages(f"issues/{pull}/comments"), MARKER))
    if not found:
        github.post(f"issues/{pull}/comments", {"body": body})
        return "made"
    first, *others = found
    for other in others:
        github.delete(f"issues/comments/{other['id']}")
    if _same(first["body"], body):
        return "kept"
    github.patch(f"issues/comments/{first['id']}", {"body": body})
    return "changed"


def own(items: Iterator[Any], marker: str) -> Iterator[Any]:
    """The comments or issues that begin with our marker and are by us, oldest first."""
    for item in items:
        match item:
            case {"id": int(), "user": {"login": str(author)}, "body": str(body)}:
                if author == AUTHOR and body.startswith(marker) and "pull_request" not in item:
                    yield item


def _same(one: str, other: str) -> bool:
    """GitHub keeps line ends in its own way."""
    return one.replace("\r\n", "\n").strip() == other.strip()
