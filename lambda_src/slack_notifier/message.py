"""Notices as one Slack message: an attachment each, for the coloured bar, with Block Kit inside.

Sources of the limits: Slack, "Reference: blocks" (header 150, section 3000, 10 fields of 2000, button
75, url 3000, 50 blocks); a message whose blocks come to some 13,200 characters is refused as
msg_blocks_too_long (slackapi/bolt-js issue 2509).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from buttons import buttons
from notice import Notice
from options import Options
from shared.texts import escape, joined

LONGEST_HEADER, LONGEST_SECTION, LONGEST_FIELD = 150, 2400, 220
MOST_FIELDS, MOST_NOTICES = 10, 10  # of five blocks each
LARGEST_MESSAGE = 13_000
LONGEST_SUMMARY = 800
# The summary may double in JSON.
LARGEST_ATTACHMENT = LARGEST_MESSAGE - 2 * LONGEST_SUMMARY - 100
LEVELS = {"critical": "P1", "warning": "P2", "info": "P3"}
# What is over is green, what is unknown grey, the rest as grave as it is.
_SIGNS = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
_CALM_SIGNS = {"OK": "🟢", "INSUFFICIENT_DATA": "⚪"}
_COLOURS = {"🔴": "#d32f2f", "🟠": "#f57c00", "🔵": "#1976d2", "🟢": "#2e7d32", "⚪": "#757575"}
_DRILL = ":construction: *This is a drill.* It tests the way to you; nothing is broken."

Block = dict[str, Any]


def encode(notices: Sequence[Notice], options: Options) -> bytes:
    """The body to post: one message for all of these."""
    return _dumps(payload(notices, options)).encode()


def payload(notices: Sequence[Notice], options: Options) -> Block:
    """The message of these notices, within Slack's limits if `fits` says so or if it is but one."""
    summary = "\n".join(headline(notice, options) for notice in notices)
    return {
        "text": escape(summary, LONGEST_SUMMARY),
        "attachments": [attachment(notice, options) for notice in notices],
    }


def fits(notices: Sequence[Notice], options: Options) -> bool:
    """Whether these may share one message."""
    return len(notices) <= MOST_NOTICES and len(_dumps(payload(notices, options))) <= LARGEST_MESSAGE


def headline(notice: Notice, options: Options) -> str:
    """One line for the phone: `DRILL P1 ALARM scheduling-agent-lambda-errors (prod)`."""
    where = options.environment and f"({options.environment})"
    return joined(_grade(notice), notice.state, _one_line(notice.title), where)


def attachment(notice: Notice, options: Options) -> Block:
    """One notice; its least important buttons go first where all of them would be too much."""
    shown = buttons(notice, options)
    while True:
        found = {"color": _COLOURS[_sign(notice)], "blocks": _blocks(notice, options, shown)}
        if not shown or len(_dumps(found)) <= LARGEST_ATTACHMENT:
            return found
        shown = shown[:-1]


def _blocks(notice: Notice, options: Options, shown: Sequence[Block]) -> list[Block]:
    title = escape(joined(_sign(notice), _grade(notice), _one_line(notice.title)), LONGEST_HEADER)
    story = _story(notice)
    return [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": True}},
        *([{"type": "section", "text": _mrkdwn(story)}] if story else []),
        {"type": "section", "fields": _fields(notice, options)},
        *([{"type": "actions", "elements": list(shown)}] if shown else []),
        *([{"type": "context", "elements": [{"type": "mrkdwn", "text": _DRILL}]}] if notice.drill else []),
    ]


def _grade(notice: Notice) -> str:
    return joined("DRILL" if notice.drill else "", LEVELS[notice.severity])


def _sign(notice: Notice) -> str:
    return _CALM_SIGNS.get(notice.state) or _SIGNS[notice.severity]


def _story(notice: Notice) -> str:
    states = (escape(notice.old_state or "unknown", 50), escape(notice.state, 50))
    change = f"*{' → '.join(states)}*" if notice.state else ""
    room = LONGEST_SECTION - len(change) - 1
    return joined(change, escape(notice.text, room), by="\n")


def _fields(notice: Notice, options: Options) -> list[Block]:
    place = notice.place
    always = (
        ("Since" if notice.state else "At", _when(notice.at)),
        ("Environment", escape(options.environment, LONGEST_FIELD // 2)),
        ("Account", escape(place.account, LONGEST_FIELD // 2)),
        ("Region", escape(place.region, LONGEST_FIELD // 2)),
    )
    known = [(label, text) for label, text in always if text] or [("Severity", notice.severity)]
    room = MOST_FIELDS - len(known)
    facts = [
        (escape(_one_line(label), 40), escape(_one_line(text), LONGEST_FIELD - 50))
        for label, text in notice.facts[:room]
    ]
    return [_mrkdwn(f"*{label}*\n{text}") for label, text in (*facts, *known)]


def _when(at: float | None) -> str:
    """A time that Slack shows in the reader's own zone, with UTC for what cannot."""
    if at is None:
        return ""
    utc = f"{datetime.fromtimestamp(int(at), UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"<!date^{int(at)}^{{date_short_pretty}} {{time_secs}}|{utc}>"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _mrkdwn(escaped: str) -> Block:
    """Verbatim: an `@here` in a log line calls nobody."""
    return {"type": "mrkdwn", "text": escaped, "verbatim": True}


def _dumps(value: Block) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
