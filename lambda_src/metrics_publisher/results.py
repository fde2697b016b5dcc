"""Rows as the one number that a metric is. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from faults import Fault, Kind
from plan import Metric

# Source: PutMetricData, MetricDatum, Value.
MOST = 2.0**360


def number(metric: Metric, columns: int, rows: Sequence[Sequence[object]]) -> float:
    """The value of a metric.

    Raises
    ------
    Fault
        `result`: not one row with one finite number. `bounds`: a number that the metric cannot have.
    """
    if columns != 1:
        raise Fault(Kind.RESULT, f"the query gave {columns} columns, not one")
    if len(rows) != 1:
        raise Fault(Kind.RESULT, f"the query gave {'more than one' if rows else 'no'} row")
    value = _finite(rows[0][0])
    if metric.minimum is not None and value < metric.minimum:
        raise Fault(Kind.BOUNDS, f"{value:g} is below the minimum of {metric.minimum:g}")
    if metric.maximum is not None and value > metric.maximum:
        raise Fault(Kind.BOUNDS, f"{value:g} is above the maximum of {metric.maximum:g}")
    return value


def _finite(found: object) -> float:
    if found is None:
        raise Fault(Kind.RESULT, "the query gave NULL, which is no number")
    if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
        raise Fault(Kind.RESULT, f"the query gave {type(found).__name__}, which is no number")
    try:
        value = float(found)
    except (OverflowError, ValueError):  # an int that is too large, a NaN that signals
        value = math.inf
    if not math.isfinite(value) or abs(value) > MOST:
        raise Fault(Kind.RESULT, "the query gave a number that CloudWatch does not take")
    return value
