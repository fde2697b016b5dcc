"""An AWS in memory for the checks, and a Terraform for the runs."""
# ruff: noqa: N803  (the names of boto3's arguments)

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from modules.semantics import metric_value, parse_pattern
from modules.spec.system import Monitoring
from tests.builders import good_settings, monitorings

PLACE = {"region": "eu-west-1", "account": "111122223333", "partition": "aws"}
Deliver = Callable[[str, str, str], str | None]
"""Gets topic, message and the number of messages before; returns the topic that delivers it, or none."""


def system() -> Monitoring:
    """A system in a known place."""
    return monitorings(good_settings({"targets": [PLACE], "project": "acceptance-123abc"}))[0]


class FakeAws:
    """Alarms, encrypted topics and queues, as far as the checks use them."""

    def __init__(self, monitoring: Monitoring, *, encrypted: bool = True) -> None:
        self.states = {alarm.name: "INSUFFICIENT_DATA" for alarm in monitoring.alarms}
        self.topics = {
            monitoring.place.arn("sns", topic.name): {"KmsMasterKeyId": "key-1"} if encrypted else {}
            for topic in monitoring.topics
        }
        self.actions = {
            alarm.name: next(topic.name for topic in monitoring.topics if topic.route is alarm.route)
            for alarm in monitoring.alarms
        }
        self.place = monitoring.place
        self.queues: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, str] = {}
        self.published = 0
        self.deleted_secrets: list[str] = []
        self.deliver: Callable[[str, int], str | None] = lambda topic, _: topic

    def __call__(self, service: str) -> FakeAws:
        return self

    # --- CloudWatch --------------------------------------------------------------------------------

    def get_paginator(self, operation: str) -> _Pages:
        pages = {
            "describe_alarms": {
                "MetricAlarms": [
                    {"AlarmName": name, "StateValue": state} for name, state in self.states.items()
                ]
            },
            "list_subscriptions": {
                "Subscriptions": [
                    {"SubscriptionArn": f"{topic}:tap", "Protocol": "sqs", "Endpoint": queue}
                    for queue, topic in self.subscriptions.items()
                ]
            },
            "get_resources": {
                "ResourceTagMappingList": [{"ResourceARN": "arn:aws:kms:eu-west-1:111122223333:key/k"}]
            },
        }
        return _Pages(pages[operation])

    def set_alarm_state(self, *, AlarmName: str, StateValue: str, StateReason: str) -> None:
        before, self.states[AlarmName] = self.states[AlarmName], StateValue
        if before != StateValue:
            message = {"AlarmName": AlarmName, "NewStateValue": StateValue, "NewStateReason": StateReason}
            if StateValue == "ALARM":
                self.publish(
                    TopicArn=self.place.arn("sns", self.actions[AlarmName]), Message=json.dumps(message)
                )

    # --- CloudWatch Logs ---------------------------------------------------------------------------

    def test_metric_filter(self, *, filterPattern: str, logEventMessages: list[str]) -> dict[str, Any]:
        pattern = parse_pattern(filterPattern)
        fields = re.findall(r"\$\.[\w.]+", filterPattern)
        return {
            "matches": [
                {
                    "eventMessage": line,
                    "extractedValues": {field: str(metric_value(pattern, field, line)) for field in fields},
                }
                for line in logEventMessages
                if pattern.matches(line)
            ]
        }

    # --- SNS and SQS -------------------------------------------------------------------------------

    def get_topic_attributes(self, *, TopicArn: str) -> dict[str, Any]:
        return {"Attributes": self.topics[TopicArn]}

    def subscribe(self, *, TopicArn: str, Endpoint: str, **_: Any) -> None:
        self.subscriptions[Endpoint] = TopicArn

    def unsubscribe(self, *, SubscriptionArn: str) -> None:
        self.subscriptions = {
            queue: topic for queue, topic in self.subscriptions.items() if f"{topic}:tap" != SubscriptionArn
        }

    def publish(self, *, TopicArn: str, Message: str) -> None:
        self.published += 1
        delivered = self.deliver(TopicArn, self.published)
        for queue, topic in self.subscriptions.items():
            if topic == delivered:
                self.queues[queue.rpartition(":")[2]]["messages"].append(Message)

    def create_queue(self, *, QueueName: str, Attributes: dict[str, str]) -> None:
        self.queues[QueueName] = {"attributes": Attributes, "messages": []}

    def list_queues(self, *, MaxResults: int, QueueNamePrefix: str) -> dict[str, Any]:
        return {
            "QueueUrls": [f"https://sqs/{name}" for name in self.queues if name.startswith(QueueNamePrefix)]
        }

    def receive_message(self, *, QueueUrl: str, **_: Any) -> dict[str, Any]:
        messages = self.queues[QueueUrl.rpartition("/")[2]]["messages"]
        return {
            "Messages": [
                {
                    "ReceiptHandle": str(index),
                    "Attributes": {"SentTimestamp": "0"},
                    "Body": json.dumps({"Message": text}),
                }
                for index, text in enumerate(messages)
            ]
        }

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:
        self.queues[QueueUrl.rpartition("/")[2]]["messages"].clear()

    def delete_queue(self, *, QueueUrl: str) -> None:
        del self.queues[QueueUrl.rpartition("/")[2]]

    # --- Secrets Manager and KMS -------------------------------------------------------------------

    def delete_secret(self, *, SecretId: str, ForceDeleteWithoutRecovery: bool) -> None:
        assert ForceDeleteWithoutRecovery
        self.deleted_secrets.append(SecretId)

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        return {"KeyMetadata": {"KeyId": KeyId}}


class _Pages:
    def __init__(self, page: dict[str, Any]) -> None:
        self._page = page

    def paginate(self, **_: Any) -> _Pages:
        return self

    def __iter__(self) -> Any:
        return iter([self._page])

    def search(self, key: str) -> list[Any]:
        return list(self._page[key])


def denied(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, operation)


# `apply` writes the state, then does what the file `apply` next to the program says; so does `destroy`.
_TERRAFORM = """\
import json, pathlib, signal, sys, time
here = pathlib.Path({folder!r})
state = pathlib.Path.cwd().parents[2] / ("terraform." + pathlib.Path.cwd().name + ".tfstate")
command = sys.argv[1]
with (here / "calls").open("a") as calls:
    calls.write(command + "\\n")
if command == "version":
    print(json.dumps({{"terraform_version": "1.11.4", "provider_selections": {{"aws": "6.25.0"}}}})
          if "-json" in sys.argv else "Terraform v1.11.4")
if command in ("apply", "destroy"):
    interrupts = []
    signal.signal(signal.SIGINT, lambda *_: interrupts.append(1))
    script = (here / command).read_text() if (here / command).exists() else "succeed"
    if command == "apply":
        state.write_text("aws_sqs_queue.one")
    if script == "hang":
        print(json.dumps({{"type": "apply_complete"}}), flush=True)
        while not interrupts:
            time.sleep(0.01)
        time.sleep(0.3)
        state.write_text("aws_sqs_queue.one\\naws_sqs_queue.two")
        (here / "interrupts").write_text(str(len(interrupts)))
        sys.exit(1)
    if script == "slow":
        for _ in range(50):
            print(json.dumps({{"type": "apply_complete"}}), flush=True)
            time.sleep(0.02)
        state.write_text("aws_sqs_queue.one\\naws_sqs_queue.two")
        sys.exit(0)
    if script == "fail":
        diagnostic = {{"severity": "error", "summary": "no quota"}}
        print(json.dumps({{"type": "diagnostic", "diagnostic": diagnostic}}))
        sys.exit(1)
    if command == "destroy":
        state.write_text("")
if command == "state":
    print(state.read_text())
"""


def fake_terraform(folder: Path) -> Path:
    """A program that keeps a state; files next to it say what `apply` and `destroy` do.

    `fail` reports an error, `hang` waits for an interrupt, `slow` prints for a second before it succeeds.
    """
    folder.mkdir()
    program = folder / "terraform"
    program.write_text(f"#!{sys.executable}\n" + _TERRAFORM.format(folder=str(folder)), "utf-8")
    program.chmod(0o755)
    return program
