"""What no mutation of the stack reaches: resources that it lacks, and values that name something else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.opa.judges import Judge, python_marks
from tests.opa.plans import FORMS
from tests.policies.stacks import good_stack

Tree = dict[str, Any]
ALARM, FILTER = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_log_metric_filter"
TOPICS = "arn:aws:sns:us-east-1:111122223333:scheduling-agent"
NARROW = {"Effect": "Allow", "Action": "sns:Publish", "Resource": f"{TOPICS}-info"}
WIDE = {"Effect": "Allow", "Action": "sns:*", "Resource": f"{TOPICS}-info"}


def document(statement: Tree) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def found_in(judge: Judge, stack: Tree, form: str = "in-json") -> set[tuple[str, str]]:
    """What both engines find."""
    plan = FORMS[form](stack)
    found = judge.marks(plan)
    assert found == python_marks(plan)
    return {(rule, address) for rule, address, _ in found}


@pytest.mark.parametrize("form", FORMS)
def test_data_source_is_not_judged(form: str, judge: Judge) -> None:
    plan = FORMS[form](good_stack())
    read = [
        one["address"] for one in plan["planned_values"]["root_module"]["resources"] if one["mode"] == "data"
    ]

    assert {"data.aws_sns_topic.shared", "data.aws_cloudwatch_log_group.shared"} < set(read)
    assert judge.marks(plan) == python_marks(plan) == set()


@pytest.mark.parametrize(("statement", "refused"), [(WIDE, True), (NARROW, False)])
def test_policy_that_stands_alone_is_as_narrow_as_a_role_s(
    statement: Tree, refused: bool, judge: Judge
) -> None:
    stack = good_stack()
    stack["resource"]["aws_iam_policy"] = {"alone": {"name": "alone", "policy": document(statement)}}

    assert found_in(judge, stack) == ({("MON-IAM-001", "aws_iam_policy.alone")} if refused else set())


@pytest.mark.parametrize(("statement", "refused"), [(WIDE, True), (NARROW, False)])
def test_policy_inside_of_a_role_is_as_narrow_as_one_outside(
    statement: Tree, refused: bool, judge: Judge
) -> None:
    stack = good_stack()
    inline = [{"name": "inline", "policy": document(statement)}]
    stack["resource"]["aws_iam_role"]["slack"]["inline_policy"] = inline

    assert found_in(judge, stack) == ({("MON-IAM-001", "aws_iam_role.slack")} if refused else set())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("queue", "refused"), [("runs-dead", False), ("digest-dead", True)])
def test_runs_that_nobody_waits_for_may_have_their_dead_letters_elsewhere(
    queue: str, refused: bool, form: str, judge: Judge
) -> None:
    stack = good_stack()
    del stack["resource"]["aws_lambda_function"]["digest"]["dead_letter_config"]
    del stack["resource"]["aws_scheduler_schedule"]["digest"]["target"]["dead_letter_config"]
    failed = {"on_failure": [{"destination": f"${{aws_sqs_queue.{queue}.arn}}"}]}
    stack["resource"]["aws_lambda_function_event_invoke_config"] = {
        "digest": {
            "function_name": "${aws_lambda_function.digest.function_name}",
            "destination_config": [failed],
        }
    }

    unserved = ("MON-QUE-001", "aws_sqs_queue.runs-dead")
    assert (unserved in found_in(judge, stack, form)) == refused


@pytest.mark.parametrize(
    ("action", "refused"),
    [
        (f"{TOPICS}-critical", False),
        (f"{TOPICS}-info", True),
        (f"{TOPICS}-of-somebody-else", True),
        ("arn:aws:sns:us-east-1:111122223333:critical", True),
    ],
)
def test_arn_of_a_topic_that_is_not_there_yet_counts_by_name_and_route(
    action: str, refused: bool, judge: Judge
) -> None:
    stack = good_stack()
    stack["resource"][ALARM]["errors"]["alarm_actions"] = [action]

    assert found_in(judge, stack) == ({("MON-ACT-002", f"{ALARM}.errors")} if refused else set())


@pytest.mark.parametrize(
    ("published", "watched", "refused"),
    [
        ({}, {}, True),
        ({"Agent": "$.agent"}, {"Agent": "scheduler"}, True),
        ({"Agent": "$.agent"}, {}, False),
        ({}, {"Agent": "scheduler"}, False),
        ({"Agent": "$.agent"}, {"Model": "small"}, False),
    ],
)
def test_unit_of_a_filter_bounds_the_metric_with_its_dimensions_alone(
    published: Tree, watched: Tree, refused: bool, judge: Judge
) -> None:
    stack = good_stack()
    transformation = stack["resource"][FILTER]["errors"]["metric_transformation"]
    del transformation["default_value"]
    transformation |= {"unit": "Percent", "dimensions": published}
    alarm = stack["resource"][ALARM]["errors"]
    alarm |= {"statistic": "Average", "threshold": 100, "dimensions": watched}

    assert found_in(judge, stack) == ({("MON-THR-003", f"{ALARM}.errors")} if refused else set())


@pytest.mark.parametrize(
    ("actions", "rules"),
    [
        ({"Severity": None}, {"MON-ACT-001"}),
        ([{"Severity": None}], {"MON-ACT-001"}),
        ([[], {"Severity": ""}, None], {"MON-ACT-001"}),
        ({"Severity": "x", "Role": None}, {"MON-ACT-002"}),
    ],
)
def test_map_with_nothing_in_it_is_no_action(actions: Any, rules: set[str], judge: Judge) -> None:
    stack = good_stack()
    stack["resource"][ALARM]["errors"]["alarm_actions"] = actions

    assert rules <= {rule for rule, address in found_in(judge, stack) if address == f"{ALARM}.errors"}
