"""Weakenings that are meant: accepted one by one, in the change that makes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modules.semantics.secrets import SENSITIVE
from ops.review.masks import Masking, safe
from ops.review.values import NOTHING, one_line
from ops.review.verdicts import Effect, Verdict

# Such words may stand for a change of many an attribute.
_VAGUE = re.compile(
    rf"|(?i:true|false|enabled|disabled|none|{NOTHING}|{re.escape(SENSITIVE)})|[+-]?[\d.,]+(?:e[+-]?\d+)?%?"
)


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One weakening, named by address, old and new as the review words them, with the reason for it.

    Where these words do not say what changes, it needs the aspect, too.
    It accepts one change and no other; with the values applied it fits nothing any more. Unlike a
    waiver it has no date, and one that is left over is no finding.
    """

    address: str
    old: str
    new: str
    reason: str
    aspect: str | None = None

    @property
    def words(self) -> tuple[str, str, str]:
        """Address, old and new on one line each, as verdicts have them."""
        return one_line(self.address), one_line(self.old), one_line(self.new)

    @property
    def key(self) -> tuple[str, ...]:
        """What it accepts; not why."""
        return *self.words, one_line(self.aspect or "")

    def fits(self, verdict: Verdict, mask: Masking) -> bool:
        """Whether it is for this change, as it is or as the review hides what is sensitive."""
        shown = tuple(safe(part, mask) for part in self.words)
        if (verdict.address, verdict.old, verdict.new) not in (self.words, shown):
            return False
        if self.aspect is None:
            return not is_vague(verdict)
        return verdict.aspect in (one_line(self.aspect), safe(self.aspect, mask))


def is_vague(verdict: Verdict) -> bool:
    """Whether old and new alone do not say what changes: true and false, plain numbers, none."""
    return any(_VAGUE.fullmatch(text) for text in (verdict.old, verdict.new))


def unspent(head: Iterable[Acceptance], base: Iterable[Acceptance]) -> tuple[Acceptance, ...]:
    """The acceptances that a change brings with it: those of the base were for changes before it.

    Without this, one that is left in the configuration would accept the same change a second time.
    """
    spent = Counter(one.key for one in base)
    left = []
    for one in head:
        if spent[one.key]:
            spent[one.key] -= 1
        else:
            left.append(one)
    return tuple(left)


def spend(
    verdicts: Sequence[Verdict], acceptances: Iterable[Acceptance], mask: Masking
) -> dict[int, Acceptance]:
    """The acceptance of each weakening that has one, by its place; each is spent once."""
    # Those that name an aspect fit nothing else, so they go first.
    waiting = sorted(acceptances, key=lambda one: one.aspect is None)
    found = {}
    for place, verdict in enumerate(verdicts):
        fitting = next((one for one in waiting if one.fits(verdict, mask)), None)
        if verdict.effect is Effect.WEAKENED and fitting is not None:
            waiting.remove(fitting)
            found[place] = fitting
    return found
