"""What a job of strangers handed on: fetched, believed where GitHub agrees, and inspected."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.pulls.archives import fetch
from ops.pulls.folders import InspectionError, Stack, inspected
from ops.pulls.github import GitHub
from ops.pulls.plans import EMPTY
from ops.pulls.reviews import STOP, UNUSABLE, Outcome
from ops.pulls.subjects import ARTIFACT, Pull, Run, number_in, pull_of, run_of
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
        The outcome, if the folder holds what it must not, or is not there.
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
        The run is another one; or it handed on what cannot be unpacked safely, and nobody else can tell for
        which pull request.
    GitHubError
        GitHub does not answer.
    """
    known = run_of(github, run)
    try:
        if not fetch(github, run, lambda name: name == ARTIFACT, folder):
            return _without(github, known)
        number = number_in(folder / ARTIFACT)
    except ToolError as error:
        return _faulty(github, known, error)
    pull = pull_of(github, known, number)
    if pull is None:
        return Receipt(None)
    try:
        base, head = (inspected(folder / ARTIFACT / side) for side in ("base", "head"))
    except InspectionError as error:
        return Receipt(pull, refusal=_refusal(_UNSAFE, error.findings, _TEACH))
    return Receipt(pull, tuple(sorted(base | head)), _live(pull, head, config))


def _without(github: GitHub, run: Run) -> Receipt:
    """There is no artifact, or none any more."""
    text = f"run {run.number}: has no artifact {ARTIFACT}, or none any more; run its workflow again"
    pull = _told(github, run)
    if pull is None:
        raise ToolError(text)
    return Receipt(pull, refusal=Outcome(REFUSED, EMPTY, UNUSABLE, changed=True, markdown=f"**{text}.**"))


def _faulty(github: GitHub, run: Run, error: ToolError) -> Receipt:
    """The artifact itself is not to be unpacked, so it cannot say whose it is."""
    pull = _told(github, run)
    if pull is None:
        raise error
    return Receipt(pull, refusal=_refusal(_UNREAD, (str(error),), _PLAIN))


def _told(github: GitHub, run: Run) -> Pull | None:
    """The pull request that GitHub names for a run: none for a fork, or if there are several."""
    return pull_of(github, run, run.pulls[0]) if len(run.pulls) == 1 else None


def _live(pull: Pull, head: dict[str, Stack], config: Path) -> tuple[Target, ...]:
    """A fork gets no identity, so that nothing of the account can be seen through its plans."""
    found = reachable(every(config, os.environ)) if pull.ours else []
    return tuple(target for target in found if target.stack in head)


_UNSAFE = "What this change generates holds what a review must not let Terraform see:"
_UNREAD = "What this change's job handed on cannot be unpacked safely:"
_TEACH = "If it is meant, teach `ops/pulls/blocks.py` first, in a change of its own."
_PLAIN = "Wanted what `make synth` writes for base and head, as plain files, and `pull.json` beside them."


def _refusal(why: str, findings: Sequence[str], mend: str) -> Outcome:
    more = len(findings) - MOST_FINDINGS
    lines = [*findings[:MOST_FINDINGS], *([f"… and {more} more"] if more > 0 else [])]
    text = f"**Refused.** {why}\n\n{fenced(chr(10).join(lines))}\n\n{mend}"
    return Outcome(REFUSED, EMPTY, STOP, changed=True, markdown=text)
