"""Between which values a metric can lie under each kind of statistic, as the Python policies say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from modules import facts
from modules.resources.series import Series
from modules.resources.stacks import Stack
from policies.bounds import of_series
from policies.context import Context, PublishedOutside

# One statistic of each kind: what it says of values hangs on the metric, or does not.
OF_THE_METRIC = {"sum": "Sum", "value": "Average"}
OF_ANY_METRIC = {"count": "SampleCount", "share": "PR(:1)"}
Bounds = dict[str, list[float | None]]


def common_bounds() -> Bounds:
    """Of the statistics that are bounded whatever the metric is."""
    return bounds("Ours", "Any", {}, _context(), OF_ANY_METRIC)


def metric_bounds() -> dict[str, dict[str, Bounds]]:
    """By namespace and name: the metrics that AWS publishes."""
    found: dict[str, dict[str, Bounds]] = {}
    for fact in facts.metrics():
        found.setdefault(fact.namespace, {})[fact.name] = bounds(fact.namespace, fact.name, {}, _context())
    return found


def unit_bounds() -> dict[str, Bounds]:
    """By unit: what a filter publishes in it."""
    return {unit: bounds("Ours", "Any", {}, _context(unit)) for unit in sorted(facts.UNITS)}


def bounds(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    context: Context,
    statistics: Mapping[str, str] = OF_THE_METRIC,
) -> Bounds:
    """The lowest and the highest value by kind of statistic; None where nothing is known."""
    return {
        kind: _bounds(_series(namespace, name, dimensions, statistic), context)
        for kind, statistic in statistics.items()
    }


def _bounds(series: Series, context: Context) -> list[float | None]:
    interval = of_series(series, Stack(()), context)
    return [value if math.isfinite(value) else None for value in (interval.low, interval.high)]


def _series(namespace: str, name: str, dimensions: Mapping[str, Any], statistic: str) -> Series:
    return Series(
        id=None,
        namespace=namespace,
        name=name,
        dimensions=dimensions,
        statistic=statistic,
        period=None,
        unit=None,
    )


def _context(unit: str = "None") -> Context:
    published = PublishedOutside(namespace="Ours", name="Any", dimensions={}, unit=unit, by="a filter")
    return Context(
        environment="any",
        today=date.min,
        minimum_retention_days=0,
        required_tags={},
        published_outside=(published,),
    )
