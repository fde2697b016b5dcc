"""What an alarm watches: metrics, each under a statistic, and expressions over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.resources import MetricAlarm
from policies.values import as_map, as_text, blocks, is_open


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

    @property
    def metric(self) -> tuple[str, str] | None:
        """Namespace and name, where both are known."""
        namespace, name = as_text(self.namespace), as_text(self.name)
        return (namespace, name) if namespace and name else None

    @property
    def dimension_names(self) -> frozenset[str] | None:
        """The names of its dimensions, where they are known."""
        return None if is_open(self.dimensions) else frozenset(as_map(self.dimensions))

    def __str__(self) -> str:
        names = ", ".join(sorted(self.dimension_names or ())) or "no dimensions"
        return f"{self.namespace} {self.name} ({names})"


def queries(alarm: MetricAlarm) -> tuple[Mapping[str, Any], ...]:
    """The blocks of a metric-math alarm."""
    return blocks(alarm.get("metric_query"))


def series(alarm: MetricAlarm) -> tuple[Series, ...]:
    """Every metric that an alarm reads."""
    if alarm.get("metric_query") is not None:
        return tuple(
            _of_query(query, metric) for query in queries(alarm) for metric in blocks(query.get("metric"))
        )
    if alarm.get("metric_name") is None:
        return ()
    statistic = alarm.get("statistic") or alarm.get("extended_statistic")
    return (_series(None, alarm.values, statistic, alarm.get("period")),)


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
