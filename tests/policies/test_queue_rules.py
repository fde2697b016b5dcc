"""The finer points of the rules about queues, their policies and their subscriptions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies import check
from tests.policies.alarms import alarm, metric
from tests.policies.deliveries import DAY, denial, sender, subscription
from tests.policies.mutations.kinds import AGE, ALARM, QUEUE, QUEUE_POLICY, SUBSCRIPTION
from tests.policies.stacks import good_context, good_stack

Changes = dict[str, Any]


def found_in(stack: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in check(stack, good_context())}


def changed(kind: str, name: str, **values: Any) -> dict[str, Any]:
    """The good stack with some arguments changed; `None` leaves one out."""
    stack = good_stack()
    item = stack["resource"][kind][name]
    item.update(values)
    for key in [key for key, value in values.items() if value is None]:
        item.pop(key)
    return stack


def ruled(name: str, *statements: Changes) -> dict[str, Any]:
    return changed(QUEUE_POLICY, name, policy=json.dumps({"Statement": [*statements]}))


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        (4 * DAY, 4 * DAY, {"MON-QUE-003"}),
        (4 * DAY, 4 * DAY + 1, set()),
        (None, 4 * DAY, {"MON-QUE-003"}),
        (None, None, {"MON-QUE-003"}),
        (3 * DAY, None, set()),
        (14 * DAY, 14 * DAY, set()),
        ("60", "61", set()),
        ("${var.days}", 5 * DAY, set()),
    ],
)
def test_dead_letters_are_kept_longer_than_their_queue_keeps(
    before: Any, after: Any, rules: set[str]
) -> None:
    stack = changed(QUEUE, "slack-dead", message_retention_seconds=after or 0)
    if after is None:
        del stack["resource"][QUEUE]["slack-dead"]["message_retention_seconds"]
    if before is not None:
        stack["resource"][QUEUE]["slack"]["message_retention_seconds"] = before

    assert found_in(stack) == rules


def test_dead_letters_of_a_subscription_are_kept_for_the_most() -> None:
    assert found_in(changed(QUEUE, "critical-undelivered", message_retention_seconds=13 * DAY)) == {
        "MON-QUE-003"
    }


@pytest.mark.parametrize(
    ("hidden", "timeout", "rules"),
    [
        (180, 30, set()),
        (179, 30, {"MON-QUE-004"}),
        ("180", "30", set()),
        (None, 5, set()),
        (None, 6, {"MON-QUE-004"}),
        (18, None, set()),
        (17, None, {"MON-QUE-004"}),
        ("${var.seconds}", 900, set()),
    ],
)
def test_messages_stay_hidden_for_six_runs(hidden: Any, timeout: Any, rules: set[str]) -> None:
    stack = changed(QUEUE, "slack", visibility_timeout_seconds=hidden)
    function = stack["resource"]["aws_lambda_function"]["slack"]
    function.pop("timeout")
    function |= {} if timeout is None else {"timeout": timeout}

    assert found_in(stack) - {"MON-QUE-007"} == rules


@pytest.mark.parametrize(
    ("hidden", "receives", "rules"),
    [
        (180, 5, set()),
        (180, 4, set()),
        (120, 5, {"MON-QUE-007"}),
        ("${var.seconds}", 5, set()),
        (180, "${var.receives}", set()),
    ],
)
def test_alarm_on_waiting_messages_fires_before_they_are_dead_letters(
    hidden: Any, receives: Any, rules: set[str]
) -> None:
    """It needs two of three periods of 300 s."""
    target = {"deadLetterTargetArn": "${aws_sqs_queue.slack-dead.arn}", "maxReceiveCount": receives}
    stack = changed(QUEUE, "slack", visibility_timeout_seconds=hidden, redrive_policy=json.dumps(target))
    stack["resource"]["aws_lambda_function"]["slack"]["timeout"] = 20

    assert found_in(stack) == rules


@pytest.mark.parametrize(("receives", "rules"), [(3, set()), (4, {"MON-QUE-007"})])
def test_age_is_enough_while_sqs_counts_every_message(receives: int, rules: set[str]) -> None:
    target = {"deadLetterTargetArn": "${aws_sqs_queue.slack-dead.arn}", "maxReceiveCount": receives}
    stack = changed(QUEUE, "slack", redrive_policy=json.dumps(target))
    age = metric("AWS/SQS", AGE, "Maximum", QueueName="scheduling-agent-slack")
    stack["resource"][ALARM]["slack-waiting"] = alarm(
        "slack-waiting", "critical", "delivery", threshold=0, **age
    )

    assert found_in(stack) == rules


def test_function_that_takes_its_messages_itself_hides_them_itself() -> None:
    assert found_in(changed(QUEUE, "digest", visibility_timeout_seconds=1)) == set()


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"comparison_operator": "GreaterThanOrEqualToThreshold", "threshold": 1}, set()),
        ({"threshold": 0.5}, set()),
        ({"threshold": "0"}, set()),
        ({"threshold": "${var.most}"}, set()),
        ({"statistic": "Average"}, set()),
        ({"comparison_operator": "GreaterThanOrEqualToThreshold", "threshold": 2}, {"MON-QUE-005"}),
        ({"dimensions": {"QueueName": "${aws_sqs_queue.slack-dead.name}"}}, set()),
        ({"dimensions": {"QueueName": "${aws_sqs_queue.slack.name}"}}, {"MON-QUE-005"}),
    ],
    ids=str,
)
def test_one_dead_letter_is_enough_for_an_alarm(values: Changes, rules: set[str]) -> None:
    assert found_in(changed(ALARM, "slack-dead", **values)) == rules


def test_sum_over_several_queues_is_no_alarm_of_one() -> None:
    stack = good_stack()
    alarms = stack["resource"][ALARM]
    read = {"namespace": "AWS/SQS", "metric_name": "ApproximateNumberOfMessagesVisible", "stat": "Maximum"}
    inputs = [
        {
            "id": f"m{number}",
            "metric": {**read, "period": 300, "dimensions": {"QueueName": f"scheduling-agent-{key}"}},
        }
        for number, key in enumerate(("slack-dead", "digest-dead"))
    ]
    single = ("namespace", "metric_name", "statistic", "period", "dimensions")
    for name in single:
        del alarms["slack-dead"][name]
    alarms["slack-dead"]["metric_query"] = [
        *inputs,
        {"id": "e", "expression": "m0 - m1", "return_data": True},
    ]

    assert found_in(stack) == {"MON-QUE-005"}


@pytest.mark.parametrize(
    ("condition", "rules"),
    [
        ({"ArnEquals": {"aws:SourceArn": "${aws_sns_topic.critical.arn}"}}, set()),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:scheduling-agent-*"}}, set()),
        (
            {"ArnLike": {"AWS:sourcearn": ["arn:x", "arn:aws:sns:us-east-1:1:scheduling-agent-critical"]}},
            set(),
        ),
        ({"StringEquals": {"aws:SourceAccount": "111122223333"}}, set()),
        ({"ArnEquals": {"aws:SourceArn": "${aws_sns_topic.info.arn}"}}, {"MON-QUE-006"}),
        ({"ArnLike": {"aws:SourceArn": "*"}}, {"MON-QUE-006"}),
        ({"Bool": {"aws:SecureTransport": "true"}}, {"MON-QUE-006"}),
        ({}, {"MON-QUE-006"}),
    ],
    ids=str,
)
def test_topic_is_let_in_by_its_source(condition: Changes, rules: set[str]) -> None:
    assert found_in(ruled("slack", denial(), sender("critical") | {"Condition": condition})) == rules


def test_owner_may_have_rights_on_a_queue() -> None:
    owner = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sqs:*"}

    assert found_in(ruled("slack-dead", denial(), owner)) == set()


def test_queue_that_no_topic_fills_lets_no_topic_in() -> None:
    assert found_in(ruled("slack-dead", denial(), sender("critical"))) == {"MON-QUE-006"}


def test_policy_may_be_written_into_the_queue() -> None:
    stack = good_stack()
    policy = stack["resource"][QUEUE_POLICY].pop("slack")["policy"]
    stack["resource"][QUEUE]["slack"]["policy"] = policy

    assert found_in(stack) == set()


def test_policy_that_cannot_be_read_is_not_trusted() -> None:
    policy = "${data.aws_iam_policy_document.queue.json}"

    assert found_in(changed(QUEUE_POLICY, "slack", policy=policy)) == {"MON-QUE-006", "MON-QUE-009"}


@pytest.mark.parametrize(
    ("name", "values", "rules"),
    [
        ("slack", {"raw_message_delivery": "false"}, set()),
        ("slack", {"raw_message_delivery": "true"}, {"MON-SUB-003"}),
        ("slack", {"filter_policy": ""}, set()),
        ("mail", {"filter_policy_scope": "${var.scope}"}, set()),
        ("pagerduty", {"endpoint": "https://${var.host}/x"}, set()),
        ("pagerduty", {"endpoint": "https://example.com/x"}, {"MON-SUB-005"}),
        ("pagerduty", {"protocol": "http"}, {"MON-SUB-004"}),
    ],
    ids=str,
)
def test_subscription(name: str, values: Changes, rules: set[str]) -> None:
    assert found_in(changed(SUBSCRIPTION, name, **values)) == rules


def test_dead_letters_go_to_the_arn_of_a_queue() -> None:
    policy = '{"deadLetterTargetArn":"${aws_sqs_queue.critical-undelivered.url}"}'

    assert found_in(changed(SUBSCRIPTION, "mail", redrive_policy=policy)) == {"MON-SUB-001"}


def test_finding_about_an_address_does_not_show_it() -> None:
    address = "https://events.pagerduty.com/integration/0123456789/enqueue"

    (finding,) = check(changed(SUBSCRIPTION, "pagerduty", endpoint=address), good_context())

    assert "0123456789" not in str(finding)


def test_subscription_of_a_topic_elsewhere_needs_dead_letters_and_the_key_too() -> None:
    stack = good_stack()
    other = subscription("critical", "sqs", "${aws_sqs_queue.slack.arn}")
    other |= {"topic_arn": "arn:aws:sns:us-east-1:210987654321:other", "redrive_policy": None}
    stack["resource"][SUBSCRIPTION]["other"] = other

    assert found_in(stack) == {"MON-SUB-001", "MON-KEY-001"}
