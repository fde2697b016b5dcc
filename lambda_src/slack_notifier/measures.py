"""What an alarm measured, in words: value, threshold, evaluation, metric, window."""

from __future__ import annotations

import re

from fields import Fields, number
from texts import figure

Fact = tuple[str, str]
_COMPARISONS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside of the expected band",
    "LessThanLowerThreshold": "below the expected band",
    "GreaterThanUpperThreshold": "above the expected band",
}
_NUMBER = r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
# "1 out of the last 1 datapoints [12.0 (23/11/26 10:00:00)] was greater than the threshold (5.0)"
_VALUE = re.compile(rf"datapoints? \[{_NUMBER}")
_THRESHOLD = re.compile(rf"threshold \({_NUMBER}\)")
_LOWER = re.compile(rf"lower thresholds? \[{_NUMBER}")
_UPPER = re.compile(rf"upper thresholds? \[{_NUMBER}")


def measured(reason: str, data: Fields, trigger: Fields) -> list[Fact]:
    """The value and the threshold, out of the reason's words where no field has them."""
    value = _found(_VALUE, reason)
    recent = data.raw.get("recentDatapoints")
    if value is None and isinstance(recent, list) and recent:
        value = number(recent[0])
    limit = _limit(reason, data, trigger)
    facts = [("Value", figure(value))] if value is not None else []
    return [*facts, ("Threshold", limit)] if limit else facts


def _limit(reason: str, data: Fields, trigger: Fields) -> str:
    comparison = _COMPARISONS.get(trigger.text("ComparisonOperator"), "")
    lower, upper = _found(_LOWER, reason), _found(_UPPER, reason)
    if lower is not None and upper is not None:
        return f"{comparison or 'band'} {figure(lower)} to {figure(upper)}"
    for limit in (trigger.number("Threshold"), data.number("threshold"), _found(_THRESHOLD, reason)):
        if limit is not None and len(comparison) <= 1:
            return f"{comparison} {figure(limit)}".strip()
    return comparison


def _found(pattern: re.Pattern[str], text: str) -> float | None:
    match = pattern.search(text)
    return number(float(match[1])) if match else None


def evaluation(trigger: Fields) -> list[Fact]:
    """How many of how many periods had to breach."""
    of, period = trigger.number("EvaluationPeriods"), _period(trigger)
    count = trigger.number("DatapointsToAlarm") or of
    if of is None or count is None or not period:
        return []
    return [("Evaluation", f"{figure(count)} of {figure(of)} x {figure(period)} s")]


def metric(trigger: Fields) -> list[Fact]:
    """What is measured: a metric with its dimensions, or an expression."""
    if trigger.has("MetricName"):
        statistic = trigger.text("Statistic", "ExtendedStatistic").capitalize()
        return [("Metric", _words(statistic, trigger))]
    shown = [part for part in trigger.parts("Metrics") if part.raw.get("ReturnData") is not False]
    text = "; ".join(filter(None, (_stated(part) for part in shown)))
    return [("Metric", text)] if text else []


def _stated(part: Fields) -> str:
    """An expression by its label, and by itself; a plain metric by its words."""
    words = dict.fromkeys(filter(None, (part.text("Label", "label"), part.text("Expression", "expression"))))
    if words:
        return " = ".join(words)
    stat = Fields(part.raw.get("MetricStat") or part.raw.get("metricStat"))
    return _words(stat.text("Stat", "stat"), Fields(stat.raw.get("Metric") or stat.raw.get("metric")))


def _words(statistic: str, metric: Fields) -> str:
    pairs = [f"{part.text('name', 'Name')}={part.text('value', 'Value')}" for part in _dimensions(metric)]
    name, namespace = metric.text("MetricName", "name"), metric.text("Namespace", "namespace")
    where = f"({namespace})" if namespace else ""
    return " ".join(filter(None, (statistic, name, where, ", ".join(pairs))))


def _dimensions(metric: Fields) -> list[Fields]:
    """A list of pairs on topics, an object in events."""
    pairs = metric.part("dimensions").raw
    if pairs:
        return [Fields({"name": name, "value": value}) for name, value in pairs.items()]
    return metric.parts("Dimensions")


def _period(trigger: Fields) -> float:
    stats = [
        Fields(part.raw.get("MetricStat") or part.raw.get("metricStat")) for part in trigger.parts("Metrics")
    ]
    found = [part.number(key) for part in (trigger, *stats) for key in ("Period", "period")]
    return max((period for period in found if period and period > 0), default=0)


def window(trigger: Fields) -> float:
    """The seconds that the alarm looked back."""
    return _period(trigger) * max(trigger.number("EvaluationPeriods") or 1, 1)
