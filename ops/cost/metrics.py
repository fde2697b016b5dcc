"""Custom metrics: each name with each set of dimension values is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from modules.resources.series import series_of
from modules.resources.views import Dashboard, MetricAlarm, MetricFilter, Resource
from modules.terraform.values import as_map, hashable
from ops.cost.surroundings import Surroundings
from ops.cost.usages import Usage, used
from ops.cost.widgets import shown

# AWS charges nothing for what it publishes of its own services there.
AWS_NAMESPACES = ("AWS/", "CloudWatchSynthetics")
_FILTERS = "a filter's metric counts even where no line ever matches"
_READ = "a custom metric that an alarm or a widget reads is published by somebody"


@dataclass(frozen=True)
class Family:
    """The series of one metric that have the same dimension names; unknown parts stand as text."""

    namespace: str
    name: str
    dimensions: frozenset[str]


def custom_metrics(around: Surroundings) -> Iterator[Usage]:
    """Those that filters publish, and those that somebody else does."""
    published = {family for item in around.stack.of(MetricFilter) for family in _published(item)}
    read = Counter(family for family, _ in {pair for item in around.stack.resources for pair in _read(item)})
    for family in published:
        dimensioned = around.volumes.figure("metric_series", family.name) if family.dimensions else Decimal(1)
        said = around.volumes.said("metric_series") if family.dimensions else _FILTERS
        yield used("custom_metric", max(dimensioned, Decimal(read[family])), said)
    for family in read.keys() - published:
        yield used("custom_metric", Decimal(read[family]), _READ)
    publishers = Decimal(len({family.namespace for family in read}))
    if publishers:
        said = f"for each namespace that alarms or widgets read, {around.volumes.said('metric_requests')}"
        yield used("api_request", publishers * around.volumes.figure("metric_requests"), said)


def _published(item: MetricFilter) -> Iterator[Family]:
    for block in item.transformations:
        names = frozenset(as_map(block.get("dimensions")))
        yield Family(_text(block.get("namespace")), _text(block.get("name")), names)


def _read(item: Resource) -> Iterator[tuple[Family, Any]]:
    """The custom series that an alarm or a dashboard reads."""
    if isinstance(item, MetricAlarm):
        # A state fills in what nobody set.
        values = {**item.values, **{name: item.get(name) or None for name in ("metric_query", "metric_name")}}
        found = ((one.namespace, one.name, as_map(one.dimensions)) for one in series_of(values))
    elif isinstance(item, Dashboard):
        found = ((one.namespace, one.name, _paired(one.dimensions)) for one in shown(item))
    else:
        return
    yield from _custom(found)


def _custom(found: Iterable[tuple[Any, Any, Mapping[str, Any]]]) -> Iterator[tuple[Family, Any]]:
    for namespace, name, dimensions in found:
        family = Family(_text(namespace), _text(name), frozenset(dimensions))
        if not family.namespace.startswith(AWS_NAMESPACES):
            yield family, frozenset((key, hashable(value)) for key, value in dimensions.items())


def _paired(parts: Sequence[str]) -> Mapping[str, str]:
    return dict(zip(parts[::2], parts[1::2], strict=False))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else hashable(value)
