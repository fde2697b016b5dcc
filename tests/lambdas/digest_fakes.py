"""SQS and SNS in memory, with the manners that matter: hiding, doubling, and answering no in parts."""

# ruff: noqa: N803  (arguments are spelled as boto3 spells them)

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

QUEUE = "https://sqs.us-east-1.amazonaws.com/111122223333/digest"
TOPIC = "arn:aws:sns:us-east-1:111122223333:digest"


class AwsFaultError(Exception):
    """What boto3 raises, as far as the function cares."""


@dataclass
class Clock:
    """The time of one run; every call costs some."""

    remaining_ms: int = 300_000
    now_ms: int = 0
    cost_ms: int = 20

    def remaining(self) -> int:
        return self.remaining_ms - self.now_ms

    def tick(self, more_ms: int = 0) -> None:
        self.now_ms += self.cost_ms + more_ms


@dataclass
class Stored:
    body: str
    visible_at_ms: int = 0
    receives: int = 0


@dataclass
class FakeSqs:
    """A standard queue: any order, at least once, short answers."""

    clock: Clock
    bodies: Sequence[str] = ()
    random: Random = field(default_factory=lambda: Random(1))
    early_returns: int = 0
    receive_fault_at: int | None = None
    delete_fails: Callable[[str], bool] = lambda _: False
    visibility_fails: bool = False

    def __post_init__(self) -> None:
        self.stored = {f"m{index}": Stored(body) for index, body in enumerate(self.bodies)}
        self.deleted: dict[str, str] = {}
        self.receive_calls = 0

    def receive_message(
        self,
        *,
        QueueUrl: str,
        MaxNumberOfMessages: int,
        WaitTimeSeconds: int,
        VisibilityTimeout: int,
        AttributeNames: Sequence[str],
    ) -> dict[str, Any]:
        assert QueueUrl == QUEUE
        assert 1 <= MaxNumberOfMessages <= 10
        assert 0 <= WaitTimeSeconds <= 20
        assert 0 <= VisibilityTimeout <= 43_200
        self.receive_calls += 1
        self.clock.tick()
        if self.receive_calls == self.receive_fault_at:
            raise AwsFaultError("receive")
        ids = self._to_give(MaxNumberOfMessages)
        if not ids:
            self.clock.tick(1000 * WaitTimeSeconds)
            return {"ResponseMetadata": {}}
        return {"Messages": [self._given(one, VisibilityTimeout) for one in ids]}

    def _to_give(self, most: int) -> list[str]:
        visible = self.visible()
        ids = self.random.sample(visible, min(len(visible), self.random.randint(1, most)))
        if self.early_returns and len(ids) < most and (hidden := sorted(self.stored.keys() - visible)):
            self.early_returns -= 1
            ids.append(self.random.choice(hidden))
        return ids

    def visible(self) -> list[str]:
        return [name for name, one in self.stored.items() if one.visible_at_ms <= self.clock.now_ms]

    def _given(self, name: str, hidden_seconds: int) -> dict[str, Any]:
        stored = self.stored[name]
        stored.receives += 1
        stored.visible_at_ms = self.clock.now_ms + 1000 * hidden_seconds
        receipt = f"{name}/{stored.receives}"
        attributes = {"SentTimestamp": "1795000000000"}
        return {"MessageId": name, "ReceiptHandle": receipt, "Body": stored.body, "Attributes": attributes}

    def delete_message_batch(self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        done: dict[str, Any] = {"Successful": [], "Failed": []}
        for entry in self._batch(QueueUrl, Entries):
            name, _, receive = entry["ReceiptHandle"].partition("/")
            if self.delete_fails(name):
                done["Failed"].append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
                continue
            # An old receipt is accepted, and the message stays.
            if name in self.stored and int(receive) == self.stored[name].receives:
                self.deleted[name] = self.stored.pop(name).body
            done["Successful"].append({"Id": entry["Id"]})
        return {key: value for key, value in done.items() if value}

    def change_message_visibility_batch(
        self, *, QueueUrl: str, Entries: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        if self.visibility_fails:
            raise AwsFaultError("visibility")
        for entry in self._batch(QueueUrl, Entries):
            name = entry["ReceiptHandle"].partition("/")[0]
            self.stored[name].visible_at_ms = self.clock.now_ms + 1000 * entry["VisibilityTimeout"]
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def _batch(self, url: str, entries: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        assert url == QUEUE
        assert 1 <= len(entries) <= 10
        assert len({entry["Id"] for entry in entries}) == len(entries)
        self.clock.tick()
        return entries

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: Sequence[str]) -> dict[str, Any]:
        visible = len(self.visible())
        counts = {
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesNotVisible": str(len(self.stored) - visible),
        }
        return {"Attributes": {name: counts[name] for name in AttributeNames}}


@dataclass
class FakeSns:
    """A topic that checks what it gets, and drops what nobody reads.

    `fault` is `refused`, or `unanswered` when the mail goes out.
    """

    clock: Clock
    fault: str | None = None
    readers: int = 1
    pending: int = 0
    mails: list[tuple[str, str]] = field(default_factory=list)

    def get_topic_attributes(self, *, TopicArn: str) -> dict[str, Any]:
        assert TopicArn == TOPIC
        self.clock.tick()
        counts = {"SubscriptionsConfirmed": str(self.readers), "SubscriptionsPending": str(self.pending)}
        return {"Attributes": {"TopicArn": TOPIC, **counts}}

    def publish(self, *, TopicArn: str, Subject: str, Message: str) -> dict[str, str]:
        assert TopicArn == TOPIC
        check_mail(Subject, Message)
        self.clock.tick()
        if self.fault == "refused":
            raise AwsFaultError("publish")
        if self.readers:
            self.mails.append((Subject, Message))
        if self.fault == "unanswered":
            raise AwsFaultError("no answer in time")
        return {"MessageId": "mail-1"}


def check_mail(subject: str, body: str) -> None:
    """The limits of SNS."""
    assert 0 < len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()
    assert 0 < len(body.encode("utf-8")) <= 262_144


def good_alarm(**changes: object) -> dict[str, Any]:
    return {
        "AlarmName": "high-latency",
        "AlarmDescription": None,
        "AWSAccountId": "111122223333",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint [6000.0] was greater than 5000.0.",
        "StateChangeTime": "2026-11-23T06:00:00.000+0000",
        "Region": "US East (N. Virginia)",
        "OldStateValue": "OK",
        "Trigger": {"MetricName": "TotalTime"},
        **changes,
    }


def good_envelope(message: str, message_id: str = "sns-1", **changes: object) -> str:
    envelope = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:info",
        "Message": message,
        "Timestamp": "2026-11-23T06:00:01.000Z",
        "Signature": "signed-by-sns",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Token=of-the-subscription",
        **changes,
    }
    return json.dumps(envelope)


def alarm_body(message_id: str = "sns-1", **changes: object) -> str:
    return good_envelope(json.dumps(good_alarm(**changes)), message_id)


def received(body: str, **changes: object) -> dict[str, Any]:
    """A message as `receive_message` gives it."""
    return {"MessageId": "m1", "Body": body, "Attributes": {"SentTimestamp": "1795000000000"}, **changes}


NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
