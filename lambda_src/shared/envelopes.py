"""Messages of SNS: out of their envelope, and alarms in any of their forms.

Sources: SNS developer guide, "Parsing message formats"; CloudWatch user guide, "Alarm events and
EventBridge", and the JSON that alarms publish to SNS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.fields import Fields, parse_json

ALARM_EVENT = "CloudWatch Alarm State Change"
_TYPES = ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation")


class Envelope(NamedTuple):
    """A message; where it came without an envelope the other fields are empty.

    Attributes
    ----------
    raw
        As it came.
    content
        What its JSON holds, if that is an object or a list; else as it came.
    sent_at
        Seconds since 1970.
    """

    raw: Any
    content: Any
    message_id: str = ""
    subject: str = ""
    topic_arn: str = ""
    sent_at: float | None = None


def opened(body: object) -> Envelope:
    """Return the message of a queue's body; signatures and tokens of the envelope stay behind."""
    value = parse_json(body) if isinstance(body, str) else body
    outer = Fields(value)
    is_wrapped = outer.raw.get("Type") in _TYPES or outer.has("TopicArn")
    if not is_wrapped or not outer.has("Message"):
        return Envelope(body, body if value is None else value)
    raw = outer.raw["Message"]
    parsed = parse_json(raw)
    return Envelope(
        raw,
        parsed if isinstance(parsed, Mapping | list) else raw,
        outer.text("MessageId"),
        outer.text("Subject"),
        outer.text("TopicArn"),
        outer.time("Timestamp"),
    )


def alarm_of(content: object) -> Fields | None:
    """Return an alarm's change of state as the alarm publishes it to a topic; None for anything else."""
    message = Fields(content)
    if message.has("detail-type", "detail") and message.raw["detail-type"] == ALARM_EVENT:
        return _of_event(message)
    return message if message.has("AlarmName", "NewStateValue") else None


def _of_event(event: Fields) -> Fields:
    """EventBridge says the same under other names."""
    detail = event.part("detail")
    state, setup = detail.part("state"), detail.part("configuration")
    data = Fields(parse_json(state.value("reasonData")))
    trigger = {name: data.value(name) for name in ("Threshold", "RecentDatapoints")}
    return Fields(
        {
            "AlarmName": detail.value("alarmName"),
            "AlarmDescription": setup.value("description"),
            "AlarmRule": setup.value("alarmRule"),
            "AlarmArn": next(iter(event.items("resources")), None),
            "AWSAccountId": event.value("account"),
            "Region": event.value("region"),
            "OldStateValue": detail.part("previousState").value("value"),
            "NewStateValue": state.value("value"),
            "NewStateReason": state.value("reason"),
            "StateChangeTime": state.value("timestamp") or event.value("time"),
            "Trigger": trigger | {"Metrics": setup.value("metrics")},
        }
    )
