"""What the system does for its users: figures counted in the database, and such as others publish."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modules.catalog import publisher
from modules.catalog.context import Context
from modules.catalog.words import above, below, datapoints
from modules.errors import Problem
from modules.settings.business import BusinessMetric, MetricAlarm
from modules.spec.alarms import Alarm, Missing
from modules.spec.dashboards import Graph, Line
from modules.spec.metrics import Metric, Stat

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


def problems(context: Context, others: set[str]) -> Iterator[Problem]:
    """Alarms whose keys somebody else has; `others` are the keys of all other alarms."""
    settings, taken = context.settings, dict.fromkeys(others, "an alarm of its own")
    for name, metric in sorted(settings.business_metrics.metrics.items()):
        key = alarm_key(name)
        if metric.alarm and (not key or key in taken):
            text = (
                f"its alarm would be {key!r}, which is {taken.get(key, 'no name')}; name the metric otherwise"
            )
            path = ("business_metrics", "metrics", name)
            yield Problem(settings.file_of(*path), ".".join(path), text)
        elif metric.alarm:
            taken[key] = f"the alarm of {name}"
