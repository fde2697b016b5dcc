"""What the system does for its users, as published by something outside of this project."""

from __future__ import annotations

from modules.catalog.context import Context
from modules.catalog.words import above, datapoints
from modules.spec.alarms import Alarm, Missing, Severity
from modules.spec.dashboards import Graph, Line
from modules.spec.metrics import Stat

SESSIONS = "ActiveSessions"


def warnings(context: Context) -> tuple[str, ...]:
    """What to declare so that the alarm on sessions appears."""
    if SESSIONS in context.settings.published_outside:
        return ()
    return (
        f"nothing publishes {SESSIONS}, so its alarm is left out; declare it in published_outside.{SESSIONS}",
    )


def alarms(context: Context) -> tuple[Alarm, ...]:
    """More sessions than the system was sized for."""
    outside = context.settings.published_outside.get(SESSIONS)
    if outside is None:
        return ()
    return (
        Alarm(
            key="active-sessions",
            name=context.names.named("active-sessions"),
            summary="More sessions are active than the system was sized for",
            signal=Stat(context.custom(SESSIONS, outside.unit), "Maximum"),
            condition=above(1000, because="the setup guide's table alarms above 1000 sessions"),
            evaluation=datapoints(1, of=1),
            missing=Missing.NOT_BREACHING,
            severity=Severity.INFO,
            runbook="active-sessions",
        ),
    )


def graphs(context: Context) -> tuple[Graph, ...]:
    """One graph for each metric. Maximum: counters of "today" grow until midnight, so a sum lies."""
    return tuple(
        Graph(
            title=f"Business: {name}",
            lines=(Line(Stat(context.custom(name, outside.unit), "Maximum"), name),),
        )
        for name, outside in sorted(context.settings.published_outside.items())
    )
