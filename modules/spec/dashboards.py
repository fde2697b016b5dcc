"""Dashboards as rows of widgets; render/ gives them their places."""

from __future__ import annotations

from dataclasses import dataclass

from modules.spec.metrics import Signal


@dataclass(frozen=True)
class Line:
    """One line on a graph."""

    signal: Signal
    label: str
    color: str | None = None


@dataclass(frozen=True)
class Limit:
    """An alarm's threshold, drawn as a line on the graph of its signal."""

    label: str
    value: float
    breach_above: bool


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A metric widget."""

    title: str
    lines: tuple[Line, ...]
    limits: tuple[Limit, ...] = ()
    period_seconds: int = 300
    unit: str | None = None
    view: str = "timeSeries"
    stacked: bool = False
    width: int = 12
    height: int = 6


@dataclass(frozen=True, kw_only=True)
class LogTable:
    """A log widget: the result of a Logs Insights query over log groups, by name."""

    title: str
    query: str
    groups: tuple[str, ...]
    view: str = "table"
    width: int = 24
    height: int = 6


@dataclass(frozen=True, kw_only=True)
class AlarmStatus:
    """The state of alarms, by ARN."""

    title: str
    alarm_arns: tuple[str, ...]
    width: int = 24
    height: int = 4


@dataclass(frozen=True, kw_only=True)
class Note:
    """Text in Markdown."""

    markdown: str
    width: int = 24
    height: int = 2


Widget = Graph | LogTable | AlarmStatus | Note


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A page of widgets, in reading order; `start` is relative, such as ``-PT3H``."""

    key: str
    name: str
    widgets: tuple[Widget, ...]
    start: str
