"""The check on a commit: runs that another run started do not show on a pull request by themselves."""

from __future__ import annotations

from collections.abc import Mapping

from ops.pulls.github import GitHub
from ops.pulls.reviews import FINE, STOP, UNUSABLE

CONTEXT = "monitoring review"
_STATES: Mapping[int, tuple[str, str]] = {
    FINE: ("success", "Nothing is weakened that nobody accepted"),
    STOP: ("failure", "It must not pass as it is: see the comment"),
    UNUSABLE: ("error", "There is no review: see the run"),
}


def set_status(github: GitHub, commit: str, status: int, url: str) -> str:
    """Say on a commit how its review ended; returns the state.

    Raises
    ------
    GitHubError
        GitHub refuses it.
    """
    state, text = _STATES[status]
    link = {"target_url": url} if url else {}
    body = {"state": state, "context": CONTEXT, "description": text, **link}
    github.post(f"statuses/{commit}", body)
    return state
