"""The length of an alarm's periods: what one takes together, and how long breaches must last."""

from __future__ import annotations

from collections.abc import Iterator

from modules.terraform.values import as_text, as_whole
from ops.review.judges.conditions import side_of
from ops.review.judges.evaluations import m_of_n
from ops.review.judges.kinds import verdict, weaker_if
from ops.review.judges.signals import Signal, periods, read_signal
from ops.review.plans import Change
from ops.review.values import duration
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

PATHS = ("period", "metric_query")

# By the side that breaches: over more time, these only come nearer to the threshold or go beyond it.
_GROWS_WITH_TIME = {1: ("Sum", "SampleCount", "Maximum"), -1: ("Minimum",)}


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the length of a period by what it takes together, and by how long a breach must last."""
    if change.keeps(*PATHS):
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
