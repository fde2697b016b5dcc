"""The backend's log lines, spelt as configuration says, and what the stack's own filters make of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modules.semantics import metric_value, parse_pattern, parse_selector
from modules.settings.sections import BackendLog
from modules.spec.logs import MetricFilter
from modules.spec.metrics import Metric

GROUP = "backend"
QUICK_MS = 420


def error_line(log: BackendLog, number: int, level: str | None = None) -> str:
    """A request that failed, at a level or at the first level that counts as an error."""
    return _line(
        {
            log.level_field: level or log.error_levels[0],
            log.event_field: "chat_request_failed",
            log.session_field: f"session-{number}",
            log.error_field: "the model did not answer",
            log.error_type_field: "TimeoutError",
        }
    )


def request_line(log: BackendLog, number: int) -> str:
    """A request that came in."""
    return _line(
        {
            log.level_field: log.info_level,
            log.event_field: log.request_event,
            log.session_field: f"session-{number}",
        }
    )


def response_line(log: BackendLog, number: int, milliseconds: float | str = QUICK_MS) -> str:
    """A request that was answered; a duration that is text is not a measurement."""
    return _line(
        {
            log.level_field: log.info_level,
            log.event_field: log.response_event,
            log.session_field: f"session-{number}",
            log.duration_field: milliseconds,
        }
    )


def function_line(level: str) -> str:
    """A line of our own functions, in the format of their log modules."""
    head = {"timestamp": "2026-01-01T00:00:00.000+00:00", "level": level, "message": "notice_returned"}
    return _line(head | {"function": "slack_notifier", "environment": "prod"})


def sample_lines(log: BackendLog) -> tuple[str, ...]:
    """Lines of every kind, each once: of the backend, of our own functions, and text that is not JSON."""
    backend = (
        *(error_line(log, number, level) for number, level in enumerate(log.error_levels)),
        request_line(log, 1),
        response_line(log, 1),
        response_line(log, 2, 0),
        response_line(log, 3, -1),
        response_line(log, 4, "quick"),
    )
    functions = map(function_line, ("INFO", "WARNING", "ERROR"))
    return (*backend, *functions, f"{log.error_levels[0]} {log.response_event} {QUICK_MS}", "{")


def _line(fields: dict[str, Any]) -> str:
    """One JSON line with these fields."""
    line: dict[Any, Any] = {}
    for name, value in fields.items():
        *parents, last = parse_selector(f"$.{name}").steps
        place = line
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return json.dumps(line)


@dataclass(frozen=True)
class Published:
    """What one filter publishes for some lines."""

    filter: MetricFilter
    values: tuple[float, ...]

    @property
    def metric(self) -> Metric:
        """The metric that gets the values."""
        return self.filter.metric


def published(filters: Iterable[MetricFilter], lines: Iterable[str]) -> list[Published]:
    """What the filters of a log group publish for lines of one minute, as CloudWatch would.

    A filter publishes its default, if it has one, for each line that it does not match.
    """
    events = list(lines)
    found = []
    for one in filters:
        pattern = parse_pattern(one.pattern)
        values = (metric_value(pattern, one.value, event, one.default) for event in events)
        found.append(Published(one, tuple(value for value in values if value is not None)))
    return found
