"""Services that a target's region lacks: what is left out there, and what makes the region unusable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from modules import facts
from modules.catalog.context import Context
from modules.errors import Problem
from modules.spec.alarms import Alarm
from modules.spec.dashboards import Graph
from modules.spec.metrics import Signal, stats_of
from modules.spec.system import Monitoring

# The service behind each part of a target that cannot be left out. Every target has keys.
_SERVICES = {
    "alarms": "cloudwatch",
    "log_groups": "logs",
    "topics": "sns",
    "queues": "sqs",
    "functions": "lambda",
    "schedules": "scheduler",
    "secrets": "secretsmanager",
}
_KEYS = "kms"
_FILE = "modules/facts/regions.yaml"


def has(context: Context, service: str) -> bool:
    """Return whether a service exists in the target's region."""
    return facts.is_available(service, context.place.region)


def alarms(context: Context, wanted: Mapping[str, Alarm]) -> dict[str, Alarm]:
    """The alarms whose metrics are published in the target's region."""
    return {key: alarm for key, alarm in wanted.items() if not _missing(context, alarm.signal)}


def graphs(context: Context, wanted: Iterable[Graph]) -> list[Graph]:
    """The graphs without lines that the region cannot have. A graph without lines is left out."""
    cut = (
        replace(graph, lines=tuple(line for line in graph.lines if not _missing(context, line.signal)))
        for graph in wanted
    )
    return [graph for graph in cut if graph.lines]  # CloudWatch refuses a graph of nothing


def warnings(context: Context, wanted: Mapping[str, Alarm]) -> Iterator[str]:
    """Name what is left out, and what the facts do not know."""
    region = context.place.region
    left_out: dict[str, list[str]] = {}
    for key, alarm in sorted(wanted.items()):
        for service in _missing(context, alarm.signal):
            left_out.setdefault(service, []).append(key)
    for service, keys in sorted(left_out.items()):
        yield (
            f"{facts.service_title(service)} does not exist in {region}: its graphs, its log groups and the "
            f"alarms {', '.join(keys)} are left out; if AWS has added it there, add the region to {service} "
            f"in {_FILE}"
        )
    if not facts.are_services_known(region):
        yield f"{_FILE} does not say which services exist in {region}; a missing one fails during apply"


def problems(context: Context, made: Monitoring) -> Iterator[Problem]:
    """Report services without which the target cannot be."""
    used = {service: part for part, service in _SERVICES.items() if getattr(made, part)} | {_KEYS: "keys"}
    for service, part in sorted(used.items()):
        if not has(context, service):
            text = f"{context.place.region} has no {facts.service_title(service)}, which {part} need"
            end = f"choose another region, or add this one to {service} in {_FILE} if AWS has added it"
            yield Problem(context.settings.file_of("targets"), "targets", f"{text.replace('_', ' ')}; {end}")


def _missing(context: Context, signal: Signal) -> list[str]:
    """The services that publish a signal's metrics and do not exist in the region."""
    services = {facts.service_of(stat.metric.namespace) for stat in stats_of(signal)}
    return sorted(service for service in services if service and not has(context, service))
