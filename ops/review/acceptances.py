"""Weakenings that are meant: accepted one by one, in the change that makes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ops.review.telling import Masking, safe
from ops.review.verdicts import Effect, Verdict
from ops.review.words import one_line


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One weakening, named by address, old and new as the review words them, with the reason for it.

    It accepts one change and no other; with the values applied it fits nothing any more. Unlike a
    waiver it has no date, and one that is left over is no finding.
    """

    address: str
    old: str
    new: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it accepts; not why."""
        return one_line(self.address), one_line(self.old), one_line(self.new)


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
    """The acceptance of each weakening that has one, by its place; each is spent once.

    An entry may say what a review hides, such as an address with a sensitive word in it.
    """
    waiting = [({one.key, tuple(safe(part, mask) for part in one.key)}, one) for one in acceptances]
    found = {}
    for place, verdict in enumerate(verdicts):
        key = verdict.address, verdict.old, verdict.new
        fitting = next((pair for pair in waiting if key in pair[0]), None)
        if verdict.effect is Effect.WEAKENED and fitting:
            found[place] = fitting[1]
            waiting.remove(fitting)
    return found
