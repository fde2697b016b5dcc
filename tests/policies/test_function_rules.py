"""The finer points of the rules about functions, schedules and roles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies import check
from tests.policies.mutations.functions import HOOK
from tests.policies.mutations.kinds import ALARM, EVENT_SOURCE, FUNCTION, ROLE, ROLE_POLICY, SUBSCRIPTION
from tests.policies.stacks import good_context, good_stack

CONFIG = "aws_lambda_function_event_invoke_config"
QUEUE_ARN = "arn:aws:sqs:us-east-1:111122223333:scheduling-agent-slack"
Changes = dict[str, Any]


def found_in(stack: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in check(stack, good_context())}


def remembering(**variables: Any) -> dict[str, Any]:
    stack = good_stack()
    stack["resource"][FUNCTION]["slack"]["environment"]["variables"] |= variables
    return stack


def granting(statement: Changes, kind: str = ROLE_POLICY) -> dict[str, Any]:
    stack = good_stack()
    document = json.dumps({"Statement": [{"Effect": "Allow", **statement}]})
    stack["resource"].setdefault(kind, {})["more"] = {"name": "more", "policy": document}
    return stack


def test_finding_about_a_secret_does_not_show_it() -> None:
    (finding,) = check(remembering(SLACK=HOOK), good_context())

    assert finding.rule == "MON-FUN-002"
    assert finding.found == "SLACK holds the address of a webhook"
    assert "xyz" not in str(finding)


def test_function_without_variables_has_no_secret() -> None:
    stack = good_stack()
    del stack["resource"][FUNCTION]["slack"]["environment"]

    assert found_in(stack) == set()


def test_alarm_on_several_functions_is_one_on_each() -> None:
    stack = good_stack()
    alarms = stack["resource"][ALARM]
    del alarms["slack-failing"], alarms["digest-failing"]
    for query, key in zip(alarms["failures"]["metric_query"][1:], ("slack", "digest"), strict=True):
        query["metric"]["dimensions"] = {"FunctionName": f"scheduling-agent-{key}"}
    topics = ["${aws_sns_topic.delivery.arn}"]
    alarms["failures"] |= {"alarm_actions": topics, "ok_actions": topics}
    alarms["failures"]["tags"]["Role"] = "delivery"

    assert found_in(stack) == set()


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"scaling_config": {"maximum_concurrency": 1000}}, set()),
        ({"scaling_config": [{"maximum_concurrency": "2"}]}, set()),
        ({"scaling_config": {"maximum_concurrency": "${var.copies}"}}, set()),
        ({"scaling_config": {"maximum_concurrency": 1001}}, {"MON-FUN-004"}),
        ({"scaling_config": {}}, {"MON-FUN-004"}),
        ({"function_response_types": "ReportBatchItemFailures"}, set()),
        ({"function_response_types": []}, {"MON-FUN-004"}),
        ({"event_source_arn": QUEUE_ARN, "scaling_config": None}, {"MON-FUN-004"}),
        ({"event_source_arn": "arn:aws:kinesis:us-east-1:1:stream/x", "scaling_config": None}, set()),
    ],
    ids=str,
)
def test_reading_of_a_queue(values: Changes, rules: set[str]) -> None:
    stack = good_stack()
    stack["resource"][EVENT_SOURCE]["slack"] |= values

    assert found_in(stack) == rules


def test_destination_on_failure_is_as_good_as_a_dead_letter_queue() -> None:
    stack = good_stack()
    del stack["resource"][FUNCTION]["digest"]["dead_letter_config"]
    target = {"on_failure": {"destination": "${aws_sqs_queue.runs-dead.arn}"}}
    name = "${aws_lambda_function.digest.function_name}"
    stack["resource"][CONFIG] = {"digest": {"function_name": name, "destination_config": target}}

    assert found_in(stack) == set()


def test_function_that_a_topic_starts_keeps_its_failed_runs() -> None:
    stack = good_stack()
    told = {"protocol": "lambda", "endpoint": "${aws_lambda_function.slack.arn}"}
    stack["resource"][SUBSCRIPTION]["slack"] |= told

    assert "MON-FUN-005" in found_in(stack)


def test_function_that_nobody_starts_so_needs_no_dead_letters() -> None:
    stack = good_stack()
    del stack["resource"]["aws_scheduler_schedule"]
    del stack["resource"][FUNCTION]["digest"]["dead_letter_config"]

    assert "MON-FUN-005" not in found_in(stack)


@pytest.mark.parametrize(
    "statement",
    [
        {
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "SchedulingAgent"}},
        },
        {"Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"},
        {"Action": ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces"], "Resource": ["*"]},
        {"Action": "sqs:Get*", "Resource": QUEUE_ARN},
        {"Action": "logs:PutLogEvents", "Resource": "${aws_cloudwatch_log_group.slack.arn}:*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
    ids=str,
)
def test_single_rights_are_left_alone(statement: Changes) -> None:
    assert found_in(granting(statement)) == set()


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "SQS:*", "Resource": QUEUE_ARN},
        {"Action": "sqs:**", "Resource": QUEUE_ARN},
        {"Action": ["sqs:SendMessage", "*:*"], "Resource": QUEUE_ARN},
        {"Action": ["ec2:CreateNetworkInterface", "ec2:RunInstances"], "Resource": "*"},
        {"Action": "xray:Put*", "Resource": "*"},
        {"Action": "kms:Decrypt", "Resource": "*"},
        {"Action": "secretsmanager:GetSecretValue", "Resource": [QUEUE_ARN, "*"]},
        {
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "*"}},
        },
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [ROLE_POLICY, "aws_iam_policy"])
def test_wide_rights_are_found(statement: Changes, kind: str) -> None:
    assert found_in(granting(statement, kind)) == {"MON-IAM-001"}


def test_wide_rights_are_found_in_the_role_itself() -> None:
    stack = good_stack()
    policy = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    stack["resource"][ROLE]["slack"]["inline_policy"] = [{"name": "all", "policy": policy}]

    assert found_in(stack) == {"MON-IAM-001"}


@pytest.mark.parametrize(
    ("service", "rules"),
    [("lambda.amazonaws.com", set()), ("scheduler.amazonaws.com", {"MON-IAM-002"}), ("*", {"MON-IAM-002"})],
)
def test_role_is_for_the_service_that_uses_it(service: str, rules: set[str]) -> None:
    stack = good_stack()
    trust = {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": "sts:AssumeRole"}
    stack["resource"][ROLE]["slack"]["assume_role_policy"] = json.dumps({"Statement": trust})

    assert found_in(stack) == rules


def test_role_that_nothing_here_uses_is_for_any_one_service() -> None:
    stack = good_stack()
    trust = {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"}
    stack["resource"][ROLE]["agent"] = {
        "name": "agent",
        "assume_role_policy": json.dumps({"Statement": trust}),
    }

    assert found_in(stack) == set()


def test_role_of_two_services_is_refused() -> None:
    stack = good_stack()
    stack["resource"]["aws_scheduler_schedule"]["digest"]["target"]["role_arn"] = "${aws_iam_role.slack.arn}"

    assert found_in(stack) == {"MON-IAM-002", "MON-IAM-003", "MON-KEY-002"}


def test_schedules_of_two_groups_may_share_a_name() -> None:
    stack = good_stack()
    schedules = stack["resource"]["aws_scheduler_schedule"]
    schedules["other"] = {**schedules["digest"], "group_name": "default"}
    assert found_in(stack) == set()

    schedules["other"]["group_name"] = schedules["digest"]["group_name"]
    assert found_in(stack) == {"MON-NAM-001"}


def test_variables_may_take_what_lambda_grants_and_no_byte_more() -> None:
    stack = remembering()
    variables = stack["resource"][FUNCTION]["slack"]["environment"]["variables"]
    left = 4096 - sum(len(name) + len(value) for name, value in variables.items()) - len("NOTE")

    assert found_in(remembering(NOTE="x" * left)) == set()
    assert found_in(remembering(NOTE="x" * (left + 1))) == {"MON-FUN-007"}
    assert found_in(remembering(NOTE="ä" * (left // 2 + 1))) == {"MON-FUN-007"}
