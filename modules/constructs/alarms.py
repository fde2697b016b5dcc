"""Metric alarms."""

from __future__ import annotations

from typing import Any

from constructs import Construct

from modules.constructs._bindings import aws
from modules.render.descriptions import alarm_description
from modules.spec.alarms import Alarm
from modules.spec.metrics import Math, Metric, Stat

STATISTICS = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})


def add_alarm(scope: Construct, alarm: Alarm, *, topic_arn: str, runbook_base_url: str | None) -> None:
    """An alarm that says ALARM and OK to the topic of its route."""
    aws("cloudwatch_metric_alarm", "CloudwatchMetricAlarm")(
        scope,
        alarm.key,
        alarm_name=alarm.name,
        alarm_description=alarm_description(alarm, runbook_base_url),
        comparison_operator=alarm.condition.comparison.value,
        threshold=alarm.condition.threshold,
        evaluation_periods=alarm.evaluation.of,
        datapoints_to_alarm=alarm.evaluation.datapoints,
        treat_missing_data=alarm.missing.value,
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags=_tags(alarm),
        **_signal(alarm),
    )


def _tags(alarm: Alarm) -> dict[str, str]:
    tags = {"Severity": alarm.severity.value, "Role": alarm.role.value}
    until = alarm.maintenance_until
    return tags | ({"MaintenanceUntil": until.isoformat()} if until else {})


def _signal(alarm: Alarm) -> dict[str, Any]:
    if isinstance(alarm.signal, Math):
        return {"metric_query": _queries(alarm.signal, alarm.evaluation.period_seconds)}
    return (
        _metric(alarm.signal.metric) | _statistic(alarm.signal) | {"period": alarm.evaluation.period_seconds}
    )


def _metric(metric: Metric) -> dict[str, Any]:
    named: dict[str, Any] = {"namespace": metric.namespace, "metric_name": metric.name}
    return named | ({"dimensions": dict(sorted(metric.dimensions.items()))} if metric.dimensions else {})


def _statistic(stat: Stat) -> dict[str, str]:
    if stat.statistic in STATISTICS:
        return {"statistic": stat.statistic}
    # Said outright, for `ignore` would let a p99 rest below 1000 samples in a period.
    return {"extended_statistic": stat.statistic, "evaluate_low_sample_count_percentiles": "evaluate"}


def _queries(math: Math, period_seconds: int) -> list[Any]:
    """The expression and its inputs. Struct classes: jsii drops snake_case keys of nested dicts."""
    query = aws("cloudwatch_metric_alarm", "CloudwatchMetricAlarmMetricQuery")
    metric = aws("cloudwatch_metric_alarm", "CloudwatchMetricAlarmMetricQueryMetric")
    inputs = [
        query(id=name, metric=metric(stat=stat.statistic, period=period_seconds, **_metric(stat.metric)))
        for name, stat in math.inputs.items()
    ]
    return [query(id="total", expression=math.expression, label=math.label, return_data=True), *inputs]
