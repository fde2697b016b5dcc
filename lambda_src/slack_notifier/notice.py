"""Any queued record as a notice: what it says, how grave it is, where it comes from.

No shape of record raises; what is not understood is shown as it came.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from links import Place, place_of
from options import SEVERITIES, Options
from shared.envelopes import opened
from shared.redaction import redact
from shared.texts import clean

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
    def redacted(self) -> Notice:
        """The same without what looks like a secret; its runbook is an address to follow."""
        facts = tuple((label, redact(text)) for label, text in self.facts)
        title, text, alarm = map(redact, (self.title, self.text, self.alarm))
        return replace(self, title=title, text=text, alarm=alarm, facts=facts)

    @property
    def wanted(self) -> bool:
        """An alarm that got its first data and is fine is no news."""
        return (self.old_state, self.state) != ("INSUFFICIENT_DATA", "OK")


def unwrap(body: object, options: Options) -> tuple[Any, Notice]:
    """The message of an SNS envelope, or the body itself where there is none; and as a plain notice."""
    envelope = opened(body)
    ending = envelope.topic_arn.rpartition("-")[2]
    return envelope.content, plain(
        envelope.content,
        subject=envelope.subject,
        severity=ending if ending in SEVERITIES else options.severity,
        place=place_of(envelope.topic_arn, options.region),
        at=envelope.sent_at,
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
