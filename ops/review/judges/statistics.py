"""Statistics of the same data: which one is larger."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ops.review.changes import Change
from ops.review.judges.conditions import side_of
from ops.review.judges.kinds import verdict, weaker_if
from ops.review.judges.signals import read_signal
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

PATHS = ("statistic", "extended_statistic")

_NUMBERED = re.compile(r"(p|tm|wm|ts)(\d+(?:\.\d+)?)")
# From the smallest to the largest value of the same data; the average is taken as the middle.
_RANKS = {"Minimum": -1.0, "Average": 50.0, "Maximum": 101.0, "Sum": 102.0}
_HIGHEST = 100


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge a statistic by whether it is larger or smaller than the one before, of the same data."""
    old, new = read_signal(change.before), read_signal(change.after)
    before = {one.metric: one.statistic for one in old.inputs.values()}
    after = {one.metric: one.statistic for one in new.inputs.values()}
    pairs = {
        (before[metric], after[metric])
        for metric in sorted(before.keys() & after.keys())
        if before[metric] != after[metric]
    }
    side = side_of(change, world) if pairs else None
    for one, other in sorted(pairs):
        order = compared(one, other)
        if order is None or side is None or not (old.grows and new.grows):
            yield verdict(
                change, Effect.UNCLEAR, "statistic", "looks at another statistic", old=one, new=other
            )
        else:
            weaker = (order < 0) == (side > 0)
            text = f"looks at a {'smaller' if order < 0 else 'larger'} value of the same data"
            yield verdict(change, weaker_if(weaker), "statistic", text, old=one, new=other)


def compared(old: str, new: str) -> int | None:
    """1 if the new statistic of the same data is the larger one, -1 if it is smaller; `None` if neither."""
    one, other = _rank(old), _rank(new)
    if one is None or other is None or one[0] != other[0] or one[1] == other[1]:
        return None
    return 1 if other[1] > one[1] else -1


def _rank(statistic: str) -> tuple[str, float] | None:
    """A family in which statistics can be compared, and the place in it."""
    if statistic in _RANKS:
        return "p", _RANKS[statistic]
    match = _NUMBERED.fullmatch(statistic)
    if match is None or float(match[2]) > _HIGHEST:
        return None
    return match[1], float(match[2])
