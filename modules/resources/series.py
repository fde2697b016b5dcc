"""What an alarm watches: metrics, each under a statistic, and expressions over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules.resources.breaches import shown
from modules.terraform.values import as_map, as_text, blocks, is_open


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric under a statistic, every part as it stands."""

    id: Any
    namespace: Any
    name: Any
    dimensions: Any
    statistic: Any
    period: Any
    unit: Any

    @cached_property
    def metric(self) -> tuple[str, str] | None:
        """Namespace and name, where both are known."""
        namespace, name = as_text(self.namespace), as_text(self.name)
        return (namespace, name) if namespace and name else None

    @cached_property
    def dimension_names(self) -> frozenset[str] | None:
        """The names of its dimensions, where they are known."""
        return None if is_open(self.dimensions) else frozenset(as_map(self.dimensions))

    def __str__(self) -> str:
        """Return text such as `Sum of AWS/Lambda Errors (FunctionName=booking)`."""
        name = f"{shown(self.statistic)} of {shown(self.namespace)} {shown(self.name)}"
        if is_open(self.dimensions):
            return f"{name} (dimensions {shown(self.dimensions)})"
        pairs = [f"{key}={shown(value)}" for key, value in sorted(as_map(self.dimensions).items())]
        return f"{name} ({', '.join(pairs)})" if pairs else f"{name} (no dimensions)"


def series_of(values: Mapping[str, Any]) -> tuple[Series, ...]:
    """Every metric that the arguments of an alarm name."""
    if values.get("metric_query") is not None:
        queries = blocks(values.get("metric_query"))
        return tuple(_of_query(query, metric) for query in queries for metric in blocks(query.get("metric")))
    if values.get("metric_name") is None:
        return ()
    statistic = values.get("statistic") or values.get("extended_statistic")
    return (_series(None, values, statistic, values.get("period")),)


def _of_query(query: Mapping[str, Any], metric: Mapping[str, Any]) -> Series:
    return _series(query.get("id"), metric, metric.get("stat"), metric.get("period"))


def _series(identity: Any, values: Mapping[str, Any], statistic: Any, period: Any) -> Series:
    return Series(
        id=identity,
        namespace=values.get("namespace"),
        name=values.get("metric_name"),
        dimensions=values.get("dimensions"),
        statistic=statistic,
        period=period,
        unit=values.get("unit"),
    )
