"""The policy that the documentation hands out covers what a run calls."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from ops.acceptance import configs
from ops.common.accounts import Place, actions
from ops.doctor import gathering as doctor
from ops.pulls.documents import APPLY, document
from tests.builders import ROOT, synthesized

POLICY = json.loads((ROOT / "ops" / "acceptance" / "policy.json").read_text("utf-8"))
PLACE = Place("111122223333", "us-east-1", "aws")
NAMED = "arn:aws:{}:us-east-1:111122223333:{}acceptance-123abc-x"
# The calls of the checks and of the cleanup, each with the resource that it acts on.
OWN = [
    ("cloudwatch:DescribeAlarms", "*"),
    ("cloudwatch:GetMetricData", "*"),
    ("cloudwatch:SetAlarmState", NAMED.format("cloudwatch", "alarm:")),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/1"),
    ("kms:GenerateDataKey", "arn:aws:kms:us-east-1:111122223333:key/1"),
    ("logs:TestMetricFilter", "*"),
    (
        "secretsmanager:DeleteSecret",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:acceptance-123abc/x-AbCdEf",
    ),
    ("secretsmanager:DescribeSecret", NAMED.format("secretsmanager", "secret:")),
    ("sns:ListSubscriptions", "*"),
    ("sns:ListSubscriptionsByTopic", NAMED.format("sns", "")),
    ("sns:Publish", NAMED.format("sns", "")),
    ("sns:Subscribe", NAMED.format("sns", "")),
    ("sqs:CreateQueue", NAMED.format("sqs", "")),
    ("sqs:DeleteMessage", NAMED.format("sqs", "")),
    ("sqs:DeleteQueue", NAMED.format("sqs", "")),
    ("sqs:ListQueues", "*"),
    ("sqs:ReceiveMessage", NAMED.format("sqs", "")),
    ("tag:GetResources", "*"),
]


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


BY_TAG = "aws:ResourceTag"


def is_by_tag(statement: dict[str, Any]) -> bool:
    """The tags of a new key count minutes later only."""
    return BY_TAG in json.dumps(statement.get("Condition", {}))


def allows(action: str, resource: str, *, by_tag: bool = False) -> bool:
    return any(
        (by_tag or not is_by_tag(statement))
        and any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        for statement in POLICY["Statement"]
    )


@pytest.fixture(scope="module")
def needed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, bool]]:
    """The calls of Terraform for the shipped system, by the table for the role that applies.

    The last value is true for calls that the role may make only on what has its tags.
    """
    folder: Path = tmp_path_factory.mktemp("run")
    configs.write(ROOT / "tests", folder, "acceptance-123abc", PLACE, emulated=False)
    pair = configs.plan(folder)
    (stack,) = synthesized(pair[0]).values()
    return [
        (action, resource, is_by_tag(statement))
        for statement in document([pair], [stack["resource"]], APPLY)["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if not action.startswith("ec2:")  # only for a function in a VPC, which a run does not have
    ]


def test_policy_covers_what_terraform_calls(needed: list[tuple[str, str, bool]]) -> None:
    assert len(needed) > 100
    assert [call for call in needed if not allows(call[0], call[1], by_tag=call[2])] == []


@pytest.mark.parametrize(
    ("action", "condition"),
    [("lambda:DeleteEventSourceMapping", "lambda:FunctionArn"), ("iam:PassRole", "iam:PassedToService")],
)
def test_policy_limits_what_has_no_name_by_a_condition(action: str, condition: str) -> None:
    for statement in POLICY["Statement"]:
        is_named = all("acceptance-" in resource for resource in as_list(statement["Resource"]))
        is_about = any(fnmatchcase(action, pattern) for pattern in as_list(statement["Action"]))
        if is_about and not (is_named and action.startswith("lambda:")):
            assert statement["Effect"] == "Allow"
            assert condition in json.dumps(statement["Condition"])


def test_calls_of_the_doctor_are_known() -> None:
    free = {"sts:GetCallerIdentity"}  # needs no permission: IAM user guide
    assert actions(doctor.POLICY) - free <= {action for action, _ in OWN}


@pytest.mark.parametrize(("action", "resource"), OWN)
def test_policy_covers_the_checks_and_the_cleanup(action: str, resource: str) -> None:
    assert allows(action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudwatch:DeleteAlarms", "arn:aws:cloudwatch:us-east-1:111122223333:alarm:scheduling-agent-x"),
        ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/admin"),
        (
            "logs:DeleteLogGroup",
            "arn:aws:logs:us-east-1:111122223333:log-group:/aws/other/backend",
        ),
        ("sns:DeleteTopic", "arn:aws:sns:us-east-1:111122223333:scheduling-agent-critical"),
    ],
)
def test_policy_does_not_reach_other_systems(action: str, resource: str) -> None:
    assert not allows(action, resource)


def test_every_use_of_a_key_depends_on_its_tag() -> None:
    for statement in POLICY["Statement"]:
        uses = [name for name in as_list(statement["Action"]) if fnmatchcase("kms:ScheduleKeyDeletion", name)]
        assert not uses or list(statement["Condition"]["StringLike"]) == ["aws:ResourceTag/Project"]
