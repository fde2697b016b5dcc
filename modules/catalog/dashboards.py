"""Three pages: what happens now, how it went, what the logs say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from modules.catalog import availability, backend, bedrock, business, database, delivery, functions
from modules.catalog.context import Context
from modules.render import queries
from modules.spec.alarms import Alarm, Comparison
from modules.spec.dashboards import AlarmStatus, Dashboard, Graph, Limit, LogTable, Note, Widget
from modules.spec.metrics import stats_of

_BREACH_ABOVE = {Comparison.ABOVE, Comparison.AT_LEAST}
# The widget shows up to a hundred alarms.
MOST_ALARMS_IN_STATUS = 100
HOUR_SECONDS = 3600


def dashboards(context: Context, alarms: Mapping[str, Alarm]) -> tuple[Dashboard, ...]:
    """The pages of a target."""
    pages = {
        "real-time": (_real_time(context, alarms), "-PT3H"),
        "historical": (_historical(context, alarms), "-P30D"),
        "logs": (_logs(context, alarms), "-PT3H"),
    }
    return tuple(
        Dashboard(key=key, name=context.names.account_wide(key), widgets=widgets, start=start)
        for key, (widgets, start) in pages.items()
    )


def _graphs(context: Context, alarms: Mapping[str, Alarm]) -> list[Graph]:
    """Every graph with the thresholds of the alarms that watch what it shows."""
    durations = [key for key in alarms if key.startswith("lambda-duration-")]
    graphs = [
        _limited(bedrock.invocations_graph(context), alarms, "high-error-rate", "bedrock-throttles"),
        _limited(bedrock.latency_graph(context), alarms, "high-latency"),
        _limited(functions.overview_graph(context), alarms, "lambda-errors", "lambda-throttles"),
        _limited(functions.duration_graph(context), alarms, *durations),
        _limited(functions.concurrency_graph(context), alarms, "lambda-concurrency"),
        _limited(backend.traffic_graph(context), alarms, "error-count"),
        _limited(backend.response_time_graph(context), alarms, "response-time"),
        _limited(database.connections_graph(context), alarms, "db-connections-high"),
        *(_limited(graph, alarms, *_alarm_of(context, graph)) for graph in business.graphs(context)),
        # Their alarms fire above 0, and a line there would shade the whole graph.
        delivery.waiting_graph(context),
        delivery.dead_letters_graph(context),
    ]
    return availability.graphs(context, graphs)


def _alarm_of(context: Context, graph: Graph) -> tuple[str, ...]:
    """The key of the alarm of a business metric's graph, if configuration wants one."""
    name = graph.title.partition(": ")[2]
    metric = context.settings.business_metrics.metrics.get(name)
    return (business.alarm_key(name),) if metric and metric.alarm else ()


def _limited(graph: Graph, alarms: Mapping[str, Alarm], *keys: str) -> Graph:
    found: dict[float, Limit] = {}
    for key in keys:
        if key in alarms:
            condition = alarms[key].condition
            above = condition.comparison in _BREACH_ABOVE
            same = found.get(condition.threshold)
            label = f"{same.label}, {key}" if same else key
            found[condition.threshold] = Limit(label, condition.threshold, above)
    return replace(graph, limits=tuple(found.values()))


def _real_time(context: Context, alarms: Mapping[str, Alarm]) -> tuple[Widget, ...]:
    return (
        *_status(context, alarms),
        *_graphs(context, alarms),
        _errors_table(context, 20),
        _levels(context),
    )


def _historical(context: Context, alarms: Mapping[str, Alarm]) -> tuple[Widget, ...]:
    """By the hour. A threshold on a sum is meant for its own period, so it has no line here."""
    sums = {
        key
        for key, alarm in alarms.items()
        if any(stat.statistic == "Sum" for stat in stats_of(alarm.signal))
    }
    levels = {key: alarm for key, alarm in alarms.items() if key not in sums}
    more = (bedrock.model_graph(context), database.load_graph(context), database.space_graph(context))
    graphs = (*_graphs(context, levels), *availability.graphs(context, more))
    return (*_status(context, alarms), *(replace(graph, period_seconds=HOUR_SECONDS) for graph in graphs))


def _logs(context: Context, alarms: Mapping[str, Alarm]) -> tuple[Widget, ...]:
    log = context.settings.backend.log
    slow = queries.slow_requests(log, alarms["response-time"].condition.threshold)
    return (
        *_status(context, alarms),
        _errors_table(context, 100),
        _table(context, "Slow requests", slow, width=12),
        _table(context, "Errors by type", queries.error_distribution(log), width=12),
        _table(context, "Requests by session", queries.requests_by_session(log), width=12),
        _table(context, "Response time", queries.response_time(log), width=12),
        _levels(context),
        Note(markdown=_about(context)),
    )


def _status(context: Context, alarms: Mapping[str, Alarm]) -> tuple[AlarmStatus, ...]:
    arns = [context.place.arn("cloudwatch", f"alarm:{alarm.name}") for alarm in alarms.values()]
    parts = [arns[at : at + MOST_ALARMS_IN_STATUS] for at in range(0, len(arns), MOST_ALARMS_IN_STATUS)]
    return tuple(AlarmStatus(title="Alarms", alarm_arns=tuple(part)) for part in parts)


def _errors_table(context: Context, limit: int) -> LogTable:
    return _table(context, "Recent errors", queries.recent_errors(context.settings.backend.log, limit))


def _levels(context: Context) -> LogTable:
    text = queries.log_levels(context.settings.backend.log)
    return replace(_table(context, "Log levels", text, width=12), view="pie")


def _table(context: Context, title: str, query: str, *, width: int = 24) -> LogTable:
    return LogTable(title=title, query=query, groups=(context.names.log_group(backend.GROUP),), width=width)


def _about(context: Context) -> str:
    return f"The same queries are saved in Logs Insights, in the folder **{context.names.query_folder}**."
