"""A threshold can be crossed, is not always crossed, and stands on the side where it hurts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.stacks import Stack
from modules.resources.views import MetricAlarm
from modules.semantics import math_values
from modules.semantics.intervals import Interval
from modules.spec.alarms import Comparison
from modules.terraform.values import as_number, as_text, is_open
from policies.bounds import is_bounded, number_of, of_alarm
from policies.context import Context
from policies.engine import rule
from policies.findings import Level

_ANOMALY = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
_FIX = "set alarms.<key>.threshold in config/"
_OPERATORS = {name.value: name for name in Comparison}


@rule("MON-THR-001", level=Level.ERROR, why="Without a number there is nothing to compare with.")
def threshold_is_a_number(alarm: MetricAlarm) -> Iterator[Breach]:
    """Every alarm has either a finite threshold or an anomaly band."""
    value, band = alarm.get("threshold"), alarm.get("threshold_metric_id")
    if is_open(value) or is_open(band):
        return
    number = as_number(value)
    finite = number is not None and math.isfinite(number)
    if finite == (band is not None) or (value is not None and not finite):
        yield alarm.finding(found=value, wanted="one finite number, or an anomaly band", fix=_FIX)


@rule("MON-THR-002", level=Level.ERROR, why="CloudWatch refuses an operator that it does not know.")
def operator_is_legal(alarm: MetricAlarm) -> Iterator[Breach]:
    """The comparison operator is one that CloudWatch has for this kind of threshold."""
    value = alarm.get("comparison_operator")
    allowed = tuple(Comparison) if alarm.get("threshold_metric_id") is None else _ANOMALY
    if not is_open(value) and value not in allowed:
        yield alarm.finding(found=value, wanted=allowed, fix="set the condition of its catalog entry")


@rule(
    "MON-THR-003", level=Level.ERROR, why="An alarm that can never fire is worse than none: people trust it."
)
def threshold_can_be_crossed(alarm: MetricAlarm, stack: Stack, context: Context) -> Iterator[Breach]:
    """The signal can take values that breach the threshold."""
    bounds = of_alarm(alarm, stack, context, with_ceilings=False)
    if _never(alarm, bounds):
        yield alarm.finding(found=_condition(alarm), wanted=_reachable(bounds), fix=_FIX)


@rule("MON-THR-004", level=Level.ERROR, why="An alarm that always fires is muted, and then missed.")
def threshold_is_not_always_crossed(alarm: MetricAlarm, stack: Stack, context: Context) -> Iterator[Breach]:
    """The signal can take values that do not breach the threshold."""
    bounds = of_alarm(alarm, stack, context, with_ceilings=False)
    operator, threshold = _operator(alarm), number_of(alarm)
    if (
        operator
        and threshold is not None
        and is_bounded(bounds)
        and _breaches_all(operator, threshold, bounds)
    ):
        wanted = f"a threshold that some value from {_range(bounds)} does not breach"
        yield alarm.finding(found=_condition(alarm), wanted=wanted, fix=_FIX)


@rule("MON-THR-005", level=Level.ERROR, why="On the wrong side an alarm fires when all is well.")
def threshold_is_on_the_right_side(alarm: MetricAlarm) -> Iterator[Breach]:
    """Where higher is worse the alarm fires above its threshold, where lower is worse below."""
    operator, worse = _operator(alarm), _worse(alarm)
    if operator is None or worse is None:
        return
    above = operator in (Comparison.ABOVE, Comparison.AT_LEAST)
    if above != (worse == "higher"):
        wanted = f"{'Greater' if worse == 'higher' else 'Less'}Than…, as {worse} is worse"
        yield alarm.finding(found=operator.value, wanted=wanted, fix="set the condition of its catalog entry")


@rule(
    "MON-THR-006", level=Level.ERROR, why="What cuts a value off below the threshold keeps the alarm silent."
)
def threshold_is_below_the_ceiling(alarm: MetricAlarm, stack: Stack, context: Context) -> Iterator[Breach]:
    """The limits of this very system leave room above the threshold."""
    metrics = {item.metric for item in alarm.series}
    ceilings = [each for each in context.ceilings if (each.namespace, each.name) in metrics]
    if not ceilings:
        return
    bounds = of_alarm(alarm, stack, context, with_ceilings=True)
    if _never(alarm, bounds) and not _never(alarm, of_alarm(alarm, stack, context, with_ceilings=False)):
        reasons = sorted({each.because for each in ceilings})
        wanted = f"{_reachable(bounds)} ({'; '.join(reasons)})"
        yield alarm.finding(found=_condition(alarm), wanted=wanted, fix=_FIX)


def _never(alarm: MetricAlarm, bounds: Interval) -> bool:
    operator, threshold = _operator(alarm), number_of(alarm)
    if operator is None or threshold is None:
        return False
    return _breaches_all(_OPPOSITE[operator], threshold, bounds)


def _breaches_all(operator: Comparison, threshold: float, bounds: Interval) -> bool:
    """Whether every value between the bounds breaches."""
    match operator:
        case Comparison.ABOVE:
            return bounds.low > threshold
        case Comparison.AT_LEAST:
            return bounds.low >= threshold
        case Comparison.BELOW:
            return bounds.high < threshold
        case Comparison.AT_MOST:
            return bounds.high <= threshold


_OPPOSITE = {
    Comparison.ABOVE: Comparison.AT_MOST,
    Comparison.AT_LEAST: Comparison.BELOW,
    Comparison.BELOW: Comparison.AT_LEAST,
    Comparison.AT_MOST: Comparison.ABOVE,
}


def _operator(alarm: MetricAlarm) -> Comparison | None:
    return _OPERATORS.get(as_text(alarm.get("comparison_operator")) or "")


def _worse(alarm: MetricAlarm) -> str | None:
    """The direction in which the value gets worse, where all metrics share one and the math keeps it."""
    known = [facts.metric(*item.metric) if item.metric else None for item in alarm.series]
    found = {fact.worse if fact else "either" for fact in known}
    if len(found) != 1 or not found <= {"higher", "lower"}:
        return None
    plain = alarm.get("metric_query") is None
    way = 1 if plain else math_values.direction(alarm.signal) if alarm.signal else None
    return ("higher" if (found == {"higher"}) == (way > 0) else "lower") if way else None


def _condition(alarm: MetricAlarm) -> str:
    return f"{alarm.text('comparison_operator')} {number_of(alarm):g}"


def _reachable(bounds: Interval) -> str:
    return f"a threshold that some value from {_range(bounds)} breaches"


def _range(bounds: Interval) -> str:
    return f"{bounds.low:g} to {bounds.high:g}"
