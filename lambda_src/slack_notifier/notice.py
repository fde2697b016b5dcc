"""Any queued record as a notice: what it says, how grave it is, where it comes from.

No shape of record raises; what is not understood is shown as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fields import Fields, parse_json
from links import Place, place_of
from options import SEVERITIES, Options
from texts import clean

# A drill says so at the start of its state reason, or anywhere with the bracketed mark.
_DRILL = re.compile(r"\A\W*DRILL\b|\[DRILL\]")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to tell.

    Attributes
    ----------
    state, old_state
        Of an alarm: OK, ALARM or INSUFFICIENT_DATA; empty for anything else.
    facts
        Labels and values, the important ones first.
    alarm
        The alarm's name; empty for anything else.
    runbook
        As the alarm's description names it: an address, or a path.
    at, window_seconds
        When it happened, in seconds since 1970, and how far back the alarm looked.
    """

    title: str
    severity: str
    text: str
    place: Place
    at: float | None = None
    state: str = ""
    old_state: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    alarm: str = ""
    runbook: str = ""
    window_seconds: float = 0
    drill: bool = False

    @property
    def wanted(self) -> bool:
        """An alarm that got its first data and is fine is no news."""
        return (self.old_state, self.state) != ("INSUFFICIENT_DATA", "OK")


def unwrap(body: object, options: Options) -> tuple[Any, Notice]:
    """The message of an SNS envelope, or the body itself where there is none; and as a plain notice."""
    value = parse_json(body) if isinstance(body, str) else body
    envelope = Fields(value)
    if not envelope.has("Message") or not (envelope.has("TopicArn") or envelope.has("Type")):
        envelope = Fields({"Message": body if value is None else value})
    topic_arn = envelope.text("TopicArn")
    ending = topic_arn.rpartition("-")[2]
    content = envelope.raw["Message"]
    parsed = parse_json(content)
    content = parsed if isinstance(parsed, Mapping | list) else content
    return content, plain(
        content,
        subject=envelope.text("Subject"),
        severity=ending if ending in SEVERITIES else options.severity,
        place=place_of(topic_arn, options.region),
        at=envelope.time("Timestamp"),
    )


def is_drill(text: str) -> bool:
    """Whether a text marks a drill."""
    return _DRILL.search(text) is not None


def plain(
    content: object, *, severity: str, place: Place, at: float | None = None, subject: str = ""
) -> Notice:
    """Whatever it is, as it came."""
    text = shown(content)
    title = subject or (text if isinstance(content, str) else "Notification").partition("\n")[0]
    return Notice(
        title=title or "Empty notification",
        severity=severity,
        text=text,
        place=place,
        at=at,
        drill=is_drill(subject) or is_drill(text),
    )


def shown(content: object) -> str:
    """Anything as text."""
    if isinstance(content, str):
        return clean(content)
    try:
        return clean(json.dumps(content, indent=1, ensure_ascii=False, default=str))
    except (TypeError, ValueError, RecursionError):
        return clean(content)
