"""A message of the queue as a notice. Pure, and no input makes it raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.envelopes import Envelope, alarm_of, opened
from shared.fields import Fields, milliseconds
from shared.redaction import redact

STATES = frozenset({"OK", "ALARM", "INSUFFICIENT_DATA"})


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


def parse(message: Mapping[str, Any]) -> Notice | Plain:
    """Read one message as `receive_message` returns it.

    Returns
    -------
    Notice or Plain
        An alarm's notice if it has a name, a state of CloudWatch and a time, and else its text.
    """
    body = str(message.get("Body", ""))
    envelope = opened(body)
    text = envelope.raw
    if not isinstance(text, str):
        text, envelope = body, Envelope(body, body)
    number = envelope.message_id or f"sqs:{message.get('MessageId', '')}"
    alarm = alarm_of(envelope.content) or Fields({})
    name, state = _text(alarm, "AlarmName"), _text(alarm, "NewStateValue")
    received = milliseconds(Fields(message.get("Attributes")).value("SentTimestamp"))
    times = (alarm.time("StateChangeTime"), envelope.sent_at, received)
    seconds = next((time for time in times if time is not None), None)
    if not name or state not in STATES or seconds is None:
        return Plain(number, redact("\n".join(part for part in (envelope.subject, text) if part)))
    region = _text(alarm, "Region")
    return Notice(
        id=number,
        alarm=_text(alarm, "AlarmArn") or "\n".join((_text(alarm, "AWSAccountId"), region, name)),
        name=redact(name),
        region=region,
        old_state=_text(alarm, "OldStateValue"),
        new_state=state,
        at=datetime.fromtimestamp(seconds, UTC),
        reason=redact(_text(alarm, "NewStateReason")),
    )


def _text(values: Fields, key: str) -> str:
    value = values.value(key)
    return value if isinstance(value, str) else ""
