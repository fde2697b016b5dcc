"""The buttons below a notice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import links
from notice import Notice
from options import ADDRESS, LogQuery, Options

LONGEST_URL = 3000
# The logs some minutes before and after the window that the alarm judged.
_MARGIN_SECONDS, _LONGEST_WINDOW_SECONDS = 300, 7 * 86_400


def buttons(notice: Notice, options: Options) -> list[dict[str, Any]]:
    """Runbook, alarm, dashboard, logs: the order of their importance."""
    found = {
        "Runbook": _runbook(notice, options),
        "Alarm": links.alarm(notice.place, notice.alarm),
        "Dashboard": links.dashboard(notice.place, options.dashboard_name),
        "Logs": _logs(notice, options),
    }
    return [
        {
            "type": "button",
            "action_id": label.lower(),
            "text": {"type": "plain_text", "text": label},
            "url": url,
        }
        for label, url in found.items()
        if url and len(url) <= LONGEST_URL
    ]


def _runbook(notice: Notice, options: Options) -> str:
    """The page that the alarm names; by its file name where the alarm knows only a path."""
    if ADDRESS.fullmatch(notice.runbook):
        return notice.runbook
    page = notice.runbook.rpartition("/")[2]
    url = f"{options.runbook_base_url.rstrip('/')}/{page}"
    return url if page and ADDRESS.fullmatch(url) else ""


def _logs(notice: Notice, options: Options) -> str:
    query = matching(notice.alarm, options.log_queries)
    if query is None or notice.at is None:
        return ""
    back = min(notice.window_seconds, _LONGEST_WINDOW_SECONDS) + _MARGIN_SECONDS
    end = notice.at + _MARGIN_SECONDS
    return links.insights(notice.place, query.groups, query.query, notice.at - back, end)


def matching(alarm: str, queries: Iterable[LogQuery]) -> LogQuery | None:
    """The query whose longest word is in the alarm's name; else the one that names no alarm."""
    if not alarm:
        return None
    ranked = [(len(word), query) for query in queries for word in (query.alarms or ("",)) if word in alarm]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None
