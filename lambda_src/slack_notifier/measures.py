"""What an alarm measured, in words; nothing where it does not say."""

from __future__ import annotations

import re

from shared.fields import Fields, number
from shared.texts import joined

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


def value(reason: str, trigger: Fields) -> str:
    """The newest datapoint.

    "1 out of the last 1 datapoints [12.0 (23/11/26 10:00:00)] was greater than the threshold (5.0)"
    """
    recent = trigger.items("RecentDatapoints") or [None]
    return _said(r"datapoints? \[", reason) or _figure(number(recent[0]))


def threshold(reason: str, trigger: Fields) -> str:
    """What the value is held against: `> 5`, or a band."""
    comparison = _COMPARISONS.get(trigger.text("ComparisonOperator"), "")
    lower, upper = _said(r"lower thresholds? \[", reason), _said(r"upper thresholds? \[", reason)
    if lower and upper:
        return f"{comparison or 'band'} {lower} to {upper}"
    limit = _figure(trigger.number("Threshold")) or _said(r"threshold \(", reason)
    return comparison if len(comparison) > 1 else joined(comparison, limit)


def _said(before: str, reason: str) -> str:
    """The number that follows some words of the reason."""
    match = re.search(before + _NUMBER, reason)
    return _figure(number(float(match[1]))) if match else ""


def _figure(value: float | None) -> str:
    """A number as people write it: 12, 0.25, 1,048,576."""
    return "" if value is None else f"{value:,.10g}"


def evaluation(trigger: Fields) -> str:
    """How many of how many periods had to breach."""
    of, period = trigger.number("EvaluationPeriods"), _period(trigger)
    count = trigger.number("DatapointsToAlarm") or of
    return f"{_figure(count)} of {_figure(of)} x {_figure(period)} s" if of and period else ""


def metric(trigger: Fields) -> str:
    """What is measured: a metric with its dimensions, or an expression."""
    if trigger.has("MetricName"):
        return _words(trigger.text("Statistic", "ExtendedStatistic").capitalize(), trigger)
    shown = (part for part in trigger.parts("Metrics") if part.value("ReturnData") is not False)
    return joined(*map(_stated, shown), by="; ")


def _stated(part: Fields) -> str:
    """An expression by its label, and by itself; a plain metric by its words."""
    stat = part.part("MetricStat")
    names = dict.fromkeys((part.text("Label"), part.text("Expression")))
    return joined(*names, by=" = ") or _words(stat.text("Stat"), stat.part("Metric"))


def _words(statistic: str, metric: Fields) -> str:
    """Dimensions are a list of pairs on topics, an object in events."""
    pairs = [f"{part.text('Name')}={part.text('Value')}" for part in metric.parts("Dimensions")]
    mapped = metric.part("Dimensions")
    pairs += [f"{name}={mapped.text(name)}" for name in mapped.raw]
    namespace = metric.text("Namespace")
    where = namespace and f"({namespace})"
    return joined(statistic, metric.text("MetricName", "Name"), where, ", ".join(pairs))


def _period(trigger: Fields) -> float:
    stats = [part.part("MetricStat") for part in trigger.parts("Metrics")]
    return max(0.0, *(part.number("Period") or 0.0 for part in (trigger, *stats)))


def window(trigger: Fields) -> float:
    """The seconds that the alarm looked back."""
    return _period(trigger) * max(trigger.number("EvaluationPeriods") or 1, 1)
