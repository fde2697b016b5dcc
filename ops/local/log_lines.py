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


def error_line(log: BackendLog, number: int) -> str:
    """A request that failed."""
    return _line(
        {
            log.level_field: log.error_levels[0],
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


def response_line(log: BackendLog, number: int, milliseconds: float = QUICK_MS) -> str:
    """A request that was answered."""
    return _line(
        {
            log.level_field: log.info_level,
            log.event_field: log.response_event,
            log.session_field: f"session-{number}",
            log.duration_field: milliseconds,
        }
    )


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
