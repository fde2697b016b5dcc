"""Dashboards that CloudWatch accepts, with every widget in a place of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.views import Dashboard
from modules.terraform.values import as_map, as_whole, from_json, is_open
from policies.engine import rule
from policies.findings import Level

_FIX = "place the widgets through rows in the catalog"
_TYPES = ("metric", "text", "log", "alarm", "explorer", "custom")


@dataclass(frozen=True, order=True)
class Place:
    """The cells that a widget covers."""

    y: int
    x: int
    height: int
    width: int

    def overlaps(self, other: Place) -> bool:
        """Whether both cover a cell."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


@rule("MON-DSH-001", level=Level.ERROR, why="CloudWatch refuses any other body.")
def body_is_json(dashboard: Dashboard) -> Iterator[Breach]:
    """The body of a dashboard is JSON with a list of widgets of known types."""
    body = dashboard.get("dashboard_body")
    if is_open(body) and from_json(body) is None:
        return
    widgets = as_map(from_json(body)).get("widgets")
    if not isinstance(widgets, list):
        yield dashboard.finding(found=body, wanted="JSON with a list of widgets", fix=_FIX)
        return
    for widget in widgets:
        if not isinstance(widget, dict) or widget.get("type") not in _TYPES:
            yield dashboard.finding(found=widget, wanted=f"a widget of type {', '.join(_TYPES)}", fix=_FIX)


@rule("MON-DSH-002", level=Level.ERROR, why="CloudWatch refuses a widget that sticks out.")
def widgets_are_inside(dashboard: Dashboard) -> Iterator[Breach]:
    """Every widget has a place and a size within the columns."""
    columns, most = facts.limit("dashboard_columns"), facts.limit("dashboard_height")
    for widget in _widgets(dashboard):
        place = _place(widget)
        inside = place and place.x + place.width <= columns and place.height <= most
        if not inside:
            found = [f"{key}={widget.get(key)}" for key in ("x", "y", "width", "height")]
            yield dashboard.finding(found=found, wanted=f"x + width ≤ {columns}, height ≤ {most}", fix=_FIX)


@rule("MON-DSH-003", level=Level.ERROR, why="CloudWatch moves overlapping widgets wherever there is room.")
def widgets_do_not_overlap(dashboard: Dashboard) -> Iterator[Breach]:
    """No two widgets cover the same cell."""
    places = sorted(place for widget in _widgets(dashboard) if (place := _place(widget)))
    for index, place in enumerate(places):
        for other in places[index + 1 :]:
            if other.y >= place.y + place.height:
                break
            if place.overlaps(other):
                found = f"widgets at x={place.x} y={place.y} and x={other.x} y={other.y}"
                yield dashboard.finding(found=found, wanted="no common cell", fix=_FIX)


@rule("MON-DSH-004", level=Level.ERROR, why="CloudWatch refuses more.")
def widgets_are_few(dashboard: Dashboard) -> Iterator[Breach]:
    """A dashboard stays within the limits on widgets and metrics."""
    metrics = [len(_metrics(widget)) for widget in _widgets(dashboard)]
    counts = {
        "dashboard_widgets": len(metrics),
        "dashboard_metrics_per_widget": max(metrics, default=0),
        "dashboard_metrics": sum(metrics),
    }
    for name, count in counts.items():
        if count > facts.limit(name):
            words = name.replace("_", " ").removeprefix("dashboard ")
            fix = "configure fewer functions or agents, or set features.dashboards: false in config/"
            yield dashboard.finding(found=f"{count} {words}", wanted=f"at most {facts.limit(name)}", fix=fix)


def _widgets(dashboard: Dashboard) -> list[Mapping[str, Any]]:
    widgets = as_map(from_json(dashboard.get("dashboard_body"))).get("widgets")
    return [item for item in widgets if isinstance(item, dict)] if isinstance(widgets, list) else []


def _metrics(widget: Mapping[str, Any]) -> list[Any]:
    metrics = as_map(widget.get("properties")).get("metrics")
    return metrics if isinstance(metrics, list) else []


def _place(widget: Mapping[str, Any]) -> Place | None:
    x, y = as_whole(widget.get("x")), as_whole(widget.get("y"))
    width, height = as_whole(widget.get("width")), as_whole(widget.get("height"))
    if x is None or y is None or width is None or height is None:
        return None
    return Place(y, x, height, width) if x >= 0 and y >= 0 and width >= 1 and height >= 1 else None
