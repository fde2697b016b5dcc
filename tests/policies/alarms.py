"""The alarms of the good stack."""

from __future__ import annotations

from typing import Any

from tests.policies.deliveries import DEAD, FUNCTIONS, HEARD

AGE, DEPTH = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
IN_FLIGHT, REDRIVEN = "ApproximateNumberOfMessagesNotVisible", "NumberOfNotificationsRedrivenToDlq"


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


def delivery_alarms() -> dict[str, Any]:
    """What watches the path of notifications acts on the delivery topic, and for that one on critical."""
    name = "scheduling-agent-{}".format
    on_work = {
        "digest-waiting": metric("AWS/SQS", AGE, "Maximum", QueueName=name("digest")),
        "slack-waiting": added(
            metric("AWS/SQS", DEPTH, "Maximum", QueueName=name("slack")),
            metric("AWS/SQS", IN_FLIGHT, "Maximum", QueueName=name("slack")),
        ),
    }
    on_dead = {key: metric("AWS/SQS", DEPTH, "Maximum", QueueName=name(key)) for key in DEAD}
    on_dead |= {
        f"{route}-undelivered": added(
            on_dead[f"{route}-undelivered"], metric("AWS/SNS", REDRIVEN, "Sum", TopicName=name(route))
        )
        for route in HEARD
    }
    on_functions = {
        f"{key}-failing": metric("AWS/Lambda", "Errors", "Sum", FunctionName=name(key)) for key in FUNCTIONS
    }
    on_logs = {"slack-errors": metric("SchedulingAgent", "SlackErrors", "Sum")}
    return {
        key: alarm(
            key, "critical", "page" if key == "delivery-undelivered" else "delivery", threshold=0, **values
        )
        for key, values in {**on_work, **on_dead, **on_functions, **on_logs}.items()
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


def added(*parts: dict[str, Any]) -> dict[str, Any]:
    """The sum of metrics, of those that have a data point."""
    inputs = [
        {"id": f"m{number}", "metric": {"stat" if key == "statistic" else key: part[key] for key in part}}
        for number, part in enumerate(parts, start=1)
    ]
    expression = f"SUM([{', '.join(query['id'] for query in inputs)}])"
    total = {"id": "total", "expression": expression, "label": "Sum", "return_data": True}
    return {"metric_query": [total, *inputs]}


def times() -> dict[str, Any]:
    return metric("SchedulingAgent", "ResponseTime", "Average")


def duration() -> dict[str, Any]:
    values = metric("AWS/Lambda", "Duration", "p99", FunctionName="notes")
    values["extended_statistic"] = values.pop("statistic")
    return values | {"evaluate_low_sample_count_percentiles": "evaluate"}


def notifications() -> dict[str, Any]:
    return metric(
        "AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq", "Sum", TopicName="scheduling-agent-critical"
    )


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
