"""The JSON body of a dashboard.

Source: CloudWatch API reference, "Dashboard body structure and syntax".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from modules.spec.dashboards import AlarmStatus, Dashboard, Graph, Limit, Line, LogTable, Note, Widget
from modules.spec.metrics import Math, Stat

COLUMNS = 24
_AXIS_LABELS = {"Milliseconds": "ms", "Percent": "%"}
_LIMIT_COLOR = "#d13212"
_NAME = re.compile(r"\w+")


def dashboard_body(dashboard: Dashboard, region: str) -> str:
    """The body as AWS takes it."""
    widgets = [
        {"type": _TYPES[type(widget)], **place, "properties": _properties(widget, region)}
        for widget, place in laid_out(dashboard.widgets)
    ]
    body = {"start": dashboard.start, "periodOverride": "inherit", "widgets": widgets}
    return json.dumps(body, separators=(",", ":"))


def laid_out(widgets: Sequence[Widget]) -> Iterator[tuple[Widget, dict[str, int]]]:
    """Widgets with their places: from left to right, in rows as high as their highest widget."""
    x = y = row_height = 0
    for widget in widgets:
        if x + widget.width > COLUMNS:
            x, y, row_height = 0, y + row_height, 0
        yield widget, {"x": x, "y": y, "width": widget.width, "height": widget.height}
        x, row_height = x + widget.width, max(row_height, widget.height)


_TYPES = {Graph: "metric", LogTable: "log", AlarmStatus: "alarm", Note: "text"}


def _properties(widget: Widget, region: str) -> dict[str, Any]:
    match widget:
        case Graph():
            return _graph(widget, region)
        case LogTable():
            sources = " | ".join(f"SOURCE '{group}'" for group in widget.groups)
            query = f"{sources} | {widget.query}"
            return {"title": widget.title, "query": query, "region": region, "view": widget.view}
        case AlarmStatus():
            return {"title": widget.title, "alarms": list(widget.alarm_arns)}
        case Note():
            return {"markdown": widget.markdown}


def _graph(graph: Graph, region: str) -> dict[str, Any]:
    axis: dict[str, Any] = {"min": 0}
    if graph.unit:
        axis |= {"label": _AXIS_LABELS.get(graph.unit, graph.unit), "showUnits": False}
    properties: dict[str, Any] = {
        "title": graph.title,
        "region": region,
        "view": graph.view,
        "stacked": graph.stacked,
        "period": graph.period_seconds,
        "metrics": [entry for index, line in enumerate(graph.lines) for entry in _line(line, index)],
        "yAxis": {"left": axis},
    }
    if graph.limits:
        properties["annotations"] = {"horizontal": [_limit(limit) for limit in graph.limits]}
    return properties


def _limit(limit: Limit) -> dict[str, Any]:
    fill = "above" if limit.breach_above else "below"
    return {"label": limit.label, "value": limit.value, "color": _LIMIT_COLOR, "fill": fill}


def _line(line: Line, index: int) -> list[list[Any]]:
    """A line's entries: itself, and for an expression the hidden metrics that it reads."""
    looks: dict[str, Any] = {"label": line.label} | ({"color": line.color} if line.color else {})
    if isinstance(line.signal, Stat):
        return [_metric(line.signal, looks)]
    ids = {name: f"l{index}{name}" for name in line.signal.inputs}
    hidden = [_metric(stat, {"id": ids[name], "visible": False}) for name, stat in line.signal.inputs.items()]
    return [*hidden, [{"expression": _renamed(line.signal, ids), "id": f"e{index}", **looks}]]


def _metric(stat: Stat, looks: dict[str, Any]) -> list[Any]:
    dimensions = [part for pair in sorted(stat.metric.dimensions.items()) for part in pair]
    return [stat.metric.namespace, stat.metric.name, *dimensions, {"stat": stat.statistic, **looks}]


def _renamed(math: Math, ids: dict[str, str]) -> str:
    """The expression with ids that are unique on the graph."""
    return _NAME.sub(lambda found: ids.get(found[0], found[0]), math.expression)
