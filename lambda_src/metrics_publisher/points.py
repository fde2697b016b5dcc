"""Counts as data points, in as many calls as PutMetricData wants. Pure.

Source of the limits: CloudWatch API reference, PutMetricData: 1,000 metrics and 1 MB a call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from plan import Metric

Point = dict[str, Any]

MOST_POINTS = 1000
_LARGEST_BYTES = 1_000_000
# A point grows on its way: the protocol names every field, and escapes what is no letter.
_GROWTH, _MORE_BYTES = 3, 400


def point(metric: Metric, value: float, at: datetime) -> Point:
    """One data point, at the resolution of a minute."""
    dimensions = [{"Name": name, "Value": text} for name, text in metric.dimensions]
    return {
        "MetricName": metric.name,
        "Dimensions": dimensions,
        "Timestamp": at,
        "Value": value,
        "Unit": metric.unit,
        "StorageResolution": 60,
    }


def batches(points: Iterable[Point]) -> Iterator[Sequence[Point]]:
    """The points in their order, in groups that one call takes."""
    batch: list[Point] = []
    size = 0
    for one in points:
        more = _GROWTH * len(json.dumps(one, default=str)) + _MORE_BYTES
        if batch and (len(batch) == MOST_POINTS or size + more > _LARGEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += more
    if batch:
        yield batch
