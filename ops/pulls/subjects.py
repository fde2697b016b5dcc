"""Which pull request a run was for: its own artifact says it, and is believed as far as GitHub agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.pulls.github import GitHub, GitHubError

WORKFLOW = ".github/workflows/pull-request.yml"
FILE = "pull.json"
ARTIFACT = "synthesized"
_ABSENT = 404


@dataclass(frozen=True)
class Run:
    """A finished run of the workflow that synthesizes a pull request.

    Attributes
    ----------
    head
        The commit it ran for.
    pulls
        The pull requests that GitHub itself names for it: none if they come from a fork.
    """

    number: int
    head: str
    pulls: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pull:
    """An open pull request at the commit that a run was for.

    Attributes
    ----------
    head
        The commit.
    merged
        The commit that GitHub made to try the merge, if there is one; its files are what would be merged.
    ours
        Whether it comes from a branch of this repository, and not from a fork.
    """

    number: int
    head: str
    merged: str
    ours: bool


def run_of(github: GitHub, number: int) -> Run:
    """A run, if it is a finished one of the right workflow.

    Raises
    ------
    ToolError
        It is another one.
    GitHubError
        GitHub does not say.
    """
    match github.get(f"actions/runs/{number}"):
        case {
            "event": "pull_request",
            "status": "completed",
            "conclusion": "success",
            "path": str(path),
            "head_sha": str(head),
            **more,
        } if path.partition("@")[0] == WORKFLOW:
            return Run(number, head, tuple(_pulls(more.get("pull_requests"))))
    raise ToolError(f"run {number}: is no successful run of {WORKFLOW} on a pull request")


def pull_of(github: GitHub, run: Run, number: int) -> Pull | None:
    """A pull request; None if it is closed, or not at the commit of the run.

    Raises
    ------
    GitHubError
        GitHub does not say.
    """
    match github.get(f"pulls/{number}"):
        case {
            "number": int(number),
            "state": "open",
            "head": {"sha": str(head), "repo": source},
            "base": {"repo": {"full_name": str(target)}},
            "merge_commit_sha": str() | None as merged,
        } if head == run.head and target.casefold() == github.repository.casefold():
            tried = merged if merged and _merges(github, merged, head) else head
            return Pull(number, head, tried, _name(source).casefold() == target.casefold())
    return None


def _merges(github: GitHub, commit: str, head: str) -> bool:
    """Whether a commit merges this head: GitHub makes it anew only some time after a push."""
    try:
        found: Any = github.get(f"git/commits/{commit}")
    except GitHubError as error:
        if error.status != _ABSENT:
            raise
        return False
    parents = found.get("parents") if isinstance(found, Mapping) else None
    return isinstance(parents, list) and head in (
        one.get("sha") for one in parents if isinstance(one, Mapping)
    )


def _pulls(found: Any) -> Iterator[int]:
    for item in found if isinstance(found, list) else ():
        match item:
            case {"number": int(number)}:
                yield number


def number_in(folder: Path) -> int:
    """The pull request that an artifact names.

    Raises
    ------
    ToolError
        It names none.
    """
    try:
        found: Any = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        found = None
    number = found.get("number") if isinstance(found, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
        raise ToolError(f'{FILE}: names no pull request; wanted {{"number": 1}}')
    return number


def _name(source: Any) -> str:
    """The repository that a pull request comes from; a fork may be deleted meanwhile."""
    name = source.get("full_name") if isinstance(source, Mapping) else None
    return name if isinstance(name, str) else ""
