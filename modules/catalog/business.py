"""What the system does for its users: figures counted in the database, and such as others publish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from modules.catalog import publisher
from modules.catalog.context import Context
from modules.catalog.words import above, below, datapoints
from modules.errors import Problem
from modules.settings.business import BusinessMetric, MetricAlarm
from modules.spec.alarms import Alarm, Missing
from modules.spec.dashboards import Graph, Line
from modules.spec.metrics import Metric, Stat

# Alarms alone have their bare key as construct id; these are the ids of other things, or begin them.
RESERVED = frozenset({"aws", "current", "current-partition", "tag-policy", "tag-policy-attachment"})
KINDS = (
    "alarm-", "dashboard-", "email-", "events-", "filter-", "function-", "group-", "invoke-", "key-",
    "output-", "pagerduty-", "query-", "queue-", "role-", "schedule-", "secret-", "subscription-",
    "tag-policy-", "topic-",
)  # fmt: skip
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+")


def alarm_key(name: str) -> str:
    """The key of a metric's alarm: `ActiveSessions` makes ``active-sessions``."""
    return "-".join(_WORDS.findall(name)).lower()


def alarms(context: Context) -> Iterator[Alarm]:
    """The alarm of each metric whose configuration wants one."""
    for name, metric in sorted(context.settings.business_metrics.metrics.items()):
        if metric.alarm:
            yield _alarm(context, name, metric, metric.alarm)


def _alarm(context: Context, name: str, metric: BusinessMetric, wish: MetricAlarm) -> Alarm:
    """A gauge that is too high or too low. That it is not counted at all, the heartbeat tells."""
    key = alarm_key(name)
    low = wish.below is not None
    return Alarm(
        key=key,
        name=context.names.named(key),
        summary=f"The business metric {name} is too {'low' if low else 'high'}",
        signal=Stat(counted(context, name, metric), "Minimum" if low else "Maximum"),
        condition=below(wish.below, because=wish.because)
        if wish.below is not None
        else above(wish.above or 0, because=wish.because),
        evaluation=datapoints(
            wish.periods, of=wish.periods, period_seconds=publisher.period_seconds(context)
        ),
        missing=Missing.NOT_BREACHING,
        severity=wish.severity,
        runbook=wish.runbook,
    )


def counted(context: Context, name: str, metric: BusinessMetric) -> Metric:
    """A metric as it is published."""
    return Metric(context.names.namespace, name, dict(sorted(metric.dimensions.items())), metric.unit)


def graphs(context: Context) -> tuple[Graph, ...]:
    """One graph for each metric. Maximum: counters of "today" grow until midnight, so a sum lies."""
    return tuple(
        Graph(title=f"Business: {metric.name}", lines=(Line(Stat(metric, "Maximum"), metric.name),))
        for metric in _drawn(context)
    )


def _drawn(context: Context) -> list[Metric]:
    settings = context.settings
    found = [
        counted(context, name, metric)
        for name, metric in settings.business_metrics.metrics.items()
        if metric.widget
    ]
    found += [context.custom(name, outside.unit) for name, outside in settings.published_outside.items()]
    return sorted(found, key=lambda metric: metric.name)


def problems(context: Context, others: set[str], made: set[str]) -> Iterator[Problem]:
    """Metrics whose names, or whose alarms' keys, are somebody else's.

    Parameters
    ----------
    others
        The keys of all other alarms.
    made
        The names of the metrics that filters and functions of ours make.
    """
    settings = context.settings
    taken = dict.fromkeys(others, "the key of an alarm of ours")
    for name, metric in sorted(settings.business_metrics.metrics.items()):
        path = ("business_metrics", "metrics", name)
        text = _clash(name, metric, taken, made)
        if text:
            yield Problem(settings.file_of(*path), ".".join(path), f"{text}; name the metric otherwise")
        if metric.alarm:
            taken.setdefault(alarm_key(name), f"the key of the alarm of {name}")
    for name in sorted(set(settings.published_outside) & made):
        yield Problem(
            settings.file_of("published_outside", name),
            f"published_outside.{name}",
            "is published by this project itself; take it out",
        )


def _clash(name: str, metric: BusinessMetric, taken: Mapping[str, str], made: set[str]) -> str | None:
    if name in made:
        return "is the name of a metric that this project makes of logs and runs"
    if metric.alarm is None:
        return None
    key = alarm_key(name)
    if not key or key in RESERVED or key.startswith(KINDS):
        return f"its alarm would be {key!r}, which means something else in Terraform"
    return f"its alarm would be {key!r}, which is {taken[key]}" if key in taken else None
