"""IAM, key and topic policies as JSON text.

ARNs are text, never references to the resource that carries the policy: such a reference would
close a circle.
"""

from __future__ import annotations

import json
from typing import Any

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
    service = _service(f"logs.{place.region}.{_domain(place)}", "UseForLogGroups", _KEY_USE)
    groups = {"kms:EncryptionContext:aws:logs:arn": place.arn("logs", "log-group:*")}
    return document(_owner(place, "kms:*"), service | {"Condition": {"ArnLike": groups}})


def key_of_notifications(place: Place) -> str:
    """The key that topics are encrypted with; CloudWatch has to use it in order to publish.

    Source: SNS developer guide, "Enable compatibility between event sources and encrypted topics".
    """
    publisher = _service("cloudwatch.amazonaws.com", "PublishAlarms", ["kms:Decrypt", "kms:GenerateDataKey*"])
    return document(_owner(place, "kms:*"), publisher | {"Condition": _from_account(place)})


def topic(place: Place, name: str) -> str:
    """Who may publish to a topic: its account, and CloudWatch's alarms of it; never without TLS."""
    arn = place.arn("sns", name)
    alarms = {"ArnLike": {"aws:SourceArn": place.arn("cloudwatch", "alarm:*")}} | _from_account(place)
    publisher = _service("cloudwatch.amazonaws.com", "PublishAlarms", "sns:Publish")
    return document(
        _owner(place, list(_OWNER_ACTIONS)) | {"Resource": arn},
        publisher | {"Resource": arn, "Condition": alarms},
        {
            "Sid": "DenyPlainTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )


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


def _domain(place: Place) -> str:
    return "amazonaws.com.cn" if place.region.startswith("cn-") else "amazonaws.com"
