"""What a job of strangers handed on: fetched, believed where GitHub agrees, and inspected."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.pulls.archives import fetch
from ops.pulls.folders import InspectionError, Stack, inspected
from ops.pulls.github import GitHub
from ops.pulls.plans import EMPTY
from ops.pulls.reviews import STOP, Outcome
from ops.pulls.subjects import ARTIFACT, Pull, pull_of, run_of
from ops.pulls.targets import Target, every, matrix, reachable
from ops.pulls.texts import fenced

REFUSED = "synthesized-folder"
MOST_FINDINGS = 30


@dataclass(frozen=True)
class Receipt:
    """What there is to do for a pull request.

    Attributes
    ----------
    pull
        None if there is nothing to do: it has moved on, or is closed.
    stacks
        The stacks that base and head have.
    live
        Those of them that are planned against what is deployed.
    refusal
        The outcome, if the folder holds what it must not.
    """

    pull: Pull | None
    stacks: tuple[str, ...] = ()
    live: tuple[Target, ...] = ()
    refusal: Outcome | None = None

    def outputs(self) -> dict[str, Any]:
        """For the jobs that follow."""
        planned = {target.stack for target in self.live}
        expected = [self.refusal.stack] if self.refusal else list(self.stacks)
        return {
            "number": str(self.pull.number) if self.pull else "",
            "head": self.pull.head if self.pull else "",
            "merged": self.pull.merged if self.pull else "",
            "stacks": expected,
            "live": matrix(list(self.live)),
            "rest": [name for name in self.stacks if name not in planned],
        }


def received(github: GitHub, run: int, folder: Path, config: Path) -> Receipt:
    """Fetch what a run synthesized into `folder`: ``synthesized``, with ``base`` and ``head`` in it.

    Raises
    ------
    ToolError
        The run is another one, or what it handed on cannot be unpacked safely.
    GitHubError
        GitHub does not answer.
    """
    known = run_of(github, run)
    if not fetch(github, run, lambda name: name == ARTIFACT, folder):
        raise ToolError(f"run {run}: has no artifact {ARTIFACT}; run its workflow again")
    folder = folder / ARTIFACT
    pull = pull_of(github, known, folder)
    if pull is None:
        return Receipt(None)
    try:
        base, head = inspected(folder / "base"), inspected(folder / "head")
    except InspectionError as error:
        return Receipt(pull, refusal=_refusal(error))
    return Receipt(pull, tuple(sorted(base | head)), _live(pull, head, config))


def _live(pull: Pull, head: dict[str, Stack], config: Path) -> tuple[Target, ...]:
    """A fork gets no identity, so that nothing of the account can be seen through its plans."""
    found = reachable(every(config, os.environ)) if pull.ours else []
    return tuple(target for target in found if target.stack in head)


def _refusal(error: InspectionError) -> Outcome:
    more = len(error.findings) - MOST_FINDINGS
    lines = [*error.findings[:MOST_FINDINGS], *([f"… and {more} more"] if more > 0 else [])]
    text = (
        "**Refused.** What this change generates holds what a review must not let Terraform see:\n\n"
        f"{fenced(chr(10).join(lines))}\n\n"
        "If it is meant, teach `ops/pulls/blocks.py` first, in a change of its own."
    )
    return Outcome(REFUSED, EMPTY, STOP, changed=True, markdown=text)
