"""What the environment variables say.

A mistake in one of them costs a button, never a notice: it is told in `mistakes`, which the handler
logs, and its default holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.fields import number, parse_json

SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
SEVERITIES = ("critical", "warning", "info")
# What Slack takes for the address of a button; anything else would have the whole message refused.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-;=?-~]*)?")


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    """A Logs Insights query for the alarms whose name contains one of `alarms`; none: for all others."""

    alarms: tuple[str, ...]
    groups: tuple[str, ...]
    query: str


@dataclass(frozen=True, kw_only=True)
class Options:
    """The variables of the module docstring of `handler`, typed; read there what they mean."""

    secret_arn: str = ""
    environment: str = ""
    severity: str = "warning"
    runbook_base_url: str = ""
    dashboard_name: str = ""
    log_queries: tuple[LogQuery, ...] = ()
    allowed_hosts: tuple[str, ...] = SLACK_HOSTS
    secret_lifetime_seconds: float = 300
    message_interval_seconds: float = 1
    region: str = ""
    mistakes: tuple[str, ...] = ()


def read_options(environ: Mapping[str, str]) -> Options:
    """The configuration in environment variables; one that is empty counts as absent."""
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for field, (name, parse) in _VARIABLES.items():
        text = environ.get(name, "").strip()
        try:
            values |= {field: parse(text)} if text else {}
        except ValueError as error:
            mistakes.append(f"{name}: {error}")
    return Options(**values, mistakes=tuple(mistakes))


def _severity(text: str) -> str:
    if text.lower() not in SEVERITIES:
        raise ValueError(f"not one of {', '.join(SEVERITIES)}")
    return text.lower()


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise ValueError("not an http or https address")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split()) or SLACK_HOSTS


def _seconds(text: str) -> float:
    seconds = number(parse_json(text))
    if seconds is None or seconds < 0:
        raise ValueError("not a number of seconds")
    return seconds


def _log_queries(text: str) -> tuple[LogQuery, ...]:
    try:
        return tuple(
            LogQuery(
                alarms=tuple(map(str, entry.get("alarms", ()))),
                groups=tuple(map(str, entry["groups"])),
                query=str(entry["query"]),
            )
            for entry in parse_json(text)
        )
    except (TypeError, KeyError, AttributeError):
        raise ValueError('not a list of {"alarms": […], "groups": […], "query": "…"}') from None


_VARIABLES: dict[str, tuple[str, Callable[[str], object]]] = {
    "secret_arn": ("SLACK_SECRET_ARN", str),
    "environment": ("ENVIRONMENT", str),
    "severity": ("SEVERITY", _severity),
    "runbook_base_url": ("RUNBOOK_BASE_URL", _address),
    "dashboard_name": ("DASHBOARD_NAME", str),
    "log_queries": ("LOG_QUERIES", _log_queries),
    "allowed_hosts": ("SLACK_ALLOWED_HOSTS", _hosts),
    "secret_lifetime_seconds": ("SECRET_LIFETIME_SECONDS", _seconds),
    "message_interval_seconds": ("MESSAGE_INTERVAL_SECONDS", _seconds),
    "region": ("AWS_REGION", str),
}
