"""Alarms, by class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from modules.resources.views import Resource
from modules.semantics.metric_math import BAND, Kind, Node, parse
from modules.terraform.values import as_number, as_text, blocks
from ops.cost.surroundings import Surroundings
from ops.cost.usages import ONE, Counted, assumed, counts, used

HIGH_RESOLUTION_BELOW_SECONDS = 60
BAND_EDGES = 2
_PER_METRIC = "an alarm on an expression is charged for each metric that it reads"
_BAND = "an anomaly alarm is charged for its metric and for both edges of the band"


@counts("aws_cloudwatch_metric_alarm")
def metric_alarm(alarm: Resource, around: Surroundings) -> Counted:
    """By the metrics that it reads and how often it looks."""
    metrics = Decimal(sum(len(blocks(query.get("metric"))) for query in _queries(alarm)) or 1)
    fast = "_high_resolution" if _is_fast(alarm) else ""
    if _is_anomaly(alarm):
        yield used(f"alarm_anomaly{fast}", metrics + BAND_EDGES, _BAND)
    elif any(math.kind is Kind.QUERY for math in _expressions(alarm)):
        yield assumed("alarm_metrics_insights", around.volumes, "insights_metrics")
    else:
        yield used(f"alarm{fast or '_standard'}", metrics, _PER_METRIC)


@counts("aws_cloudwatch_composite_alarm")
def composite_alarm(alarm: Resource, around: Surroundings) -> Counted:
    """One each; the alarms that it names are counted for themselves."""
    del alarm, around
    yield used("alarm_composite", ONE)


def _queries(alarm: Resource) -> tuple[Mapping[str, Any], ...]:
    return blocks(alarm.get("metric_query"))


def _expressions(alarm: Resource) -> Iterator[Node]:
    yield from map(parse, filter(None, (as_text(query.get("expression")) for query in _queries(alarm))))


def _is_anomaly(alarm: Resource) -> bool:
    """Whether its threshold is a band."""
    bands = (band for math in _expressions(alarm) for band in math.calls(BAND))
    return bool(alarm.get("threshold_metric_id")) or any(bands)


def _is_fast(alarm: Resource) -> bool:
    queries = _queries(alarm)
    metrics = [metric for query in queries for metric in blocks(query.get("metric"))]
    periods = [as_number(block.get("period")) for block in (alarm.values, *queries, *metrics)]
    return any(0 < period < HIGH_RESOLUTION_BELOW_SECONDS for period in periods if period is not None)
