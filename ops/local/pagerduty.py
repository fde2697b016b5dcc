"""A stand-in for PagerDuty's CloudWatch integration: an HTTPS subscriber of SNS topics.

Source: PagerDuty, "Amazon CloudWatch Integration Guide": it confirms the subscription itself, takes
notifications with raw delivery off, triggers on ALARM and resolves on OK.
"""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ops.emulator import LOOPBACK
from ops.local.servers import Act, Exchange, reply

_ACTIONS = {"ALARM": "trigger", "OK": "resolve"}
_LOCAL = (LOOPBACK, "localhost")
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@dataclass(frozen=True)
class Event:
    """What PagerDuty makes of a notification.

    Attributes
    ----------
    topic
        The name of the SNS topic that it came from.
    dedup_key
        What joins a resolve to its trigger.
    at
        When it came, in seconds since 1970.
    """

    action: str
    dedup_key: str
    summary: str
    topic: str
    at: float
    details: dict[str, Any] = field(default_factory=dict)


class PagerDuty:
    """One service's integration."""

    def __init__(self) -> None:
        self.path = f"/integration/{secrets.token_hex(16)}/enqueue"
        self.confirmed: list[str] = []
        self.reset()

    def reset(self) -> None:
        """Forget all events; the subscriptions stay confirmed."""
        self.events: list[Event] = []

    def answer(self, exchange: Exchange) -> Act:
        """What PagerDuty does with a request."""
        if exchange.path != self.path or exchange.command != "POST":
            return reply(404, "Not found")
        envelope = _object(exchange.body)
        topic = str(envelope.get("TopicArn", "")).rpartition(":")[2]
        match envelope.get("Type"):
            case "SubscriptionConfirmation":
                return self._confirm(topic, str(envelope.get("SubscribeURL", "")))
            case "Notification":
                return self._take(topic, _object(str(envelope.get("Message", "")).encode()))
        return reply(400, "not a notification of SNS: raw message delivery has to be off")

    def _confirm(self, topic: str, url: str) -> Act:
        if urlsplit(url).hostname not in _LOCAL:
            return reply(400, "this stand-in confirms subscriptions on this machine alone")
        try:
            _open(url, timeout=5).close()
        except OSError as error:
            return reply(502, f"the subscription was not confirmed: {error}")
        self.confirmed.append(topic)
        return reply(200)

    def _take(self, topic: str, alarm: dict[str, Any]) -> Act:
        if "AlarmName" not in alarm:
            return reply(400, "not an alarm of CloudWatch")
        action = _ACTIONS.get(str(alarm.get("NewStateValue")))
        if action:
            self.events.append(_event(action, topic, alarm))
        return reply(202, "accepted")


def _event(action: str, topic: str, alarm: dict[str, Any]) -> Event:
    """The event; a notification that lacks the alarm's ARN is told by account, region and name."""
    place = [str(alarm.get(name, "")) for name in ("AWSAccountId", "Region", "AlarmName")]
    return Event(
        action=action,
        dedup_key=str(alarm.get("AlarmArn") or "/".join(place)),
        summary=f"{alarm['AlarmName']}: {alarm.get('NewStateReason', '')}",
        topic=topic,
        at=time.time(),
        details=alarm,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
