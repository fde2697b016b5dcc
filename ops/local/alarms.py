"""The alarms of the embedded AWS: their states, and what brings them there."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from modules.spec.alarms import Alarm, Comparison, Condition
from ops.local.aws import Clients

ALARM, OK = "ALARM", "OK"

_COMPARE: dict[Comparison, Callable[[float, float], bool]] = {
    Comparison.ABOVE: lambda value, threshold: value > threshold,
    Comparison.AT_LEAST: lambda value, threshold: value >= threshold,
    Comparison.BELOW: lambda value, threshold: value < threshold,
    Comparison.AT_MOST: lambda value, threshold: value <= threshold,
}
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Average": statistics.fmean,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
}


def states(aws: Clients, prefix: str = "") -> dict[str, str]:
    """The state of every metric alarm, by name; with a prefix, of those whose names begin with it."""
    chosen = {"AlarmNamePrefix": prefix} if prefix else {}
    pages = aws("cloudwatch").get_paginator("describe_alarms").paginate(**chosen)
    return {one["AlarmName"]: one["StateValue"] for page in pages for one in page["MetricAlarms"]}


def set_state(aws: Clients, alarm: Alarm, state: str, reason: str) -> None:
    """Bring an alarm into a state; its actions follow."""
    aws("cloudwatch").set_alarm_state(AlarmName=alarm.name, StateValue=state, StateReason=reason)


def calm(aws: Clients, reason: str) -> int:
    """Bring every alarm to OK without a word to anybody; returns how many were not."""
    cloudwatch = aws("cloudwatch")
    loud = [name for name, state in states(aws).items() if state != OK]
    for start in range(0, len(loud), 100):
        names = loud[start : start + 100]
        cloudwatch.disable_alarm_actions(AlarmNames=names)
        for name in names:
            cloudwatch.set_alarm_state(AlarmName=name, StateValue=OK, StateReason=reason)
        cloudwatch.enable_alarm_actions(AlarmNames=names)
    return len(loud)


def statistic(name: str, values: Sequence[float]) -> float | None:
    """What a basic statistic makes of values; none for a percentile, or without values."""
    make = _STATISTICS.get(name)
    return float(make(values)) if make and values else None


def breaches(condition: Condition, value: float) -> bool:
    """Whether a value breaches a condition."""
    return _COMPARE[condition.comparison](value, condition.threshold)


def beyond(condition: Condition) -> float:
    """A value that breaches a condition clearly."""
    step = max(abs(condition.threshold) / 2, 1)
    up = condition.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)
    return condition.threshold + (step if up else -step)


def within(condition: Condition) -> float:
    """A value that does not."""
    step = max(abs(condition.threshold) / 2, 1)
    up = condition.comparison in (Comparison.ABOVE, Comparison.AT_LEAST)
    return max(condition.threshold - step, 0.0) if up else condition.threshold + step
