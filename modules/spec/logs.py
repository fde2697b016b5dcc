"""Log groups, metric filters and saved queries."""

from __future__ import annotations

from dataclasses import dataclass

from modules.spec.metrics import Metric


@dataclass(frozen=True, kw_only=True)
class LogGroup:
    """A log group with its retention; `component` is the part of the system that writes to it."""

    key: str
    name: str
    component: str
    retention_days: int


@dataclass(frozen=True, kw_only=True)
class MetricFilter:
    """A metric made from log events.

    Attributes
    ----------
    group
        The key of the log group.
    value
        A number, or a selector such as ``$.processing_time_ms``.
    default
        The value of each log event that does not match. `None` publishes nothing for it, which
        is right for a measurement: a zero would drag averages and percentiles down.
    """

    key: str
    name: str
    group: str
    pattern: str
    metric: Metric
    value: str
    default: float | None


@dataclass(frozen=True, kw_only=True)
class SavedQuery:
    """A Logs Insights query over log groups, by key; a ``/`` in the name makes a folder."""

    key: str
    name: str
    query: str
    groups: tuple[str, ...]
