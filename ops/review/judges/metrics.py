"""What an alarm reads: its metrics, their statistics, and the length of its periods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from modules.terraform.values import as_text, as_whole
from ops.review.judges.conditions import in_words, m_of_n, side_of
from ops.review.judges.kinds import verdict, weaker_if
from ops.review.judges.signals import Input, MetricId, Signal, periods, read_signal, same_math, written
from ops.review.plans import Change
from ops.review.values import duration, is_unknown, key_of, listed, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_LATER = "What it watches is known only after apply."
PATHS = (
    "namespace",
    "metric_name",
    "dimensions",
    "unit",
    "metric_query",
    "threshold_metric_id",
    # A plain alarm that becomes one of queries leaves these empty, and is none the worse for it.
    "period",
    "statistic",
    "extended_statistic",
)


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge by the series that are read, and by what is made of them."""
    if change.keeps(*PATHS):
        return
    old, new = read_signal(change.before), read_signal(change.after)
    if not (old.is_known and new.is_known):
        yield _unknown(change, old, new)
        return
    yield from _series(change, world, old, new)
    if not same_math(old, new):
        yield _otherwise(change, old, new)
    elif _reads(old) == _reads(new) and written(change.before) != written(change.after):
        yield verdict(change, Effect.UNAFFECTED, "metric", "names or labels its metrics otherwise")


def _reads(signal: Signal) -> tuple[set[Input], tuple[Any, ...]]:
    """The series with their statistics, and the periods."""
    return set(signal.inputs.values()), signal.periods


def _unknown(change: Change, old: Signal, new: Signal) -> Verdict:
    queries = [side.get("metric_query") for side in (change.before, change.after)]
    note = _LATER if any(map(is_unknown, queries)) else "What it watches is sensitive."
    text = "may watch something else, or compute it otherwise"
    return verdict(change, Effect.UNCLEAR, "metric", text, old=str(old), new=str(new), note=note)


def _otherwise(change: Change, old: Signal, new: Signal) -> Verdict:
    """The math as it is written; with its inputs where it is written as before."""
    words = (old.math, new.math) if old.math != new.math else (str(old), str(new))
    text = "computes its value otherwise"
    return verdict(change, Effect.UNCLEAR, "expression", text, old=words[0], new=words[1], note=_names(new))


def _series(change: Change, world: World, old: Signal, new: Signal) -> Iterator[Verdict]:
    lost, gained = old.metrics - new.metrics, new.metrics - old.metrics
    words = {"old": _listed(lost), "new": _listed(gained)}
    note = f"It fires {in_words(change.after, world)}."
    gone, come = _certain(lost, gained), _certain(gained, lost)
    if gone:
        yield verdict(change, Effect.WEAKENED, "metric", "no longer watches", **words, note=note)
    if come:
        yield verdict(change, Effect.STRENGTHENED, "metric", "now watches", **words, note=note)
    if gone != lost or come != gained:
        text = "may watch another metric"
        yield verdict(change, Effect.UNCLEAR, "metric", text, **words, note=_LATER)


def _certain(metrics: frozenset[MetricId], others: frozenset[MetricId]) -> frozenset[MetricId]:
    """Those that none of the others may turn out to be."""
    return frozenset(one for one in metrics if not any(one.may_be(other) for other in others))


def _listed(metrics: frozenset[MetricId]) -> str:
    return listed(map(str, sorted(metrics))) or "none"


def _names(signal: Signal) -> str:
    if signal.is_plain:
        return ""
    found = (f"{key} is {one}" for key, one in signal.inputs.items())
    return listed(found, 4)


STATISTIC_PATHS = ("statistic", "extended_statistic", "metric_query")

_NUMBERED = re.compile(r"(p|tm|wm|ts)(\d+(?:\.\d+)?)")
# From the smallest to the largest value of the same data.
_RANKS = {"Minimum": -1.0, "Maximum": 101.0, "Sum": 102.0}
_HIGHEST = 100
# A few large values carry it above almost any percentile.
_AVERAGE = "Average"
_BESIDE_AVERAGE = {"Minimum": -1, "Maximum": 1}


def judge_statistics(change: Change, world: World) -> Iterator[Verdict]:
    """Judge a statistic by whether it is larger or smaller than the one before, of the same data."""
    if change.keeps(*STATISTIC_PATHS):
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


PERIOD_PATHS = ("period", "metric_query")

# By the side that breaches: over more time, these only come nearer to the threshold or go beyond it.
_GROWS_WITH_TIME = {1: ("Sum", "SampleCount", "Maximum"), -1: ("Minimum",)}


def judge_periods(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the length of a period by what it takes together, and by how long a breach must last."""
    if change.keeps(*PERIOD_PATHS):
        return
    old, new = read_signal(change.before), read_signal(change.after)
    # What is not known is told by the judge of metrics.
    if old.periods == new.periods or not (old.is_known and new.is_known):
        return
    words = {"old": periods(old), "new": periods(new)}
    lengths = _period(old), _period(new)
    if lengths[0] is None or lengths[1] is None or not old.metrics & new.metrics:
        yield verdict(change, Effect.UNCLEAR, "period", "looks at periods of another length", **words)
        return
    longer = lengths[1] > lengths[0]
    statistic, side = _statistic(old, new), side_of(change, world) or 0
    grows = statistic in _GROWS_WITH_TIME.get(side, ()) or statistic in _GROWS_WITH_TIME.get(-side, ())
    if grows and not _is_any(change, statistic, side):
        easier = longer == (statistic in _GROWS_WITH_TIME[side])
        together = f"takes {'more' if longer else 'less'} time together"
        text = f"{together}, so fires {'more' if easier else 'less'} easily"
        yield verdict(change, weaker_if(not easier), "period", text, **words)
        if easier == longer:
            yield from _lasting(change, lengths[0], lengths[1])
    else:
        text = f"reacts {'later' if longer else 'sooner'}"
        yield verdict(change, weaker_if(longer), "period", text, **words)


def _is_any(change: Change, statistic: str, side: int) -> bool:
    """Whether one value beyond the threshold is enough: then periods of any length have it."""
    counts = [m_of_n(values) for values in (change.before, change.after)]
    once = all(count is not None and count[0] == 1 for count in counts)
    return once and (statistic, side) in (("Maximum", 1), ("Minimum", -1))


def _period(signal: Signal) -> int | None:
    """The length of all periods, where they have one."""
    return as_whole(signal.periods[0]) if len(signal.periods) == 1 else None


def _statistic(old: Signal, new: Signal) -> str:
    """The statistic, where all inputs have the same and the value grows with them; else nothing."""
    found = {as_text(one.statistic) for signal in (old, new) for one in signal.inputs.values()}
    return (found.pop() or "") if len(found) == 1 and old.grows and new.grows else ""


def _lasting(change: Change, old: int, new: int) -> Iterator[Verdict]:
    """With several periods to breach, longer ones also have to pass first."""
    before, after = m_of_n(change.before), m_of_n(change.after)
    if before is None or after is None or min(before[0], after[0]) == 1:
        return
    was, now = old * before[0], new * after[0]
    if was != now:
        text = f"fires after a {'longer' if now > was else 'shorter'} time of breaches"
        yield verdict(change, weaker_if(now > was), "lasting", text, old=duration(was), new=duration(now))
