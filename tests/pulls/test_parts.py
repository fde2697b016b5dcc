"""Policies at the limits of AWS: split as far as a role can have them, and refused beyond that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modules.errors import ToolError
from modules.settings import Settings
from ops.pulls import roles
from ops.pulls.parts import LARGEST_INLINE_POLICY, LARGEST_POLICY, MOST_POLICIES, Parts, parts_of
from ops.pulls.trusts import trusts
from tests.builders import monitorings
from tests.pulls.folders import ACCOUNT
from tests.pulls.iam import allowed, allows, document

Tree = dict[str, Any]

ANY_ACTION = ["a:Get"]


def statement(*resources: str, **condition: Any) -> Tree:
    made = {"Effect": "Allow", "Action": ANY_ACTION, "Resource": list(resources)}
    return made | ({"Condition": condition} if condition else {})


def read(parts: Parts) -> list[Tree]:
    """All statements of a role's policies."""
    texts = [*parts.managed, *([parts.inline] if parts.inline else [])]
    return [grant for text in texts for grant in json.loads(text)["Statement"]]


def require_sizes(parts: Parts) -> None:
    assert len(parts.managed) <= MOST_POLICIES
    assert max(map(len, parts.managed)) <= LARGEST_POLICY
    assert len(parts.inline or "") <= LARGEST_INLINE_POLICY


def test_statements_that_fit_stay_whole() -> None:
    statements = [statement("x" * 4_000), statement("y" * 1_000), statement("z" * 3_000)]
    parts = parts_of(statements, "plan")
    assert read(parts) == statements
    assert (len(parts.managed), parts.inline) == (2, None)


def test_statement_larger_than_a_policy_is_split_by_its_resources() -> None:
    arns = [f"arn:{number:0>100}" for number in range(150)]
    parts = parts_of([statement("before"), statement(*arns), statement("after")], "plan")
    require_sizes(parts)
    assert len(parts.managed) == 3
    assert [place for grant in read(parts) for place in grant["Resource"]] == ["before", *arns, "after"]


def test_statement_larger_than_a_policy_is_split_by_the_values_of_its_condition() -> None:
    arns = [f"arn:{number:0>100}" for number in range(150)]
    other = {"StringEquals": {"kms:ViaService": "x"}}
    parts = parts_of([statement("*", ArnLike={"lambda:FunctionArn": arns}, **other)], "plan")
    require_sizes(parts)
    conditions = [grant["Condition"] for grant in read(parts)]
    assert all(tests["StringEquals"] == other["StringEquals"] for tests in conditions)
    assert [arn for tests in conditions for arn in tests["ArnLike"]["lambda:FunctionArn"]] == arns


def test_ten_managed_policies_are_followed_by_an_inline_policy() -> None:
    statements = [statement("x" * 4_000) for _ in range(MOST_POLICIES)]
    assert parts_of(statements, "apply").inline is None
    parts = parts_of([*statements, statement("y" * 4_000), statement("z" * 4_000)], "apply")
    require_sizes(parts)
    assert parts.inline is not None
    assert [grant["Resource"][0][0] for grant in json.loads(parts.inline)["Statement"]] == ["y", "z"]


@pytest.mark.parametrize("statements", [[statement("x" * 4_000)] * 13, [statement("x" * 7_000)]])
def test_permissions_that_no_role_can_have_are_refused(statements: list[Tree]) -> None:
    with pytest.raises(ToolError, match=r"the role to apply: its permissions have [\d,]+ characters"):
        parts_of(statements, "apply")


# Names of functions that have nothing to do with the prefix, some as long as AWS allows.
GROUPS = [f"/aws/lambda/billing-{number:0>3}{'-archive' * (number % 5)}" for number in range(200)]


@pytest.fixture(scope="module")
def many_groups(resources: Tree) -> Tree:
    """The resources of a stack with 200 log groups outside the prefix, each with a filter."""
    groups = {f"group-{number}": {"name": name} for number, name in enumerate(GROUPS)}
    filters = {
        key: {"name": key, "log_group_name": f"${{aws_cloudwatch_log_group.{key}.name}}"} for key in groups
    }
    return resources | {
        "aws_cloudwatch_log_group": resources["aws_cloudwatch_log_group"] | groups,
        "aws_cloudwatch_log_metric_filter": filters,
    }


def made_of(settings: Settings, stacks: list[Tree]) -> Tree:
    """The resources of both roles."""
    pairs = [(settings, found) for found in monitorings(settings)]
    made: Tree = roles.terraform(pairs, trusts(pairs, "team/monitoring"), stacks)["resource"]
    return made


BARE = ("logs:ListTagsForResource", "logs:TagResource", "logs:UntagResource")
REACHED = {
    "plan": ("logs:ListTagsForResource", "logs:DescribeMetricFilters"),
    "apply": (
        "logs:ListTagsForResource",
        "logs:DescribeMetricFilters",
        "logs:CreateLogGroup",
        "logs:PutRetentionPolicy",
        "logs:AssociateKmsKey",
        "logs:TagResource",
        "logs:PutMetricFilter",
        "logs:DeleteLogGroup",
    ),
}


@pytest.mark.parametrize("purpose", ["plan", "apply"])
def test_roles_reach_200_log_groups_outside_the_prefix(
    settings: Settings, many_groups: Tree, purpose: str
) -> None:
    made = made_of(settings, [many_groups])
    managed = [body["policy"] for key, body in made["aws_iam_policy"].items() if key.startswith(purpose)]
    inline = made.get("aws_iam_role_policy", {}).get(purpose, {}).get("policy")
    parts = Parts(tuple(managed), inline)
    require_sizes(parts)
    statements = read(parts)
    for action in REACHED[purpose]:
        for name in GROUPS:
            arn = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{name}"
            assert allows(statements, action, arn if action in BARE else f"{arn}:*"), (action, name)
            assert not allows(statements, action, f"{arn}-other{'' if action in BARE else ':*'}")


def test_log_groups_below_the_prefix_need_no_arn_of_their_own(settings: Settings, resources: Tree) -> None:
    groups = [
        arn for arn in sorted(allowed(document(settings, resources, "plan"), BARE[0])) if ":log-group:" in arn
    ]
    assert groups == [
        f"arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/scheduling-agent-*",
        f"arn:aws:logs:*:{ACCOUNT}:log-group:/aws/scheduling-agent/*",
    ]


def test_inline_policy_becomes_a_resource_of_the_role(settings: Settings, resources: Tree) -> None:
    """As many groups as fill ten managed policies."""
    groups = {f"g{number}": {"name": f"/aws/lambda/{number:0>60}"} for number in range(235)}
    more = resources | {"aws_cloudwatch_log_group": groups}
    made = made_of(settings, [more])
    (inline,) = made["aws_iam_role_policy"].values()
    assert inline["role"] == "${aws_iam_role.apply.name}"
    assert len(inline["policy"]) <= LARGEST_INLINE_POLICY
    assert len([key for key in made["aws_iam_policy"] if key.startswith("apply")]) == MOST_POLICIES
