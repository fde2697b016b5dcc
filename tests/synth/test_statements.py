"""Take one statement after the other out of every policy of the real stack: a rule must report each."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from policies import Context, check, errors
from tests.builders import good_context, monitorings, shipped

Tree = dict[str, Any]
Place = tuple[str, str, str, int]
ARGUMENTS = ("policy", "assume_role_policy")
# Without the first, roles of the account still publish by their own policies, and no notice is lost.
# The others are for a function in a VPC, which the shipped system does not have.
NOT_NEEDED = {
    ("aws_sns_topic_policy", "Owner"),
    ("aws_iam_role_policy", "RunInVpc"),
    ("aws_iam_role_policy", "NotFromCode"),
}


@pytest.fixture(scope="module")
def context() -> Context:
    settings = shipped()
    (found,) = monitorings(settings)
    return good_context(settings, found)


def statements(stack: Tree) -> Iterator[tuple[Place, Tree]]:
    """Every statement of every policy, with its place."""
    for kind, items in stack["resource"].items():
        for name, item in items.items():
            for argument in ARGUMENTS:
                if argument in item:
                    document = json.loads(item[argument])
                    for index, statement in enumerate(document["Statement"]):
                        yield (kind, name, argument, index), statement


def changed(stack: Tree, place: Place, *instead: Tree) -> Tree:
    """The stack with other statements in place of one."""
    kind, name, argument, index = place
    found = {**stack, "resource": {**stack["resource"], kind: copy.deepcopy(stack["resource"][kind])}}
    item = found["resource"][kind][name]
    document = json.loads(item[argument])
    document["Statement"][index : index + 1] = instead
    item[argument] = json.dumps(document)
    return found


def test_every_statement_that_is_gone_is_reported(prod_stack: Tree, context: Context) -> None:
    found = dict(statements(prod_stack))
    missed = {
        (place[0], statement.get("Sid"))
        for place, statement in found.items()
        if not errors(check(changed(prod_stack, place), context))
    }

    assert len(found) > 60
    assert missed == NOT_NEEDED


def test_every_statement_that_denies_instead_is_reported(prod_stack: Tree, context: Context) -> None:
    missed = {
        (place[0], statement.get("Sid"))
        for place, statement in statements(prod_stack)
        if statement["Effect"] == "Allow"
        and not errors(check(changed(prod_stack, place, {**statement, "Effect": "Deny"}), context))
    }

    assert missed <= NOT_NEEDED


# What a function does beyond receiving, deleting and publishing: tests/e2e/test_permissions.py runs it.
OF_THE_CODE = {"sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes", "sns:GetTopicAttributes"}


def test_every_action_that_is_gone_is_reported(prod_stack: Tree, context: Context) -> None:
    missed = set()
    for place, statement in statements(prod_stack):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for action in actions:
            left = {**statement, "Action": [other for other in actions if other != action]}
            if not errors(check(changed(prod_stack, place, left), context)):
                missed.add((place[0], statement.get("Sid"), action))

    assert {action for kind, sid, action in missed if (kind, sid) not in NOT_NEEDED} == OF_THE_CODE
