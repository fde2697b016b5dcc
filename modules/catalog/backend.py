"""The backend API: metrics out of its JSON log lines, and the alarms on them."""

from __future__ import annotations

from modules.catalog.context import Context
from modules.catalog.words import above, datapoints
from modules.render.patterns import all_of, any_of, at_least, equals
from modules.spec.alarms import Alarm, Missing, Severity
from modules.spec.dashboards import Graph, Line
from modules.spec.logs import MetricFilter
from modules.spec.metrics import Metric, Stat

GROUP = "backend"


def error_count(context: Context) -> Metric:
    """Log lines of an error level."""
    return context.custom("ErrorCount", "Count")


def response_time(context: Context) -> Metric:
    """Milliseconds from request to response of one API call."""
    return context.custom("ResponseTime", "Milliseconds")


def success_count(context: Context) -> Metric:
    """Responses sent."""
    return context.custom("SuccessCount", "Count")


def filters(context: Context) -> tuple[MetricFilter, ...]:
    """The three filters of the setup guide, in the syntax that matches JSON lines."""
    log = context.settings.backend.log
    return (
        MetricFilter(
            key="error-count",
            name=context.names.named("error-count"),
            group=GROUP,
            pattern=any_of(*(equals(log.level_field, level) for level in sorted(set(log.error_levels)))),
            metric=error_count(context),
            value="1",
            default=0,
        ),
        MetricFilter(
            key="response-time",
            name=context.names.named("response-time"),
            group=GROUP,
            pattern=all_of(equals(log.event_field, log.response_event), at_least(log.duration_field, 0)),
            metric=response_time(context),
            value=f"$.{log.duration_field}",
            default=None,  # a zero would drag the average down
        ),
        MetricFilter(
            key="success-count",
            name=context.names.named("success-count"),
            group=GROUP,
            pattern=all_of(
                equals(log.level_field, log.info_level), equals(log.event_field, log.response_event)
            ),
            metric=success_count(context),
            value="1",
            default=0,
        ),
    )


def alarms(context: Context) -> tuple[Alarm, ...]:
    """Errors in the log and slow responses."""
    return errors(context), slow_responses(context)


def errors(context: Context) -> Alarm:
    """The backend logs more errors than a bad request here and there."""
    return Alarm(
        key="error-count",
        name=context.names.named("error-count"),
        summary="The backend logs errors",
        signal=Stat(error_count(context), "Sum"),
        condition=above(10, because="the setup guide's table alarms above 10 errors in 5 minutes"),
        evaluation=datapoints(1, of=1),
        missing=Missing.NOT_BREACHING,  # no log lines, no errors
        severity=Severity.CRITICAL,
        runbook="error-count",
    )


def slow_responses(context: Context) -> Alarm:
    """API calls take longer than people wait."""
    return Alarm(
        key="response-time",
        name=context.names.named("response-time"),
        summary="The backend answers slowly (average)",
        signal=Stat(response_time(context), "Average"),
        condition=above(3000, because="the setup guide's table alarms above 3000 ms on average"),
        evaluation=datapoints(2, of=2),
        missing=Missing.NOT_BREACHING,
        severity=Severity.WARNING,
        runbook="response-time",
    )


def traffic_graph(context: Context) -> Graph:
    """Responses and errors."""
    lines = (
        Line(Stat(success_count(context), "Sum"), "Responses", "#2ca02c"),
        Line(Stat(error_count(context), "Sum"), "Errors", "#d62728"),
    )
    return Graph(title="Backend: responses and errors", lines=lines)


def response_time_graph(context: Context) -> Graph:
    """Response time, average and p99."""
    metric = response_time(context)
    lines = (Line(Stat(metric, "Average"), "average"), Line(Stat(metric, "p99"), "p99"))
    return Graph(title="Backend: response time", lines=lines, unit="Milliseconds")
