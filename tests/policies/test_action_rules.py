"""No alarm depends on what it watches, and no maintenance lasts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from policies import check
from tests.policies.alarms import alarm, metric
from tests.policies.mutations.kinds import ALARM, POLICY
from tests.policies.stacks import TODAY, good_context, good_stack, topic_policy

Changes = dict[str, Any]
COMPOSITE = "aws_cloudwatch_composite_alarm"


def found_in(stack: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in check(stack, good_context())}


def watching(values: Changes, severity: str, role: str = "page") -> dict[str, Any]:
    stack = good_stack()
    stack["resource"][ALARM]["new"] = alarm("new", severity, role, threshold=0, **values)
    return stack


def queue(key: str) -> Changes:
    return metric(
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", QueueName=f"scheduling-agent-{key}"
    )


def function(key: str) -> Changes:
    return metric("AWS/Lambda", "Throttles", "Sum", FunctionName=f"scheduling-agent-{key}")


def topic(key: str) -> Changes:
    name = "NumberOfNotificationsFailed"
    return metric("AWS/SNS", name, "Sum", TopicName=f"scheduling-agent-{key}")


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        (queue("slack"), "critical"),
        (queue("slack-dead"), "critical"),
        (queue("critical-undelivered"), "critical"),
        (queue("digest"), "info"),
        (queue("digest-dead"), "info"),
        (queue("info-undelivered"), "info"),
        (function("slack"), "critical"),
        (function("digest"), "info"),
        (topic("critical"), "critical"),
        (topic("info"), "info"),
        (metric("SchedulingAgent", "SlackErrors", "Sum"), "critical"),
        # The digest of the info topic's notices is mailed through a topic of its own.
        (topic("digest"), "info"),
        (queue("digest-undelivered"), "info"),
        (queue("runs-dead"), "info"),
    ],
    ids=str,
)
def test_alarm_on_a_path_does_not_use_it(values: Changes, severity: str) -> None:
    assert found_in(watching(values, severity)) == {"MON-ACT-005"}


@pytest.mark.parametrize("values", [queue("delivery-undelivered"), topic("delivery")], ids=str)
def test_delivery_topic_does_not_tell_of_itself(values: Changes) -> None:
    assert found_in(watching(values, "warning", "delivery")) == {"MON-ACT-005"}


@pytest.mark.parametrize(
    ("values", "severity", "role"),
    [
        (queue("slack"), "critical", "delivery"),
        (queue("slack"), "warning", "page"),
        (queue("delivery-undelivered"), "critical", "page"),
        (queue("digest-undelivered"), "critical", "page"),
        (function("scheduling"), "critical", "page"),
        (metric("SchedulingAgent", "ErrorCount", "Sum"), "critical", "page"),
    ],
    ids=str,
)
def test_alarm_on_another_path_is_left_alone(values: Changes, severity: str, role: str) -> None:
    assert found_in(watching(values, severity, role)) == set()


def test_alarm_on_several_topics_uses_none_of_them() -> None:
    inputs = [
        {"id": f"m{number}", "metric": read(topic(key))} for number, key in enumerate(("info", "delivery"))
    ]
    queries = [{"id": "e", "expression": "m0 + m1", "return_data": True}, *inputs]

    (finding,) = check(watching({"metric_query": queries}, "warning", "delivery"), good_context())

    assert finding.rule == "MON-ACT-005"
    assert finding.found == "acts on aws_sns_topic.delivery, which needs aws_sns_topic.delivery"


def read(values: Changes) -> Changes:
    return {**{key: item for key, item in values.items() if key != "statistic"}, "stat": "Sum"}


def test_function_that_topics_start_is_on_their_path() -> None:
    stack = watching(function("notes"), "info")
    stack["resource"]["aws_lambda_function"]["notes"] = {
        **stack["resource"]["aws_lambda_function"]["slack"],
        "function_name": "scheduling-agent-notes",
    }
    stack["resource"]["aws_sns_topic_subscription"]["notices"] |= {
        "protocol": "lambda",
        "endpoint": "${aws_lambda_function.notes.arn}",
    }

    assert "MON-ACT-005" in found_in(stack)


@pytest.mark.parametrize(
    ("days", "rules"),
    [(-1, {"MON-MNT-001"}), (0, set()), (90, set()), (91, {"MON-MNT-002"})],
)
@pytest.mark.parametrize(("kind", "name"), [(ALARM, "errors"), (COMPOSITE, "outage")])
def test_maintenance_ends_and_soon(kind: str, name: str, days: int, rules: set[str]) -> None:
    stack = good_stack()
    stack["resource"][kind][name]["tags"]["MaintenanceUntil"] = str(TODAY + timedelta(days=days))

    assert found_in(stack) == rules


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("20260310", {"MON-MNT-001"}),
        ("2026-W11-1", {"MON-MNT-001"}),
        ("2026-03-32", {"MON-MNT-001"}),
        ("10 March", {"MON-MNT-001"}),
        ("${var.until}", set()),
    ],
)
def test_last_day_of_maintenance_is_a_date(value: str, rules: set[str]) -> None:
    stack = good_stack()
    stack["resource"][ALARM]["errors"]["tags"]["MaintenanceUntil"] = value

    assert found_in(stack) == rules


def test_maintenance_lowers_severity_and_topic_together() -> None:
    stack = good_stack()
    lowered = alarm("errors", "info", threshold=10, **metric("SchedulingAgent", "ErrorCount", "Sum"))
    lowered["tags"]["MaintenanceUntil"] = str(TODAY)
    stack["resource"][ALARM]["errors"] = lowered
    assert found_in(stack) == set()

    lowered["tags"]["Severity"] = "critical"
    assert found_in(stack) == {"MON-ACT-002"}


@pytest.mark.parametrize(("route", "rules"), [("digest", set()), ("warning", {"MON-TOP-005"})])
def test_cloudwatch_publishes_to_all_but_the_digest(route: str, rules: set[str]) -> None:
    stack = good_stack()
    stack["resource"][POLICY][route]["policy"] = json.dumps(topic_policy("digest"))

    assert found_in(stack) == rules


def test_nothing_acts_on_the_digest() -> None:
    stack = good_stack()
    stack["resource"][ALARM]["errors"]["alarm_actions"] = ["${aws_sns_topic.digest.arn}"]

    assert found_in(stack) == {"MON-ACT-002"}
