"""What the environment variables say.

A mistake in one of them costs a button, never a notice: it is told in `mistakes`, which the handler
logs, and its default holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fields import number, parse_json

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
    """The configuration in environment variables."""
    mistakes: list[str] = []
    values: dict[str, Any] = {
        "secret_arn": environ.get("SLACK_SECRET_ARN", "").strip(),
        "environment": environ.get("ENVIRONMENT", "").strip(),
        "severity": _one_of(environ, "SEVERITY", SEVERITIES, "warning", mistakes),
        "runbook_base_url": _address(environ, "RUNBOOK_BASE_URL", mistakes),
        "dashboard_name": environ.get("DASHBOARD_NAME", "").strip(),
        "log_queries": _log_queries(environ, "LOG_QUERIES", mistakes),
        "allowed_hosts": tuple(environ.get("SLACK_ALLOWED_HOSTS", "").replace(",", " ").split())
        or SLACK_HOSTS,
        "secret_lifetime_seconds": _seconds(environ, "SECRET_LIFETIME_SECONDS", 300, mistakes),
        "message_interval_seconds": _seconds(environ, "MESSAGE_INTERVAL_SECONDS", 1, mistakes),
        "region": environ.get("AWS_REGION", "").strip(),
    }
    return Options(**values, mistakes=tuple(mistakes))


def _one_of(
    environ: Mapping[str, str], name: str, known: tuple[str, ...], default: str, mistakes: list[str]
) -> str:
    value = environ.get(name, "").strip().lower() or default
    if value in known:
        return value
    mistakes.append(f"{name}: not one of {', '.join(known)}")
    return default


def _address(environ: Mapping[str, str], name: str, mistakes: list[str]) -> str:
    value = environ.get(name, "").strip()
    if not value or ADDRESS.fullmatch(value):
        return value
    mistakes.append(f"{name}: not an http or https address")
    return ""


def _seconds(environ: Mapping[str, str], name: str, default: float, mistakes: list[str]) -> float:
    value = environ.get(name, "").strip()
    if not value:
        return default
    seconds = number(parse_json(value))
    if seconds is not None and seconds >= 0:
        return seconds
    mistakes.append(f"{name}: not a number of seconds")
    return default


def _log_queries(environ: Mapping[str, str], name: str, mistakes: list[str]) -> tuple[LogQuery, ...]:
    text = environ.get(name, "").strip()
    entries = parse_json(text) if text else []
    try:
        return tuple(
            LogQuery(
                alarms=tuple(map(str, entry.get("alarms", ()))),
                groups=tuple(map(str, entry["groups"])),
                query=str(entry["query"]),
            )
            for entry in entries
        )
    except (TypeError, KeyError, AttributeError):
        mistakes.append(f'{name}: not a list of {{"alarms": […], "groups": […], "query": "…"}}')
        return ()
