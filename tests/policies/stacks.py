"""A small stack that breaks no rule, and the context that it is judged in."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from policies import Ceiling, Context, PublishedOutside

TODAY = date(2026, 3, 1)
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
        "required_tags": {"Environment": ("prod", "dev*"), "Owner": ()},
        "published_outside": (SESSIONS,),
        "ceilings": (TIMEOUT,),
    }
    return Context(**{**given, **changes})


def good_stack() -> dict[str, Any]:
    return {
        "//": {"metadata": {"version": "0.21.0"}},
        "provider": {"aws": [{"default_tags": [{"tags": {"Environment": "prod", "Owner": "platform"}}]}]},
        "data": {"aws_caller_identity": {"current": {}}},
        "output": {"topics": {"value": "${aws_sns_topic.critical.arn}"}},
        "resource": {
            "aws_cloudwatch_log_group": {
                "backend": group("/aws/scheduling-agent/backend"),
                "notes": group("/aws/scheduling-agent/lambda/notes"),
            },
            "aws_cloudwatch_log_metric_filter": {
                "errors": filter_("errors", '{ ($.level = "ERROR") }', "ErrorCount", "Count", default="0"),
                "times": filter_("times", "{ ($.ms >= 0) }", "ResponseTime", "Milliseconds", value="$.ms"),
            },
            "aws_cloudwatch_metric_alarm": alarms(),
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
            "aws_sns_topic": {route: topic(route) for route in ("critical", "warning", "info", "delivery")},
            "aws_sns_topic_policy": {
                route: {"arn": f"${{aws_sns_topic.{route}.arn}}", "policy": json.dumps(topic_policy())}
                for route in ("critical", "warning", "info", "delivery")
            },
            "aws_kms_key": {"data": {"description": "monitoring"}},
        },
    }


def group(name: str) -> dict[str, Any]:
    return {"name": name, "retention_in_days": 30, "kms_key_id": "${aws_kms_key.data.arn}"}


def filter_(
    key: str, pattern: str, metric: str, unit: str, *, value: str = "1", default: str | None = None
) -> dict[str, Any]:
    transformation = {"name": metric, "namespace": "SchedulingAgent", "value": value, "unit": unit}
    return {
        "name": f"scheduling-agent-{key}",
        "log_group_name": "${aws_cloudwatch_log_group.backend.name}",
        "pattern": pattern,
        "metric_transformation": transformation | ({"default_value": default} if default else {}),
    }


def alarms() -> dict[str, Any]:
    return {
        "errors": alarm("errors", "critical", threshold=10, **metric("SchedulingAgent", "ErrorCount", "Sum")),
        "times": alarm("times", "warning", "evidence", threshold=3000, **times()),
        "sessions": alarm(
            "sessions", "info", threshold=1000, **metric("SchedulingAgent", "ActiveSessions", "Maximum")
        ),
        "duration": alarm("duration", "warning", threshold=25_000, **duration()),
        "failures": alarm("failures", "critical", threshold=5, metric_query=failures()),
        "topic": alarm("topic", "critical", "delivery", threshold=0, **notifications()),
    }


def alarm(key: str, severity: str, role: str = "page", **values: Any) -> dict[str, Any]:
    return {
        **described(key, severity, role),
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "treat_missing_data": "notBreaching",
        **values,
    }


def described(key: str, severity: str, role: str) -> dict[str, Any]:
    route = {"page": severity, "evidence": "info", "delivery": "delivery"}[role]
    return {
        "alarm_name": f"scheduling-agent-{key}",
        "alarm_description": f"Something is wrong. Runbook: docs/runbooks/{key}.md",
        "alarm_actions": [f"${{aws_sns_topic.{route}.arn}}"],
        "ok_actions": [f"${{aws_sns_topic.{route}.arn}}"],
        "tags": {"Severity": severity, "Role": role},
    }


def metric(namespace: str, name: str, statistic: str, **dimensions: str) -> dict[str, Any]:
    plain = {"namespace": namespace, "metric_name": name, "statistic": statistic, "period": 300}
    return plain | ({"dimensions": dimensions} if dimensions else {})


def times() -> dict[str, Any]:
    return metric("SchedulingAgent", "ResponseTime", "Average")


def duration() -> dict[str, Any]:
    values = metric("AWS/Lambda", "Duration", "p99", FunctionName="notes")
    values["extended_statistic"] = values.pop("statistic")
    return values | {"evaluate_low_sample_count_percentiles": "evaluate"}


def notifications() -> dict[str, Any]:
    return metric("AWS/SNS", "NumberOfNotificationsFailed", "Sum", TopicName="scheduling-agent-critical")


def failures() -> list[dict[str, Any]]:
    total = {"id": "total", "expression": "SUM([m1, m2])", "label": "Failures", "return_data": True}
    return [
        total,
        *(failure(f"m{index}", name) for index, name in enumerate(("notes", "scheduling"), start=1)),
    ]


def failure(identity: str, function: str) -> dict[str, Any]:
    values = metric("AWS/Lambda", "Errors", "Sum", FunctionName=function)
    values["stat"] = values.pop("statistic")
    return {"id": identity, "metric": values}


def topic(route: str) -> dict[str, Any]:
    name = f"scheduling-agent-{route}"
    return {"name": name, "kms_master_key_id": "${aws_kms_key.data.arn}", "tags": {"Route": route}}


def topic_policy() -> dict[str, Any]:
    account = "${data.aws_caller_identity.current.account_id}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


def dashboard() -> dict[str, Any]:
    return {"widgets": [widget(0, 0), widget(12, 0), widget(0, 6)]}


def widget(x: int, y: int) -> dict[str, Any]:
    line = ["SchedulingAgent", "ErrorCount"]
    return {"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": {"metrics": [line]}}
