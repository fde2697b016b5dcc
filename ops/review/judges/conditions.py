"""When an alarm's value breaches: which side of its threshold, and how far."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modules.terraform.values import Unknown, as_number, as_text
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
