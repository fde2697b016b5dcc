"""Metrics and the signals made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Metric:
    """One CloudWatch time series: namespace, name and its whole dimension set.

    CloudWatch matches dimension sets exactly, so a missing dimension is another metric.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    unit: str = "None"


@dataclass(frozen=True)
class Stat:
    """A metric under a statistic, such as `Sum`, `Maximum` or `p99`."""

    metric: Metric
    statistic: str


@dataclass(frozen=True)
class Math:
    """A metric-math expression over named statistics.

    Parameters
    ----------
    expression
        For example ``SUM([e1, e2])``, the sum of those inputs that have a data point.
    inputs
        Statistics by the id that the expression uses.
    label
        The name of the result on a graph.
    """

    expression: str
    inputs: Mapping[str, Stat]
    label: str


Signal = Stat | Math


def stats_of(signal: Signal) -> tuple[Stat, ...]:
    """Every statistic that a signal reads."""
    return (signal,) if isinstance(signal, Stat) else tuple(signal.inputs.values())


@dataclass(frozen=True)
class Ceiling:
    """A limit of this very system: the metric cannot go beyond it, so no threshold may lie there."""

    metric: Metric
    maximum: float
    because: str
