"""The finer points of the rules about what roles may do."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from policies import check_plan
from tests.policies.deliveries import ACCOUNT, REGION
from tests.policies.mutations.kinds import KEY, ROLE, ROLE_POLICY, SECRET
from tests.policies.plans import applied, planned
from tests.policies.stacks import good_context, good_stack, key_policy
from tests.policies.test_key_rules import ELSEWHERE, OWNER, Tree, found_in, ruled


@pytest.mark.parametrize(
    ("principal", "rules"),
    [
        (
            {
                "AWS": [
                    "${aws_iam_role.slack.arn}",
                    "${aws_iam_role.digest.arn}",
                    "${aws_iam_role.schedule.arn}",
                ]
            },
            set(),
        ),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/scheduling-agent-slack"}, {"MON-KEY-002"}),
        ({"AWS": ACCOUNT}, set()),
        ({"AWS": "${data.aws_caller_identity.current.account_id}"}, set()),
        ({"AWS": "${var.administrator}"}, set()),
        ({"AWS": f"arn:aws:iam::{ELSEWHERE}:root"}, {"MON-KEY-002"}),
    ],
    ids=str,
)
def test_role_uses_a_key_that_names_it_or_leaves_it_to_its_account(principal: Tree, rules: set[str]) -> None:
    assert found_in(ruled((OWNER, {"Principal": principal}), account=ACCOUNT)) == rules


def test_role_that_the_key_names_needs_no_policy_of_its_own() -> None:
    names = {"AWS": [f"${{aws_iam_role.{name}.arn}}" for name in ("slack", "digest", "schedule")]}
    stack = ruled((OWNER, {"Principal": names}))
    for item in stack["resource"][ROLE_POLICY].values():
        document = json.loads(item["policy"])
        document["Statement"] = [one for one in document["Statement"] if "kms:Decrypt" not in one["Action"]]
        item["policy"] = json.dumps(document)

    assert found_in(stack) == set()


def test_grant_permits_what_no_policy_does() -> None:
    stack = ruled((OWNER, {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}}))
    assert found_in(stack) == {"MON-KEY-002"}

    stack["resource"]["aws_kms_grant"] = {"slack": {"key_id": "${aws_kms_key.data.key_id}"}}
    assert found_in(stack) == set()


def test_role_with_a_policy_that_is_not_here_may_do_anything() -> None:
    stack = good_stack()
    del stack["resource"][ROLE_POLICY]["slack"]
    assert found_in(stack) == {"MON-IAM-003", "MON-KEY-002"}

    managed = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    attachment = {"role": "${aws_iam_role.slack.name}", "policy_arn": managed}
    stack["resource"]["aws_iam_role_policy_attachment"] = {"slack": attachment}
    assert found_in(stack) == set()


def test_role_that_exists_may_have_policies_that_the_plan_alone_shows() -> None:
    stack = good_stack()
    del stack["resource"][ROLE_POLICY]["slack"]
    plan = planned(applied(stack))
    resources = plan["planned_values"]["root_module"]["resources"]
    role = next(item for item in resources if item["address"] == f"{ROLE}.slack")
    assert {finding.rule for finding in check_plan(plan, good_context())} == {"MON-IAM-003", "MON-KEY-002"}

    role["values"]["managed_policy_arns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert check_plan(plan, good_context()) == ()


def test_role_may_have_its_policy_attached_or_inline() -> None:
    stack = good_stack()
    policy = stack["resource"][ROLE_POLICY].pop("slack")["policy"]
    attached = copy.deepcopy(stack)
    attached["resource"]["aws_iam_policy"] = {"slack": {"name": "slack", "policy": policy}}
    attached["resource"]["aws_iam_policy_attachment"] = {
        "slack": {"roles": ["${aws_iam_role.slack.name}"], "policy_arn": "${aws_iam_policy.slack.arn}"}
    }
    stack["resource"][ROLE]["slack"]["inline_policy"] = [{"name": "slack", "policy": policy}]

    assert found_in(attached) == found_in(stack) == set()


def granted(name: str, **changes: Any) -> Tree:
    """The good stack with a changed statement in the policy of a role, by its first action."""
    stack = good_stack()
    item = stack["resource"][ROLE_POLICY]["slack"]
    document = json.loads(item["policy"])
    next(one for one in document["Statement"] if one["Action"][0] == name).update(changes)
    item["policy"] = json.dumps(document)
    return stack


GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/scheduling-agent/delivery/slack"


@pytest.mark.parametrize(
    ("name", "changes", "rules"),
    [
        ("logs:CreateLogStream", {"Resource": GROUP_ARN}, {"MON-IAM-003"}),
        ("logs:CreateLogStream", {"Resource": "${aws_cloudwatch_log_group.slack.arn}:*"}, set()),
        ("logs:CreateLogStream", {"Resource": [GROUP_ARN, f"{GROUP_ARN}:log-stream:*"]}, set()),
        ("logs:CreateLogStream", {"Resource": "${aws_cloudwatch_log_group.digest.arn}:*"}, {"MON-IAM-003"}),
        ("logs:CreateLogStream", {"Resource": f"arn:aws:logs:*:{ACCOUNT}:*"}, set()),
        ("sqs:ReceiveMessage", {"Resource": "${aws_sqs_queue.slack.arn}"}, set()),
        ("sqs:ReceiveMessage", {"Resource": "${aws_sqs_queue.digest.arn}"}, {"MON-IAM-003"}),
        ("sqs:ReceiveMessage", {"Resource": "${var.queue}"}, set()),
        ("sqs:ReceiveMessage", {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"]}, {"MON-IAM-003"}),
        ("sqs:ReceiveMessage", {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, set()),
        ("sqs:ReceiveMessage", {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, {"MON-IAM-003"}),
        ("secretsmanager:GetSecretValue", {"Resource": "${aws_secretsmanager_secret.slack.id}"}, set()),
        ("secretsmanager:GetSecretValue", {"Action": "secretsmanager:Describe*"}, {"MON-IAM-003"}),
    ],
    ids=str,
)
def test_role_allows_its_function_each_call_on_its_resource(
    name: str, changes: Tree, rules: set[str]
) -> None:
    assert found_in(granted(name, **changes)) == rules


def test_policy_of_a_queue_may_deny_a_role_what_its_own_policy_allows() -> None:
    stack = good_stack()
    document = json.loads(stack["resource"]["aws_sqs_queue_policy"]["slack"]["policy"])
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*"}
    document["Statement"].append(denial)
    stack["resource"]["aws_sqs_queue_policy"]["slack"]["policy"] = json.dumps(document)

    assert found_in(stack) == {"MON-IAM-003"}


def test_function_that_sends_to_a_queue_that_it_names_does_not_read_it() -> None:
    stack = good_stack()
    item = stack["resource"][ROLE_POLICY]["digest"]
    item["policy"] = item["policy"].replace("sqs:ReceiveMessage", "sqs:SendMessage")

    assert found_in(stack) == set()


@pytest.mark.parametrize(
    ("account", "rules"), [(ACCOUNT, set()), (ELSEWHERE, {"MON-IAM-003"}), ("${var.account}", set())]
)
def test_scheduler_assumes_its_role_for_the_account_of_the_stack(account: str, rules: set[str]) -> None:
    stack = ruled(account=ACCOUNT)
    role = stack["resource"][ROLE]["schedule"]
    trust = json.loads(role["assume_role_policy"])
    trust["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    role["assume_role_policy"] = json.dumps(trust)

    assert found_in(stack) == rules


def test_secret_of_another_key_needs_that_key() -> None:
    stack = good_stack()
    stack["resource"][KEY]["other"] = {
        "policy": json.dumps({"Statement": [key_policy()["Statement"][OWNER]]})
    }
    stack["resource"][SECRET]["slack"]["kms_key_id"] = "${aws_kms_key.other.arn}"
    assert found_in(stack) == set()

    item = stack["resource"][ROLE_POLICY]["slack"]
    item["policy"] = item["policy"].replace(
        f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*", "${aws_kms_key.data.arn}"
    )
    assert found_in(stack) == {"MON-KEY-002"}
