"""Statistics of the same data: which one is larger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from modules.terraform.values import as_text
from ops.review.judges.conditions import side_of
from ops.review.judges.kinds import verdict, weaker_if
from ops.review.judges.signals import Signal, read_signal
from ops.review.plans import Change
from ops.review.values import key_of, listed, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

PATHS = ("statistic", "extended_statistic", "metric_query")

_NUMBERED = re.compile(r"(p|tm|wm|ts)(\d+(?:\.\d+)?)")
# From the smallest to the largest value of the same data.
_RANKS = {"Minimum": -1.0, "Maximum": 101.0, "Sum": 102.0}
_HIGHEST = 100
# A few large values carry it above almost any percentile.
_AVERAGE = "Average"
_BESIDE_AVERAGE = {"Minimum": -1, "Maximum": 1}


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge a statistic by whether it is larger or smaller than the one before, of the same data."""
    if change.keeps(*PATHS):
        return
    old, new = read_signal(change.before), read_signal(change.after)
    pairs = {key_of(pair): pair for pair in _pairs(old, new)}
    side = side_of(change, world) if pairs else None
    for one, other in (pairs[key] for key in sorted(pairs)):
        words = {"old": shown(one), "new": shown(other)}
        order = compared(one, other) if old.metrics & new.metrics else None
        if order is None or side is None or not (old.grows and new.grows):
            yield verdict(change, Effect.UNCLEAR, "statistic", "looks at another statistic", **words)
        else:
            weaker = (order < 0) == (side > 0)
            text = f"looks at a {'smaller' if order < 0 else 'larger'} value of the same data"
            yield verdict(change, weaker_if(weaker), "statistic", text, **words)


def _pairs(old: Signal, new: Signal) -> Iterator[tuple[Any, Any]]:
    """Old and new statistic of each series that is read by one; of wholly other series, all of them."""
    before, after = old.statistics, new.statistics
    common = sorted(before.keys() & after.keys())
    for metric in common:
        if len(before[metric]) == len(after[metric]) == 1 and before[metric] != after[metric]:
            yield before[metric][0], after[metric][0]
    if not common and before and after:
        was, now = (
            sorted({shown(one) for found in side.values() for one in found}) for side in (before, after)
        )
        if was != now:
            yield listed(was), listed(now)


def compared(old: Any, new: Any) -> int | None:
    """1 if the new statistic of the same data is the larger one, -1 if it is smaller; `None` if neither."""
    if new == _AVERAGE:
        order = compared(new, old)
        return order if order is None else -order
    if old == _AVERAGE:
        return _BESIDE_AVERAGE.get(as_text(new) or "")
    one, other = _rank(as_text(old) or ""), _rank(as_text(new) or "")
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
