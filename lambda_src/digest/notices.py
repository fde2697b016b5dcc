"""A message of the queue as a notice. Pure, and no input makes it raise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

STATES = frozenset({"OK", "ALARM", "INSUFFICIENT_DATA"})

# What SNS wraps a message in; beside `Message` it holds signatures and tokens that nobody has to see.
_ENVELOPES = frozenset({"Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"})
_SECRET = re.compile(r"(hooks\.slack\S*?/services/|pagerduty\.com/(?:integration|x-ere)/)[\w/-]+")


@dataclass(frozen=True)
class Notice:
    """A change of an alarm's state.

    Attributes
    ----------
    id
        The same for every delivery of this notice: the MessageId of SNS, or else that of SQS.
    alarm
        The same for every notice of this alarm: its ARN, or account, region and name.
    at
        When the state changed, in UTC.
    """

    id: str
    alarm: str
    name: str
    region: str
    old_state: str
    new_state: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Plain:
    """Anything else, kept as it came: no alarm's notice, or one that cannot be read."""

    id: str
    text: str


@dataclass(frozen=True)
class _Envelope:
    id: str
    text: str
    subject: str
    sent: tuple[datetime, ...]


def parse(message: Mapping[str, Any]) -> Notice | Plain:
    """Read one message as `receive_message` returns it.

    Returns
    -------
    Notice or Plain
        An alarm's notice if it has a name, a state of CloudWatch and a time, and else its text.
    """
    envelope = _opened(message)
    alarm = _object(envelope.text)
    name, state = _text(alarm, "AlarmName"), _text(alarm, "NewStateValue")
    times = (*_time(alarm.get("StateChangeTime")), *envelope.sent)
    if not name or state not in STATES or not times:
        text = "\n".join(part for part in (envelope.subject, envelope.text) if part)
        return Plain(envelope.id, _SECRET.sub(r"\1***", text))
    region = _text(alarm, "Region")
    return Notice(
        id=envelope.id,
        alarm=_text(alarm, "AlarmArn") or "\n".join((_text(alarm, "AWSAccountId"), region, name)),
        name=name,
        region=region,
        old_state=_text(alarm, "OldStateValue"),
        new_state=state,
        at=times[0],
        reason=_SECRET.sub(r"\1***", _text(alarm, "NewStateReason")),
    )


def _opened(message: Mapping[str, Any]) -> _Envelope:
    """What SNS wrapped; a raw delivery is a message without its envelope."""
    body = str(message.get("Body", ""))
    outer = _object(body)
    attributes = message.get("Attributes", {})
    received = _milliseconds(attributes.get("SentTimestamp") if isinstance(attributes, Mapping) else None)
    text, number = outer.get("Message"), f"sqs:{message.get('MessageId', '')}"
    if _text(outer, "Type") not in _ENVELOPES or not isinstance(text, str):
        return _Envelope(number, body, "", received)
    sent = (*_time(outer.get("Timestamp")), *received)
    return _Envelope(_text(outer, "MessageId") or number, text, _text(outer, "Subject"), sent)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _time(value: object) -> tuple[datetime, ...]:
    """None or one: a time as AWS writes it (`2026-11-23T10:00:00.000+0000`), in UTC."""
    if not isinstance(value, str):
        return ()
    try:
        read = datetime.fromisoformat(value)
        read = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return ()
    return _plausible(read)


def _milliseconds(value: object) -> tuple[datetime, ...]:
    try:
        return _plausible(datetime.fromtimestamp(int(str(value)) / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return ()


def _plausible(at: datetime) -> tuple[datetime, ...]:
    """Years that every time zone can show."""
    return (at,) if 2000 <= at.year < 9000 else ()  # noqa: PLR2004  (a year that a clock can show)
