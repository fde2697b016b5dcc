"""The PostgreSQL database."""

from __future__ import annotations

from modules.catalog.context import Context
from modules.catalog.words import above, datapoints
from modules.spec.alarms import Alarm, Missing, Severity
from modules.spec.dashboards import Graph, Line
from modules.spec.metrics import Ceiling, Metric, Stat

NAMESPACE = "AWS/RDS"
# The setup guide's 80 of PostgreSQL's default of 100 connections.
SHARE_OF_MAX_CONNECTIONS = 0.8
# What runs out, by engine: an Aurora volume has no FreeStorageSpace, a serverless one has ACUs.
SPACE = {
    "postgres": ("FreeStorageSpace", "Bytes", "Minimum"),
    "aurora-postgresql": ("FreeLocalStorage", "Bytes", "Minimum"),
    "aurora-postgresql-serverless": ("ACUUtilization", "Percent", "Maximum"),
}


def warnings(context: Context) -> tuple[str, ...]:
    """The key to set so that the alarms watch a database that exists."""
    if context.settings.database.identifier:
        return ()
    return (f"database alarms watch {context.database}, which is a guess; set database.identifier",)


def alarms(context: Context) -> tuple[Alarm, ...]:
    """Connections of the database."""
    return (connections(context),)


def connections(context: Context) -> Alarm:
    """The database runs out of connections, or does not report any more."""
    most = context.settings.database.max_connections
    return Alarm(
        key="db-connections-high",
        name=context.names.named("db-connections-high"),
        summary=f"Connections of {context.database} are nearly used up, or it stopped reporting",
        signal=Stat(_metric(context, "DatabaseConnections", "Count"), "Average"),
        condition=above(
            round(most * SHARE_OF_MAX_CONNECTIONS),
            because=f"80 % of max_connections, which is {most}, as in the setup guide",
        ),
        evaluation=datapoints(2, of=2),
        missing=Missing.BREACHING,  # a database always reports; AWS recommends it so
        severity=Severity.CRITICAL,
        runbook="db-connections-high",
    )


def connections_graph(context: Context) -> Graph:
    """Open connections."""
    line = Line(Stat(_metric(context, "DatabaseConnections", "Count"), "Average"), "Connections")
    return Graph(title="Database: connections", lines=(line,))


def load_graph(context: Context) -> Graph:
    """How busy the database is."""
    line = Line(Stat(_metric(context, "CPUUtilization", "Percent"), "Average"), "CPU")
    return Graph(title="Database: CPU", lines=(line,), unit="Percent")


def space_graph(context: Context) -> Graph:
    """What this engine runs out of."""
    name, unit, statistic = SPACE[context.settings.database.engine]
    line = Line(Stat(_metric(context, name, unit), statistic), name)
    return Graph(title=f"Database: {name}", lines=(line,), unit=unit)


def ceilings(context: Context) -> tuple[Ceiling, ...]:
    """The database refuses connections beyond its maximum."""
    most = context.settings.database.max_connections
    metric = _metric(context, "DatabaseConnections", "Count")
    return (Ceiling(metric, most, f"the database takes {most} connections"),)


def _metric(context: Context, name: str, unit: str) -> Metric:
    return Metric(NAMESPACE, name, {"DBInstanceIdentifier": context.database}, unit)
