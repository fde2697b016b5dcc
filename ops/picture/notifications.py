"""An alarm's notification as it lies in the queue: CloudWatch's JSON in the envelope of SNS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from modules.render.descriptions import alarm_description
from modules.spec.alarms import Alarm
from modules.spec.metrics import stats_of

ACCOUNT, REGION = "123456789012", "us-east-1"


@dataclass(frozen=True)
class Change:
    """From one state to another, by a value, at a time."""

    old: str
    new: str
    value: float
    at: datetime


def notification(alarm: Alarm, change: Change, runbooks: str) -> str:
    """The body of the queue's message; `runbooks` is where runbooks are on the web."""
    wrapped = {
        "Type": "Notification",
        "MessageId": "1",
        "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:scheduling-agent-{alarm.route.value}",
        "Message": json.dumps(_message(alarm, change, runbooks)),
        "Timestamp": f"{change.at:%Y-%m-%dT%H:%M:%S}.000Z",
    }
    return json.dumps(wrapped)


def _message(alarm: Alarm, change: Change, runbooks: str) -> dict[str, Any]:
    stat, limit, evaluation = stats_of(alarm.signal)[0], alarm.condition.threshold, alarm.evaluation
    began = change.at.replace(second=0) - timedelta(seconds=evaluation.period_seconds)
    crossed = "greater" if change.new == "ALARM" else "not greater"
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm_description(alarm, runbooks),
        "AWSAccountId": ACCOUNT,
        "NewStateValue": change.new,
        "NewStateReason": f"Threshold Crossed: 1 out of the last 1 datapoints [{change.value:.1f} "
        f"({began:%d/%m/%y %H:%M:%S})] was {crossed} than the threshold ({limit:.1f}) "
        f"(minimum 1 datapoint for {change.old} -> {change.new} transition).",
        "StateChangeTime": f"{change.at:%Y-%m-%dT%H:%M:%S}.000+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{alarm.name}",
        "OldStateValue": change.old,
        "Trigger": {
            "MetricName": stat.metric.name,
            "Namespace": stat.metric.namespace,
            "Statistic": stat.statistic.upper(),
            "Dimensions": [],
            "Period": evaluation.period_seconds,
            "EvaluationPeriods": evaluation.of,
            "DatapointsToAlarm": evaluation.datapoints,
            "ComparisonOperator": alarm.condition.comparison.value,
            "Threshold": limit,
        },
    }
