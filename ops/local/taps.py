"""What a mailbox would have got: the emulator sends no mail, so a queue listens beside each address.

A tap has the filter policy of the e-mail subscription beside it. Terraform knows nothing of taps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from modules.spec.routing import Topic
from modules.spec.system import Monitoring
from ops.local.aws import Aws

_TAP = "-tap-"
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    ],
}


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
    """A tap on each topic that has readers."""

    def __init__(self, aws: Aws, monitoring: Monitoring) -> None:
        self._aws, self._monitoring = aws, monitoring

    def place(self) -> None:
        """Subscribe a queue beside the first address of each topic."""
        for topic in self._monitoring.topics:
            if topic.emails:
                self._place(topic)

    def read(self) -> list[Mail]:
        """All mails since the last time."""
        return [mail for url in _urls(self._aws) for mail in self._read(url)]

    def _place(self, topic: Topic) -> None:
        place, name = self._monitoring.place, f"{self._monitoring.prefix}{_TAP}{topic.key}"
        sns, topic_arn = self._aws("sns"), place.arn("sns", topic.name)
        listeners = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
        mail = next(one["SubscriptionArn"] for one in listeners if one["Protocol"] == "email")
        attributes = sns.get_subscription_attributes(SubscriptionArn=mail)["Attributes"]
        same = {key: attributes[key] for key in ("FilterPolicy", "FilterPolicyScope") if key in attributes}
        self._aws("sqs").create_queue(QueueName=name, Attributes={"Policy": json.dumps(_POLICY)})
        endpoint = place.arn("sqs", name)
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=endpoint, Attributes=same)

    def _read(self, url: str) -> Iterator[Mail]:
        sqs, route = self._aws("sqs"), url.rpartition(_TAP)[2]
        wanted = {"QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["SentTimestamp"]}
        while messages := sqs.receive_message(**wanted).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                envelope = json.loads(message["Body"])
                at = int(message["Attributes"]["SentTimestamp"]) / 1000
                yield Mail(route, envelope.get("Subject", ""), envelope["Message"], at)


def remove(aws: Aws) -> None:
    """Leave no tap behind."""
    for one in aws("sns").list_subscriptions()["Subscriptions"]:
        if one["Protocol"] == "sqs" and _TAP in one["Endpoint"]:
            aws("sns").unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    for url in _urls(aws):
        aws("sqs").delete_queue(QueueUrl=url)


def _urls(aws: Aws) -> list[str]:
    found = aws("sqs").list_queues(MaxResults=1000).get("QueueUrls", ())
    return [url for url in found if _TAP in url]
