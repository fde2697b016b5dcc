"""A small stack that breaks no rule, and the context that it is judged in."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from policies import Ceiling, Context, PublishedOutside
from tests.policies.alarms import alarms, delivery_alarms, described
from tests.policies.deliveries import ACCOUNT, FUNCTIONS, REGION, deliveries

TODAY = date(2026, 3, 1)
TAGS = {"Environment": "prod", "Owner": "platform"}
ALLOW = {"Effect": "Allow", "Resource": "*"}
ROUTES = ("critical", "warning", "info", "delivery", "digest")
SESSIONS = PublishedOutside(
    namespace="SchedulingAgent",
    name="ActiveSessions",
    dimensions={},
    unit="Count",
    by="a cron job",
    minimum=0,
)
TIMEOUT = Ceiling(
    namespace="AWS/Lambda",
    name="Duration",
    dimensions={"FunctionName": "notes"},
    maximum=30_000,
    because="the timeout of notes is 30000 ms",
)


def good_context(**changes: Any) -> Context:
    given: dict[str, Any] = {
        "environment": "prod",
        "today": TODAY,
        "minimum_retention_days": 7,
        "required_tags": {"Environment": ("prod", "dev*", "Zürich-*"), "Owner": ()},
        "published_outside": (SESSIONS,),
        "ceilings": (TIMEOUT,),
    }
    return Context(**{**given, **changes})


def good_stack() -> dict[str, Any]:
    return {
        "//": {"metadata": {"version": "0.21.0"}},
        "provider": {"aws": [{"region": REGION, "default_tags": [{"tags": TAGS}]}]},
        "data": {"aws_caller_identity": {"current": {}}},
        "output": {"topics": {"value": "${aws_sns_topic.critical.arn}"}},
        "resource": {
            "aws_cloudwatch_log_group": {
                "backend": group("/aws/scheduling-agent/backend"),
                "notes": group("/aws/scheduling-agent/lambda/notes"),
                **{key: group(f"/aws/scheduling-agent/delivery/{key}") for key in FUNCTIONS},
            },
            "aws_cloudwatch_log_metric_filter": {
                "errors": filter_("errors", '{ ($.level = "ERROR") }', "ErrorCount", "Count", default="0"),
                "times": filter_("times", "{ ($.ms >= 0) }", "ResponseTime", "Milliseconds", value="$.ms"),
                "slack": filter_("slack", '{ ($.level = "ERROR") }', "SlackErrors", "Count", group="slack"),
            },
            "aws_cloudwatch_metric_alarm": alarms() | delivery_alarms(),
            "aws_cloudwatch_composite_alarm": {
                "outage": described("outage", "critical", "page")
                | {"alarm_rule": 'ALARM("scheduling-agent-errors")'}
            },
            "aws_cloudwatch_dashboard": {
                "real-time": {"dashboard_name": "real-time", "dashboard_body": json.dumps(dashboard())}
            },
            "aws_cloudwatch_query_definition": {
                "slow": {"name": "agent/slow", "query_string": "fields @message"}
            },
            "aws_sns_topic": {route: topic(route) for route in ROUTES},
            "aws_sns_topic_policy": {
                route: {"arn": f"${{aws_sns_topic.{route}.arn}}", "policy": json.dumps(topic_policy(route))}
                for route in ROUTES
            },
            **deliveries(),
            "aws_kms_key": {"data": {"description": "monitoring", "policy": json.dumps(key_policy())}},
            "aws_kms_alias": {
                "data": {"name": "alias/monitoring", "target_key_id": "${aws_kms_key.data.key_id}"}
            },
        },
    }


def group(name: str) -> dict[str, Any]:
    return {"name": name, "retention_in_days": 30, "kms_key_id": "${aws_kms_key.data.arn}"}


def filter_(
    key: str,
    pattern: str,
    metric: str,
    unit: str,
    *,
    value: str = "1",
    default: str | None = None,
    group: str = "backend",
) -> dict[str, Any]:
    transformation = {"name": metric, "namespace": "SchedulingAgent", "value": value, "unit": unit}
    return {
        "name": f"scheduling-agent-{key}",
        "log_group_name": f"${{aws_cloudwatch_log_group.{group}.name}}",
        "pattern": pattern,
        "metric_transformation": transformation | ({"default_value": default} if default else {}),
    }


def topic(route: str) -> dict[str, Any]:
    name = f"scheduling-agent-{route}"
    return {"name": name, "kms_master_key_id": "${aws_kms_key.data.arn}", "tags": {"Route": route}}


def topic_policy(route: str = "critical") -> dict[str, Any]:
    """CloudWatch may publish to all but the digest."""
    account = "${data.aws_caller_identity.current.account_id}"
    cloudwatch = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [denial] if route == "digest" else [cloudwatch, denial]}


def key_policy() -> dict[str, Any]:
    """The account may do everything; CloudWatch, SNS and Logs use the key for what belongs to the account."""
    use = ["kms:Decrypt", "kms:GenerateDataKey*"]
    logs = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    groups = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/*"}
    topics = {"aws:SourceArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:scheduling-agent-*"}
    account = "${data.aws_caller_identity.current.account_id}"
    statements = [
        {"Sid": "Owner", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"},
        used_by("cloudwatch.amazonaws.com", use, {"StringEquals": {"aws:SourceAccount": account}}),
        used_by("sns.amazonaws.com", use, {"ArnLike": topics}),
        used_by(f"logs.{REGION}.amazonaws.com", logs, {"ArnLike": groups}),
    ]
    return {"Version": "2012-10-17", "Statement": [{**ALLOW, **statement} for statement in statements]}


def used_by(service: str, actions: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {"Principal": {"Service": service}, "Action": actions, "Condition": condition}


def dashboard() -> dict[str, Any]:
    return {"widgets": [widget(0, 0), widget(12, 0), widget(0, 6)]}


def widget(x: int, y: int) -> dict[str, Any]:
    line = ["SchedulingAgent", "ErrorCount"]
    return {"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": {"metrics": [line]}}
