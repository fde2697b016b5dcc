"""Which pull request a run was for: its own artifact says it, and is believed as far as GitHub agrees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.pulls.github import GitHub

WORKFLOW = ".github/workflows/pull-request.yml"
FILE = "pull.json"
ARTIFACT = "synthesized"


@dataclass(frozen=True)
class Run:
    """A finished run of the workflow that synthesizes a pull request; `head` is the commit it ran for."""

    number: int
    head: str


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
        } if path.partition("@")[0] == WORKFLOW:
            return Run(number, head)
    raise ToolError(f"run {number}: is no successful run of {WORKFLOW} on a pull request")


def pull_of(github: GitHub, run: Run, folder: Path) -> Pull | None:
    """The pull request that an artifact names; None if it is closed, or not at this commit.

    Raises
    ------
    ToolError
        The artifact names none.
    GitHubError
        GitHub does not say.
    """
    match github.get(f"pulls/{_number(folder / FILE)}"):
        case {
            "number": int(number),
            "state": "open",
            "head": {"sha": str(head), "repo": source},
            "base": {"repo": {"full_name": str(target)}},
            "merge_commit_sha": str() | None as merged,
        } if head == run.head and target.casefold() == github.repository.casefold():
            return Pull(number, head, merged or head, _name(source).casefold() == target.casefold())
    return None


def _number(path: Path) -> int:
    try:
        found: Any = json.loads(path.read_bytes())
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
