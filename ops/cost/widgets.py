"""What stands on a dashboard: the metrics that it shows, and its log queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from modules.resources.views import Resource
from modules.terraform.values import as_list, as_map, blocks, from_json
from ops.cost.surroundings import Surroundings
from ops.cost.usages import ONE, Counted, assumed, counts, used

FREE_METRICS = 50
SAME, SAME_ROW = ".", "..."
HEAD = 2
_UNREAD = "a dashboard that is not known yet is taken for a large one"


class Shown(NamedTuple):
    """A metric on a graph; the dimensions are names and values in turn."""

    namespace: str
    name: str
    dimensions: tuple[str, ...]


@counts("aws_cloudwatch_dashboard")
def dashboard(item: Resource, around: Surroundings) -> Counted:
    """One each, and a query for every log widget."""
    body = item.get("dashboard_body")
    unread = body is not None and from_json(body) is None
    large = unread or len(set(shown(item))) > FREE_METRICS
    yield used("dashboard_large" if large else "dashboard", ONE, *[_UNREAD] * unread)
    queries = Decimal(sum(widget.get("type") == "log" for widget in _widgets(item)))
    if queries:
        yield assumed("log_query", around.volumes, "query_gb", times=queries)


def shown(item: Resource) -> Iterator[Shown]:
    """The metrics of all graphs; an expression reads metrics of its own graph."""
    for widget in _widgets(item):
        for row in _rows(as_map(widget.get("properties")).get("metrics")):
            if len(row) >= HEAD:
                yield Shown(row[0], row[1], tuple(row[HEAD:]))


def _widgets(item: Resource) -> tuple[Mapping[str, Any], ...]:
    return blocks(as_map(from_json(item.get("dashboard_body"))).get("widgets"))


def _rows(metrics: Any) -> Iterator[list[str]]:
    """The rows written out: a dot stands for the entry above it, three dots for all that fit."""
    above: list[str] = []
    for entry in as_list(metrics):
        row = [part for part in as_list(entry) if isinstance(part, str)]
        if row[:1] == [SAME_ROW]:
            row = above[: max(0, len(above) - len(row) + 1)] + row[1:]
        row = [above[at] if part == SAME and at < len(above) else part for at, part in enumerate(row)]
        if row:
            above = row
            yield row
