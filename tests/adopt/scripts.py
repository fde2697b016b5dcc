"""What the setup guide's script made, by the same calls: the defects are the guide's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

PREFIX = "scheduling-agent"
BACKEND = f"/aws/{PREFIX}/backend"
GROUPS = (
    "backend",
    "lambda/scheduling-actions",
    "lambda/information-actions",
    "lambda/notes-actions",
    "bedrock-agent/supervisor",
    "bedrock-agent/scheduling",
    "bedrock-agent/information",
    "bedrock-agent/notes",
    "bedrock-agent/chitchat",
)
FILTERS = (
    ("error-count", "[timestamp, level=ERROR, ...]", "ErrorCount", "1"),
    (
        "response-time",
        "[timestamp, level, msg, latency_ms=latency_ms*, ...]",
        "ResponseTime",
        "$latency_ms",
    ),
    ("success-count", '[timestamp, level=INFO, msg="chat_response_sent", ...]', "SuccessCount", "1"),
)
ALARMS: tuple[tuple[str, str, str, str, int, float], ...] = (
    ("high-error-rate", "AWS/Bedrock", "Errors", "Sum", 2, 10.0),
    ("high-latency", "AWS/Bedrock", "InvocationLatency", "Average", 2, 5000.0),
    ("lambda-errors", "AWS/Lambda", "Errors", "Sum", 1, 5.0),
    ("lambda-throttles", "AWS/Lambda", "Throttles", "Sum", 1, 1.0),
    ("db-connections-high", "AWS/RDS", "DatabaseConnections", "Average", 2, 80.0),
)
DASHBOARD = {"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/Bedrock", "Errors"]]}}]}
QUERY = (
    "fields @timestamp, session_id, latency_ms | filter message = 'chat_response_sent' and latency_ms > 3000"
    " | sort latency_ms desc | limit 50"
)


def filter_of(name: str, pattern: str, metric: str, value: str) -> dict[str, Any]:
    transformation = {"metricName": metric, "metricNamespace": "SchedulingAgent", "metricValue": value}
    return {
        "logGroupName": BACKEND,
        "filterName": f"{PREFIX}-{name}",
        "filterPattern": pattern,
        "metricTransformations": [transformation],
    }


Alarm = tuple[str, str, str, str, int, float]


def alarm_of(alarm: Alarm, topic: str) -> dict[str, Any]:
    name, namespace, metric, statistic, periods, threshold = alarm
    return {
        "AlarmName": f"{PREFIX}-{name}",
        "AlarmDescription": f"Alert on {name}",
        "Namespace": namespace,
        "MetricName": metric,
        "Statistic": statistic,
        "Period": 300,
        "EvaluationPeriods": periods,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [topic],
    }


def run(client: Callable[[str], Any], email: str) -> str:
    """Run the script; returns the ARN of its topic."""
    logs, cloudwatch, sns = client("logs"), client("cloudwatch"), client("sns")
    for group in GROUPS:
        name = f"/aws/{PREFIX}/{group}"
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=30)
    for one in FILTERS:
        logs.put_metric_filter(**filter_of(*one))
    topic: str = sns.create_topic(Name=f"{PREFIX}-alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=email)
    for alarm in ALARMS:
        cloudwatch.put_metric_alarm(**alarm_of(alarm, topic))
    cloudwatch.put_dashboard(DashboardName=f"{PREFIX}-dashboard", DashboardBody=json.dumps(DASHBOARD))
    logs.put_query_definition(name="Slow Requests", queryString=QUERY, logGroupNames=[BACKEND])
    return topic
