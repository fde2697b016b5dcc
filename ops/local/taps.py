"""Queues that receive what topics publish: the emulator sends no mail, and a test needs no mailbox.

A tap next to an e-mail subscription has its filter policy. A tap for a check has no filter, and is encrypted
with the key of its topic. Terraform knows nothing of taps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules.errors import ToolError
from modules.render import policies
from modules.spec.routing import Topic
from modules.spec.system import Monitoring
from ops.local.aws import Clients

_TAP = "-tap-"


@dataclass(frozen=True)
class Mail:
    """A mail: its route, its subject, its text, and when it was there, in seconds since 1970."""

    route: str
    subject: str
    body: str
    at: float

    @property
    def alarm(self) -> dict[str, Any]:
        """The alarm that it tells of; empty for a plain text."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class Taps:
    """The taps of one target."""

    def __init__(self, aws: Clients, monitoring: Monitoring) -> None:
        self._aws, self._monitoring = aws, monitoring

    def place(self) -> None:
        """Subscribe a queue beside the first address of each topic."""
        for topic in self._monitoring.topics:
            if topic.emails:
                self._place(topic)

    def place_encrypted(self) -> None:
        """Subscribe a queue to every topic, encrypted with the key of the topic.

        Raises
        ------
        ToolError
            A topic is not encrypted with a customer key.
        """
        for topic in self._monitoring.topics:
            arn = self._monitoring.place.arn("sns", topic.name)
            attributes = self._aws("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
            key = attributes.get("KmsMasterKeyId", "")
            if not key or key.startswith("alias/aws/"):
                raise ToolError(f"topic {topic.name} is not encrypted with a customer key")
            self._subscribe(topic, {"KmsMasterKeyId": key}, {})

    def read(self) -> list[Mail]:
        """All mails since the last time."""
        urls = _urls(self._aws, self._monitoring.prefix)
        return [mail for url in urls for mail in self._read(url)]

    def _place(self, topic: Topic) -> None:
        sns, topic_arn = self._aws("sns"), self._monitoring.place.arn("sns", topic.name)
        listeners = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
        mail = next(one["SubscriptionArn"] for one in listeners if one["Protocol"] == "email")
        attributes = sns.get_subscription_attributes(SubscriptionArn=mail)["Attributes"]
        same = {key: attributes[key] for key in ("FilterPolicy", "FilterPolicyScope") if key in attributes}
        self._subscribe(topic, {}, same)

    def _subscribe(self, topic: Topic, queue: Mapping[str, str], subscription: Mapping[str, str]) -> None:
        """Create a tap with these attributes of the queue and of the subscription."""
        place, name = self._monitoring.place, f"{self._monitoring.prefix}{_TAP}{topic.key}"
        topic_arn = place.arn("sns", topic.name)
        policy = policies.queue(place, name, topic.name)
        self._aws("sqs").create_queue(QueueName=name, Attributes={"Policy": policy, **queue})
        endpoint, attributes = place.arn("sqs", name), dict(subscription)
        self._aws("sns").subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint=endpoint, Attributes=attributes
        )

    def _read(self, url: str) -> Iterator[Mail]:
        sqs, route = self._aws("sqs"), url.rpartition(_TAP)[2]
        wanted = {"QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["SentTimestamp"]}
        while messages := sqs.receive_message(**wanted).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                envelope = json.loads(message["Body"])
                at = int(message["Attributes"]["SentTimestamp"]) / 1000
                yield Mail(route, envelope.get("Subject", ""), envelope["Message"], at)


def remove(aws: Clients, prefix: str) -> None:
    """Remove every tap of the target whose names begin with a prefix."""
    for page in aws("sns").get_paginator("list_subscriptions").paginate():
        for subscription in page["Subscriptions"]:
            queue = subscription["Endpoint"].rpartition(":")[2]
            if subscription["Protocol"] == "sqs" and queue.startswith(f"{prefix}{_TAP}"):
                aws("sns").unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    for url in _urls(aws, prefix):
        aws("sqs").delete_queue(QueueUrl=url)


def _urls(aws: Clients, prefix: str) -> list[str]:
    answer = aws("sqs").list_queues(MaxResults=1000, QueueNamePrefix=f"{prefix}{_TAP}")
    return list(answer.get("QueueUrls", ()))
