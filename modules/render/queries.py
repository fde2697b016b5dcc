"""Logs Insights queries over the log lines of the backend and of functions.

A column that a function makes has no name to sort by unless it is given one: hence ``as requests``.
Source: CloudWatch Logs user guide, "Logs Insights QL query syntax".
"""

from __future__ import annotations

import re
from decimal import Decimal

from modules.spec.log_fields import LogFields


def recent_errors(log: LogFields, limit: int) -> str:
    """The newest error lines."""
    return _lines(
        f"fields @timestamp, {log.level_field}, {log.event_field}, {log.error_field}",
        f"filter {_is_error(log)}",
        "sort @timestamp desc",
        f"limit {limit}",
    )


def response_time(log: LogFields) -> str:
    """Average, longest, shortest and p99 response time."""
    field = log.duration_field
    return _lines(
        f'filter {log.event_field} = "{log.response_event}"',
        f"stats avg({field}) as average_ms, max({field}) as longest_ms, min({field}) as shortest_ms, "
        f"pct({field}, 99) as p99_ms",
    )


def requests_by_session(log: LogFields) -> str:
    """The sessions that ask most."""
    return _lines(
        f'filter {log.event_field} = "{log.request_event}"',
        f"stats count(*) as requests by {log.session_field}",
        "sort requests desc",
        "limit 20",
    )


def slow_requests(log: LogFields, slow_ms: float) -> str:
    """Responses that took longer than the alarm on response time allows on average."""
    return _lines(
        f"fields @timestamp, {log.session_field}, {log.duration_field}",
        f'filter {log.event_field} = "{log.response_event}" and {log.duration_field} > {_plain(slow_ms)}',
        f"sort {log.duration_field} desc",
        "limit 50",
    )


def error_distribution(log: LogFields) -> str:
    """Errors by type, the most frequent first."""
    return _lines(
        f"filter {_is_error(log)}",
        f"stats count(*) as errors by {log.error_type_field}",
        "sort errors desc",
    )


def log_levels(log: LogFields) -> str:
    """How many lines each level has."""
    return _lines(f"stats count(*) as lines by {log.level_field}", "sort lines desc")


def function_failures() -> str:
    """What Lambda functions said when they failed; their lines are plain text."""
    return _lines(
        "fields @timestamp, @log, @message",
        "filter @message like /ERROR|Traceback|Task timed out/",
        "sort @timestamp desc",
        "limit 50",
    )


def own_errors() -> str:
    """What functions of our own logged as errors or warnings."""
    return _lines(
        "fields @timestamp, @log, level, message, @message",
        'filter level in ["ERROR", "WARNING"]',
        "sort @timestamp desc",
        "limit 50",
    )


def _plain(number: float) -> str:
    """All digits of a number and no exponent, which a query does not know."""
    return f"{Decimal(repr(number)).normalize():f}"


def _is_error(log: LogFields) -> str:
    levels = ", ".join(f'"{level}"' for level in sorted(set(log.error_levels)))
    return f"{log.level_field} in [{levels}]"


def _lines(first: str, *others: str) -> str:
    """Join lines; Logs Insights has backticks around a key with a dot where filter patterns have ['']."""
    return re.sub(r"\['(.+?)'\]", r"`\1`", "\n".join((first, *(f"| {line}" for line in others))))
