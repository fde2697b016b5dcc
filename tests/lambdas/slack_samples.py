"""What arrives: notifications as CloudWatch, EventBridge and AWS Budgets write them."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:scheduling-agent-critical"
RUNBOOKS = "https://git.example.com/platform/monitoring/blob/main/docs/runbooks"


def metric_alarm(**changes: Any) -> dict[str, Any]:
    """Errors of one function went over the threshold."""
    name = changes.get("AlarmName", "scheduling-agent-lambda-errors-notes-actions")
    return {
        "AlarmName": name,
        "AlarmDescription": "A function fails more often than its callers can absorb. Threshold: the setup "
        f"guide pages above 5 errors in 5 minutes. Runbook: {RUNBOOKS}/lambda-errors.md",
        "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": "2026-11-02T08:00:12.000+0000",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 out of the last 1 datapoints [12.0 (23/11/26 10:10:00)] was "
        "greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).",
        "StateChangeTime": "2026-11-23T10:15:30.123+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{name}",
        "OldStateValue": "OK",
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": None,
            "Dimensions": [{"value": "scheduling-agent-notes-actions", "name": "FunctionName"}],
            "Period": 300,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    } | changes


def recovery(**changes: Any) -> dict[str, Any]:
    """The same alarm is over."""
    reason = (
        "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (23/11/26 10:20:00)] was not greater "
        "than the threshold (5.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    over = {"NewStateValue": "OK", "OldStateValue": "ALARM", "NewStateReason": reason}
    return metric_alarm(**(over | {"StateChangeTime": "2026-11-23T10:25:30.123+0000"} | changes))


def math_alarm(**changes: Any) -> dict[str, Any]:
    """The sum of two metrics."""

    def stat(key: str, metric: str) -> dict[str, Any]:
        dimensions = [{"value": "InvokeAgent", "name": "Operation"}]
        inner = {"Dimensions": dimensions, "MetricName": metric, "Namespace": "AWS/Bedrock/Agents"}
        return {"Id": key, "MetricStat": {"Metric": inner, "Period": 300, "Stat": "Sum"}, "ReturnData": False}

    trigger = {
        "Period": 300,
        "EvaluationPeriods": 2,
        "DatapointsToAlarm": 2,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 10.0,
        "TreatMissingData": "notBreaching",
        "EvaluateLowSampleCountPercentile": "",
        "Metrics": [
            {"Id": "q1", "Expression": "SUM([m1, m2])", "Label": "Failed invocations", "ReturnData": True},
            stat("m1", "InvocationClientErrors"),
            stat("m2", "InvocationServerErrors"),
        ],
    }
    reason = (
        "Threshold Crossed: 2 out of the last 2 datapoints [31.0 (23/11/26 10:10:00), "
        "14.0 (23/11/26 10:05:00)] were greater than the threshold (10.0) "
        "(minimum 2 datapoints for OK -> ALARM transition)."
    )
    name = "scheduling-agent-high-error-rate"
    return metric_alarm(**({"AlarmName": name, "NewStateReason": reason, "Trigger": trigger} | changes))


def anomaly_alarm(**changes: Any) -> dict[str, Any]:
    """A value outside of its expected band."""
    metric = {"Dimensions": [], "MetricName": "SuccessCount", "Namespace": "SchedulingAgent"}
    trigger = {
        "Period": 300,
        "EvaluationPeriods": 2,
        "DatapointsToAlarm": 2,
        "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
        "ThresholdMetricId": "ad1",
        "TreatMissingData": "missing",
        "EvaluateLowSampleCountPercentile": "",
        "Metrics": [
            {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}, "ReturnData": True},
            {
                "Id": "ad1",
                "Expression": "ANOMALY_DETECTION_BAND(m1, 3)",
                "Label": "expected",
                "ReturnData": True,
            },
        ],
    }
    reason = (
        "Thresholds Crossed: 2 out of the last 2 datapoints [3.0 (23/11/26 10:10:00), "
        "2.0 (23/11/26 10:05:00)] were less than the lower thresholds [41.7, 43.2] "
        "or greater than the upper thresholds [88.1, 90.4] (minimum 2 datapoints for OK -> ALARM transition)."
    )
    name = "scheduling-agent-traffic-anomaly"
    return metric_alarm(**({"AlarmName": name, "NewStateReason": reason, "Trigger": trigger} | changes))


def composite_alarm(**changes: Any) -> dict[str, Any]:
    """Several alarms at once; it has a rule instead of a trigger."""
    children = ("scheduling-agent-db-connections-high", "scheduling-agent-lambda-errors")
    arns = [f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{child}" for child in children]
    found = metric_alarm(AlarmName="scheduling-agent-outage")
    del found["Trigger"]
    return (
        found
        | {
            "AlarmDescription": None,
            "AlarmRule": f'ALARM("{children[0]}") AND ALARM("{children[1]}")',
            "NewStateReason": f"{arns[0]} transitioned to ALARM at Monday 23 November, 2026 10:15:30 UTC",
            "TriggeringChildren": [
                {"Arn": arn, "State": {"Value": "ALARM", "Timestamp": "2026-11-23T10:15:30.000+0000"}}
                for arn in arns
            ],
        }
        | changes
    )


def drill(**changes: Any) -> dict[str, Any]:
    """Somebody set the alarm's state to try the path."""
    return metric_alarm(**({"NewStateReason": "DRILL: quarterly test of the critical route"} | changes))


def alarm_event(**changes: Any) -> dict[str, Any]:
    """An alarm's change of state as EventBridge tells it."""
    name = "scheduling-agent-response-time"
    data = {"version": "1.0", "period": 300, "recentDatapoints": [3411.5, 3207.0], "threshold": 3000.0}
    stat = {"metric": {"namespace": "SchedulingAgent", "name": "ResponseTime", "dimensions": {}}}
    return {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": ACCOUNT,
        "time": "2026-11-23T10:15:30Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {
                "value": "ALARM",
                "reason": "Threshold Crossed",
                "reasonData": json.dumps(data),
                "timestamp": "2026-11-23T10:15:30.000+0000",
            },
            "previousState": {"value": "OK", "timestamp": "2026-11-23T09:00:00.000+0000"},
            "configuration": {
                "description": "Runbook: docs/runbooks/response-time.md",
                "metrics": [{"id": "m1", "metricStat": stat | {"period": 300, "stat": "Average"}}],
            },
        },
    } | changes


def function_event() -> dict[str, Any]:
    """Any other event."""
    return {
        "version": "0",
        "id": "0b9f6a6e-4a3d-4b2e-8f0e-3f9d5a0d2a11",
        "detail-type": "RDS DB Instance Event",
        "source": "aws.rds",
        "account": ACCOUNT,
        "time": "2026-11-23T10:02:11Z",
        "region": "eu-central-1",
        "resources": [f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:scheduling-agent-db"],
        "detail": {
            "EventCategories": ["failover"],
            "SourceType": "DB_INSTANCE",
            "SourceIdentifier": "scheduling-agent-db",
            "Message": "Multi-AZ instance failover started.",
        },
    }


BUDGET_SUBJECT = "AWS Budgets: scheduling-agent-monthly has exceeded your alert threshold"
BUDGET = f"""AWS Budget Notification November 23, 2026
AWS Account {ACCOUNT}

Dear AWS Customer,

You requested that we alert you when the ACTUAL Cost associated with your scheduling-agent-monthly budget is \
greater than $90.00 for the current month. The ACTUAL Cost associated with this budget is $95.06.

Budget Name: scheduling-agent-monthly
Budget Type: Cost
Budgeted Amount: $100.00
Alert Type: ACTUAL
Alert Threshold: > $90.00
ACTUAL Amount: $95.06
"""


def envelope(message: object, *, topic: str = TOPIC, subject: str | None = None, key: str = "m-1") -> str:
    """A message in the envelope of SNS, as a queue's body."""
    text = message if isinstance(message, str) else json.dumps(message)
    wrapped: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": key,
        "TopicArn": topic,
        "Message": text,
        "Timestamp": "2026-11-23T10:15:31.201Z",
        "SignatureVersion": "1",
        "Signature": "c2lnbmVk",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    }
    return json.dumps(wrapped | ({"Subject": subject} if subject else {}))


def record(body: object, key: str = "r-1") -> dict[str, Any]:
    """A record of the queue's event."""
    return {
        "messageId": key,
        "receiptHandle": "AQEB",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795428931201"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:scheduling-agent-slack-critical",
        "awsRegion": "us-east-1",
    }


def batch(*messages: object, topic: str = TOPIC) -> dict[str, Any]:
    """An event of several notifications, r-0, r-1, …"""
    bodies = (envelope(message, topic=topic, key=f"m-{index}") for index, message in enumerate(messages))
    return {"Records": [record(body, f"r-{index}") for index, body in enumerate(bodies)]}


def topic_of(severity: str) -> str:
    """The topic of a severity."""
    return f"arn:aws:sns:us-east-1:{ACCOUNT}:scheduling-agent-{severity}"


ALL: dict[str, object] = {
    "metric": metric_alarm(),
    "recovery": recovery(),
    "math": math_alarm(),
    "anomaly": anomaly_alarm(),
    "composite": composite_alarm(),
    "drill": drill(),
    "alarm event": alarm_event(),
    "event": function_event(),
    "budget": BUDGET,
    "text": "The nightly export took 3 h & wrote <nothing>",
    "first data": metric_alarm(OldStateValue="INSUFFICIENT_DATA", NewStateValue="OK"),
    "no data": metric_alarm(
        NewStateValue="INSUFFICIENT_DATA", NewStateReason="Insufficient Data: 2 datapoints"
    ),
}
