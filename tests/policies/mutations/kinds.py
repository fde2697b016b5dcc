"""Types by short names, and what tells the resources of a type apart: attributes, never names."""

from __future__ import annotations

from tests.policies.mutations.edits import Values, Where

ALARM = "aws_cloudwatch_metric_alarm"
FILTER = "aws_cloudwatch_log_metric_filter"
GROUP = "aws_cloudwatch_log_group"
DASHBOARD = "aws_cloudwatch_dashboard"
TOPIC = "aws_sns_topic"
POLICY = "aws_sns_topic_policy"
SUBSCRIPTION = "aws_sns_topic_subscription"
QUEUE = "aws_sqs_queue"
QUEUE_POLICY = "aws_sqs_queue_policy"
FUNCTION = "aws_lambda_function"
EVENT_SOURCE = "aws_lambda_event_source_mapping"
SCHEDULE = "aws_scheduler_schedule"
SCHEDULE_GROUP = "aws_scheduler_schedule_group"
SECRET = "aws_secretsmanager_secret"
KEY = "aws_kms_key"
ROLE = "aws_iam_role"
ROLE_POLICY = "aws_iam_role_policy"
VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"
AGE, REDRIVEN = "ApproximateAgeOfOldestMessage", "NumberOfNotificationsRedrivenToDlq"
ELSEWHERE = "arn:aws:sns:us-east-1:210987654321:elsewhere"
QUEUE_ELSEWHERE = "arn:aws:sqs:us-east-1:210987654321:elsewhere"


def is_math(item: Values) -> bool:
    return "metric_query" in item


def is_single(item: Values) -> bool:
    return "metric_name" in item


def is_plain(item: Values) -> bool:
    return "statistic" in item


def is_percentile(item: Values) -> bool:
    return str(item.get("extended_statistic", "")).startswith("p")


def is_count(item: Values) -> bool:
    """Counted by AWS or by a filter, so that it cannot be below zero and more is worse."""
    return item.get("namespace") == "AWS/Lambda" or is_math(item)


def is_duration(item: Values) -> bool:
    return item.get("metric_name") == "Duration"


def has_dimensions(item: Values) -> bool:
    return bool(item.get("dimensions"))


def acts_on_critical(item: Values) -> bool:
    return item["tags"] == {"Severity": "critical", "Role": "page"}


def is_on_depth(item: Values) -> bool:
    return item.get("metric_name") == VISIBLE


def is_on_age(item: Values) -> bool:
    return item.get("metric_name") == AGE


def adds_up(name: str) -> Where:
    """An alarm whose expression reads a metric."""
    return lambda item: any(
        query.get("metric", {}).get("metric_name") == name for query in item.get("metric_query", [])
    )


def is_on_errors_of_delivery(item: Values) -> bool:
    return item.get("metric_name") == "Errors" and item["tags"]["Role"] == "delivery"


def says(argument: str, text: str) -> Where:
    """Of an argument that is JSON text."""
    return lambda item: text in item.get(argument, "")


def is_dead_letter_queue(item: Values) -> bool:
    return "redrive_policy" not in item


def is_https(item: Values) -> bool:
    return item["protocol"] == "https"


def is_of_a_queue(item: Values) -> bool:
    return item["protocol"] == "sqs"


def is_unfiltered_mail(item: Values) -> bool:
    """Only the digest, which is plain text, is mailed without a filter."""
    return item["protocol"] == "email" and "filter_policy" not in item
