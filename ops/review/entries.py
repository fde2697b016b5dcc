"""The entries that accept weakenings, ready to be pasted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from ops.review.acceptances import is_vague
from ops.review.blocks import Block, Line
from ops.review.spans import fence
from ops.review.verdicts import Verdict

_MOST_ENTRIES = 10


def to_accept(unaccepted: Sequence[Verdict]) -> Iterator[Block]:
    """What to write into the configuration where a weakening is meant."""
    wanted = unaccepted[:_MOST_ENTRIES]
    if not wanted:
        return
    entries = [*map(_entry, wanted)]
    ticks = fence("".join(entries), least=3)
    text = "\n".join([f"{ticks}yaml", "accepted:", *entries, ticks])
    yield Block("Meant? Accept it in the same change, with a reason", (Line(text),), folded=True)


def _entry(verdict: Verdict) -> str:
    parts = {"address": verdict.address, "old": verdict.old, "new": verdict.new}
    parts |= {"aspect": verdict.aspect} if is_vague(verdict) else {}
    lines = [f"{name}: {_quoted(text)}" for name, text in parts.items()]
    return "  - " + "\n    ".join([*lines, "reason:"])


def _quoted(text: str) -> str:
    """Text as YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
