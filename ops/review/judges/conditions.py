"""When an alarm fires: threshold and comparison, and how many periods of which it takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modules.terraform.values import Unknown, as_number, as_text, as_whole, same
from ops.review.judges.kinds import is_open, unclear, verdict, weaker_if
from ops.review.judges.signals import MetricId, Signal, band_width, read_signal
from ops.review.plans import Change, Values
from ops.review.values import number, quantity, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

ASPECT = "threshold"
PATHS = ("threshold", "comparison_operator", "threshold_metric_id")
# The width of a band stands among the queries.
READ = (*PATHS, "metric_query")

# Which sides breach, whether the threshold itself does, and how it reads.
_FIXED = {
    "GreaterThanThreshold": (1, False, "above"),
    "GreaterThanOrEqualToThreshold": (1, True, "at least"),
    "LessThanThreshold": (-1, False, "below"),
    "LessThanOrEqualToThreshold": (-1, True, "at most"),
}
_BANDS = {
    "LessThanLowerOrGreaterThanUpperThreshold": (frozenset({-1, 1}), "outside of its band"),
    "GreaterThanUpperThreshold": (frozenset({1}), "above its band"),
    "LessThanLowerThreshold": (frozenset({-1}), "below its band"),
}
_SIDE = {1: "above", -1: "below"}


@dataclass(frozen=True)
class Condition:
    """What breaches.

    Attributes
    ----------
    sides
        1 for values that are too high, -1 for those that are too low; none where it cannot be told.
    threshold
        The fixed threshold, or the width of the band in standard deviations.
    includes
        Whether the threshold itself breaches.
    is_band
        Whether it is a band that CloudWatch learns.
    """

    sides: frozenset[int]
    threshold: float | None
    includes: bool
    is_band: bool
    text: str

    def covers(self, other: Condition) -> bool:
        """Whether everything that breaches the other one breaches this one; both look at one side."""
        if self.threshold is None or other.threshold is None:
            return False
        (side,) = self.sides if not self.is_band else (1,)
        margin = (other.threshold - self.threshold) * side
        return margin > 0 or (margin == 0 and (self.includes or not other.includes))


def read_condition(values: Values, world: World) -> Condition | None:
    """The condition of an alarm; `None` where it cannot be told."""
    operator = values.get("comparison_operator")
    if not isinstance(operator, str) or (operator not in _FIXED and operator not in _BANDS):
        return None
    signal = read_signal(values)
    if operator in _BANDS:
        sides, text = _BANDS[operator]
        width = band_width(values)
        spelled = f" ({number(width)} standard deviations)" if width is not None else ""
        return Condition(sides, width, includes=False, is_band=True, text=text + spelled)
    side, includes, text = _FIXED[operator]
    threshold = as_number(values.get("threshold"))
    if threshold is None or math.isnan(threshold):
        return None
    unit = _unit(signal, world)
    spelled = f"{text} {quantity(threshold, unit)}"
    return Condition(frozenset({side}), threshold, includes=includes, is_band=False, text=spelled)


def _unit(signal: Signal, world: World) -> str | None:
    """The unit of the value, where all that it is made of has the same."""
    if not signal.keeps_unit:
        return None
    units = {_unit_of(one, world) for one in signal.metrics}
    return units.pop() if len(units) == 1 else None


def _unit_of(metric: MetricId, world: World) -> str | None:
    parts = metric.parts
    return as_text(parts["unit"]) or world.unit(parts["namespace"], parts["metric_name"])


def in_words(values: Values, world: World) -> str:
    """The condition of an alarm."""
    condition = read_condition(values, world)
    if condition is not None:
        return condition.text
    operator = values.get("comparison_operator")
    words = _FIXED[operator][2] if isinstance(operator, str) and operator in _FIXED else shown(operator)
    return f"{words} {shown(values.get('threshold'))}"


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge threshold, operator and band together: by what breaches before and after."""
    old, new = read_condition(change.before, world), read_condition(change.after, world)
    raw = [[side.get(path) for path in PATHS] for side in (change.before, change.after)]
    if old is None or new is None:
        if raw[0] != raw[1]:
            yield _unclear(change, world, is_open(*raw[0], *raw[1]), raw)
    elif old.is_band != new.is_band:
        if old != new:
            yield _verdict(change, Effect.UNCLEAR, "judges by another kind of condition", old, new)
    elif old.sides != new.sides:
        yield from _other_sides(change, old, new)
    elif (old.threshold, old.includes) != (new.threshold, new.includes):
        yield _moved(change, old, new)


def _moved(change: Change, old: Condition, new: Condition) -> Verdict:
    if old.threshold is None or new.threshold is None:
        return _verdict(change, Effect.UNCLEAR, "has another band", old, new)
    weaker = old.covers(new)
    text = "fires less easily" if weaker else "fires more easily"
    return _verdict(change, weaker_if(weaker), text, old, new)


def _other_sides(change: Change, old: Condition, new: Condition) -> Iterator[Verdict]:
    for sides, effect, text in (
        (old.sides - new.sides, Effect.WEAKENED, "no longer fires on values"),
        (new.sides - old.sides, Effect.STRENGTHENED, "now fires on values"),
    ):
        for side in sorted(sides):
            yield _verdict(change, effect, f"{text} {_SIDE[side]}", old, new)


def _verdict(change: Change, effect: Effect, text: str, old: Condition, new: Condition) -> Verdict:
    return verdict(change, effect, ASPECT, text, old=old.text, new=new.text)


def _unclear(change: Change, world: World, unknown: bool, raw: list[list[Any]]) -> Verdict:  # noqa: FBT001  (internal)
    text = "may fire less or more easily" if unknown else "has a condition that cannot be judged"
    found = unclear(change, ASPECT, text, raw[0], raw[1])
    old, new = in_words(change.before, world), in_words(change.after, world)
    note = found.note or ("" if Unknown not in map(type, raw[1]) else "It is known only after apply.")
    return verdict(change, Effect.UNCLEAR, ASPECT, text, old=old, new=new, note=note)


def side_of(change: Change, world: World) -> int | None:
    """1 if high values breach, -1 if low ones do, before and after; else `None`."""
    sides: set[int] = set()
    for values in (change.before, change.after):
        condition = read_condition(values, world)
        sides |= condition.sides if condition else {0}
    return next(iter(sides)) if len(sides) == 1 and 0 not in sides else None


_FEW = "evaluate_low_sample_count_percentiles"
EVALUATION_PATHS = ("evaluation_periods", "datapoints_to_alarm", "treat_missing_data", _FEW)

_SILENCE = {"breaching": 3, "missing": 1, "ignore": 1, "notBreaching": 0}
_SILENCE_WORDS = {
    "breaching": "no data is a breach",
    "missing": "no data is insufficient data",
    "ignore": "no data keeps the state",
    "notBreaching": "no data is fine",
}


def judge_evaluation(change: Change, _world: World) -> Iterator[Verdict]:
    """Judge M of N, missing data, and percentiles of few samples."""
    yield from _m_of_n(change)
    yield from _silence(change)
    yield from _few_samples(change)


def m_of_n(values: Values) -> tuple[int, int] | None:
    """M of N; `None` where one of them cannot be told."""
    of = as_whole(values.get("evaluation_periods"))
    given = values.get("datapoints_to_alarm")
    datapoints = of if given in (None, 0) else as_whole(given)
    if of is None or datapoints is None or not 1 <= datapoints <= of:
        return None
    return datapoints, of


def _m_of_n(change: Change) -> Iterator[Verdict]:
    names = ("datapoints_to_alarm", "evaluation_periods")
    raw = [[side.get(name) for name in names] for side in (change.before, change.after)]
    old, new = m_of_n(change.before), m_of_n(change.after)
    if same(raw[0], raw[1]) or (old == new and old is not None):
        return
    if old is None or new is None:
        text = "needs another number of breaching periods"
        yield unclear(change, "m_of_n", text, *(" of ".join(map(shown, side)) for side in raw))
        return
    words = {"old": f"{old[0]} of {old[1]} periods", "new": f"{new[0]} of {new[1]} periods"}
    tighter, looser = implied(old, new), implied(new, old)
    if tighter and looser:
        text = f"fires as before, and ends {'later' if new[1] > old[1] else 'sooner'}"
        yield verdict(change, Effect.CHANGED, "m_of_n", text, **words)
    elif tighter or looser:
        text = f"fires {'less' if looser else 'more'} easily"
        yield verdict(change, weaker_if(looser), "m_of_n", text, **words)
    else:
        more = new[0] > old[0]
        text = f"needs {'more' if more else 'fewer'} breaching periods"
        yield verdict(change, weaker_if(more), "m_of_n", text, **words)
        text = f"looks at {'more' if more else 'fewer'} periods"
        yield verdict(change, weaker_if(not more), "m_of_n", text, **words)


def implied(old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether whatever fires the old alarm fires the new one, at the latest by the same time.

    The most breaches that N periods can hold without M' of any N' in a row are ``q·(M'-1)`` for each
    whole stretch of N', and ``min(M'-1, r)`` for the rest.
    """
    (datapoints, of), (fewer, within) = old, new
    stretches, rest = divmod(of, within)
    return stretches * (fewer - 1) + min(fewer - 1, rest) < datapoints


def _silence(change: Change) -> Iterator[Verdict]:
    old, new = (side.get("treat_missing_data") or "missing" for side in (change.before, change.after))
    if old == new:
        return
    was, now = _rank_of_silence(old), _rank_of_silence(new)
    words = {"old": _SILENCE_WORDS.get(str(old), shown(old)), "new": _SILENCE_WORDS.get(str(new), shown(new))}
    if was is None or now is None or was == now:
        yield verdict(change, Effect.UNCLEAR, "missing_data", "treats missing data otherwise", **words)
        return
    text = f"takes missing data {'less' if now < was else 'more'} seriously"
    yield verdict(change, weaker_if(now < was), "missing_data", text, **words)


def _rank_of_silence(value: Any) -> int | None:
    return _SILENCE.get(value) if isinstance(value, str) else None


def _few_samples(change: Change) -> Iterator[Verdict]:
    old, new = change.before.get(_FEW), change.after.get(_FEW)
    if is_open(old, new):
        if old != new:
            yield unclear(change, _FEW, "may judge few samples otherwise", old, new)
        return
    was, now = (one != "ignore" for one in (old, new))
    if was != now:
        text = f"{'no longer judges' if was else 'judges'} a percentile of few samples"
        yield verdict(change, weaker_if(was), _FEW, text, old=shown(old), new=shown(new))
