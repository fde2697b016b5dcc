"""IAM, key and topic policies as JSON text.

ARNs are text, never references to the resource that carries the policy: such a reference would
close a circle.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from modules.spec.alarms import Route
from modules.spec.functions import Grant
from modules.spec.routing import Topic
from modules.spec.system import Place

Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def publish_metrics(namespace: str) -> str:
    """Lets a role publish metrics of one namespace; PutMetricData knows no resources.

    Bedrock agents publish nothing unless their service role has this (Bedrock user guide,
    "Monitor Amazon Bedrock Agents using CloudWatch").
    """
    return document(
        {
            "Sid": "PublishMetrics",
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": namespace}},
        }
    )


def key_of_logs(place: Place) -> str:
    """The key that log groups are encrypted with.

    Source: CloudWatch Logs user guide, "Encrypt log data using AWS KMS".
    """
    service = _service(f"logs.{place.region}.{place.dns_suffix}", "UseForLogGroups", _KEY_USE)
    groups = {"kms:EncryptionContext:aws:logs:arn": place.arn("logs", "log-group:*")}
    return document(_owner(place, "kms:*"), service | {"Condition": {"ArnLike": groups}})


def key_of_notifications(place: Place, prefix: str) -> str:
    """The key of topics, their queues and the secrets of Slack.

    CloudWatch needs it to publish, SNS to send to queues. Source: SNS developer guide, "Enable
    compatibility between event sources and encrypted topics".
    """
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    topics = {"ArnLike": {"aws:SourceArn": place.arn("sns", f"{prefix}-*")}} | _from_account(place)
    return document(
        _owner(place, "kms:*"),
        _service("cloudwatch.amazonaws.com", "PublishAlarms", use) | {"Condition": _from_account(place)},
        _service("sns.amazonaws.com", "SendToQueues", use) | {"Condition": topics},
    )


def topic(place: Place, item: Topic) -> str:
    """Who may publish to a topic: its account, and CloudWatch's alarms of it; never without TLS."""
    arn = place.arn("sns", item.name)
    alarms = {"ArnLike": {"aws:SourceArn": place.arn("cloudwatch", "alarm:*")}} | _from_account(place)
    publisher = _service("cloudwatch.amazonaws.com", "PublishAlarms", "sns:Publish") | {"Resource": arn}
    return document(
        _owner(place, list(_OWNER_ACTIONS)) | {"Resource": arn},
        *([] if item.route is Route.DIGEST else [publisher | {"Condition": alarms}]),
        _tls_only("sns:Publish", arn),
    )


def queue(place: Place, name: str, topic_name: str | None) -> str:
    """Who may send to a queue: its topic, and roles of the account that say so themselves; only by TLS."""
    arn = place.arn("sqs", name)
    statements = [_tls_only("sqs:*", arn)]
    if topic_name:
        source = {"ArnEquals": {"aws:SourceArn": place.arn("sns", topic_name)}}
        sender = _service("sns.amazonaws.com", "SendNotifications", "sqs:SendMessage")
        statements.insert(0, sender | {"Resource": arn, "Condition": source})
    return document(*statements)


def role(grants: Iterable[Grant]) -> str:
    """What a role may do."""
    return document(*map(_granted, grants))


def trust(place: Place, service: str) -> str:
    """Who may take on a role: one service, and EventBridge Scheduler on behalf of this account alone.

    Lambda takes on a role without saying for whom.
    """
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    tells = service == "scheduler.amazonaws.com"
    return document(statement | ({"Condition": _from_account(place)} if tells else {}))


def _granted(grant: Grant) -> Statement:
    statement: Statement = {
        "Sid": grant.name,
        "Effect": grant.effect,
        "Action": list(grant.actions),
        "Resource": list(grant.resources),
    }
    return statement | ({"Condition": grant.conditions} if grant.conditions else {})


def _tls_only(action: str, arn: str) -> Statement:
    return {
        "Sid": "DenyPlainTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


_KEY_USE = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
# What the default policy of a topic grants its owner.
_OWNER_ACTIONS = (
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
)


def _owner(place: Place, action: str | list[str]) -> Statement:
    return {
        "Sid": "Owner",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{place.partition}:iam::{place.account}:root"},
        "Action": action,
        "Resource": "*",
    }


def _service(principal: str, sid: str, action: str | list[str]) -> Statement:
    allowed = {"Principal": {"Service": principal}, "Action": action, "Resource": "*"}
    return {"Sid": sid, "Effect": "Allow"} | allowed


def _from_account(place: Place) -> Statement:
    return {"StringEquals": {"aws:SourceAccount": place.account}}
