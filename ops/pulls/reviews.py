"""Reviews of plans: `python -m ops review` for each, and what it said, for a job that knows no plan."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.pulls.folders import STACK_NAME
from ops.pulls.plans import BASE, EMPTY, HEAD, LIVE, MADE, SPENT, Made
from ops.pulls.texts import fenced, harmless

FINE, STOP, UNUSABLE = 0, 1, 2
PROGRAM = (sys.executable, "-m", "ops", "review")
ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 300
_TOKENS = re.compile(r"AWS_|TF_|GITHUB_TOKEN|ACTIONS_")


@dataclass(frozen=True)
class Outcome:
    """What became of one stack.

    Attributes
    ----------
    status
        The exit status of the review: 0 fine, 1 it must not pass, 2 there is none.
    changed
        Whether applying the plan would do anything.
    markdown
        The review.
    """

    stack: str
    against: str
    status: int
    changed: bool
    markdown: str


def outcomes(plans: Path) -> Iterator[Outcome]:
    """The review of every plan that was put into a folder.

    Raises
    ------
    ToolError
        There is none.
    """
    folders = sorted(path.parent for path in plans.glob(f"*/{MADE}"))
    if not folders:
        raise ToolError(f"{plans} holds no plan: run `python -m ops pulls plan` or `compare` first")
    for folder in folders:
        yield _outcome(folder)


def _outcome(folder: Path) -> Outcome:
    made = Made(**json.loads((folder / MADE).read_text("utf-8")))
    status, text = _reviewed(folder) if (folder / HEAD).exists() else (FINE, "")
    notes = [f"> [!IMPORTANT]\n> {note}" for note in made.notes]
    return Outcome(made.stack, made.against, status, made.changed, "\n\n".join((*notes, text.strip())))


def _reviewed(folder: Path) -> tuple[int, str]:
    """Exit status and text of the command."""
    more = (("--base", folder / BASE), ("--spent", folder / SPENT))
    told = [word for option, path in more if path.exists() for word in (option, str(path))]
    command = [*PROGRAM, str(folder / HEAD), *told]
    environ = {name: value for name, value in os.environ.items() if not _TOKENS.match(name)}
    options: dict[str, Any] = {"cwd": ROOT, "env": environ, "capture_output": True, "text": True}
    try:
        done = subprocess.run(command, timeout=LONGEST_SECONDS, check=False, **options)
    except subprocess.TimeoutExpired:
        return UNUSABLE, f"There is no review: it took longer than {LONGEST_SECONDS} seconds."
    if done.returncode in (FINE, STOP) and done.stdout.strip():
        return done.returncode, done.stdout
    said = harmless(done.stderr.strip()[-2000:]) or "it said nothing"
    return UNUSABLE, f"There is no review:\n\n{fenced(said)}"


def keep(found: Outcome, folder: Path) -> None:
    """Write an outcome for another job."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{found.stack}.json").write_text(json.dumps(asdict(found)), "utf-8")


def read(folder: Path) -> dict[str, Outcome]:
    """The outcomes that other jobs wrote, by stack.

    Raises
    ------
    ToolError
        A file is not one that they write.
    """
    return {one.stack: one for one in map(_read, sorted(folder.rglob("*.json")))}


def _read(path: Path) -> Outcome:
    try:
        match json.loads(path.read_text("utf-8")):
            case {
                "stack": str(stack),
                "against": "live" | "empty" as against,
                "status": 0 | 1 | 2 as status,
                "changed": bool(changed),
                "markdown": str(markdown),
            } if STACK_NAME.fullmatch(stack):
                return Outcome(stack, against, status, changed, markdown)
    except (OSError, ValueError, RecursionError):
        pass
    raise ToolError(f"{path.name}: is no outcome of a review")


_AGAINST: Mapping[str, str] = {
    LIVE: "against what is deployed",
    EMPTY: "the change against its base, each from nothing; what only AWS knows is unknown here",
}


def parts(found: Mapping[str, Outcome], expected: Sequence[str]) -> list[str]:
    """One part of a comment for every stack that was to be reviewed."""
    return [_part(name, found.get(name)) for name in sorted({*expected, *found})]


def _part(name: str, one: Outcome | None) -> str:
    if one is None:
        return f"# `{name}`\n\nThere is no review: its job failed. The run says why."
    return f"# `{name}`\n\n_{_AGAINST[one.against]}_\n\n{one.markdown}"


def worst(found: Mapping[str, Outcome], expected: Sequence[str]) -> int:
    """The status of all together; a stack without an outcome has none that is fine."""
    missing = set(expected) - found.keys()
    return max([one.status for one in found.values()] + [UNUSABLE] * bool(missing), default=FINE)
