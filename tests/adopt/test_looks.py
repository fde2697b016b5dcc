"""What is asked of AWS: enough to find everything, nothing that writes, nothing beyond the policy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.errors import ToolError
from ops.adopt.accounts import POLICY, Account, actions
from ops.adopt.adoption import Adoption
from ops.adopt.gathering import unsought
from ops.adopt.looks import TYPES
from ops.adopt.reports import report
from tests.adopt import scripts
from tests.adopt.accounts import REGION, FakeAccount
from tests.adopt.builders import Tree, after_the_script, group, ids, looked
from tests.adopt.everything import ADDED, everything_wanted, something_of_everything

P = scripts.PREFIX
DOCS = Path(__file__).parents[2] / "docs" / "adoption.md"


@pytest.fixture(scope="module")
def stack() -> Tree:
    return everything_wanted()


def told(found: Adoption) -> str:
    return report(found, "prod", "the-stack", "imports.tf.json")


def test_something_of_every_kind_is_found_with_the_id_that_its_type_is_imported_by(stack: Tree) -> None:
    found = looked(something_of_everything(), stack)

    by_script = ids(looked(after_the_script(), stack))
    assert ids(found) == by_script | ADDED
    assert {address.partition(".")[0] for address in ids(found)} == TYPES - {"aws_cloudwatch_composite_alarm"}
    assert "s3cr3t-of-the-function" not in told(found)


def test_every_type_of_the_stack_has_a_look(stack: Tree) -> None:
    assert looked(FakeAccount(), stack).unsought == ()


def test_type_without_a_look_is_told_and_never_taken_for_absent(stack: Tree) -> None:
    other = {**stack, "resource": {**stack["resource"], "aws_s3_bucket": {"archive": {"bucket": "x"}}}}

    found = looked(FakeAccount(), other)

    assert found.unsought == ("aws_s3_bucket",)
    assert found.unknown == ("aws_s3_bucket.archive",)
    assert found.needs_a_person
    assert "no way to look for aws_s3_bucket" in told(found)
    assert unsought(found.wanted) == ("aws_s3_bucket",)


def test_policy_lists_exactly_what_is_asked(stack: Tree) -> None:
    account = something_of_everything()

    looked(account, stack)

    assert set(account.asked) == actions()


def test_policy_allows_reading_alone() -> None:
    verbs = {re.match("[A-Z][a-z]+", action.partition(":")[2])[0] for action in actions()}  # type: ignore[index]

    assert verbs <= {"Describe", "Get", "List"}
    assert not {action for action in actions() if "Value" in action or "Events" in action}


def test_documentation_hands_out_the_policy() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)

    assert json.loads(block) == json.loads(POLICY.read_text("utf-8"))


def test_documentation_has_every_type(stack: Tree) -> None:
    text = DOCS.read_text("utf-8")

    assert [kind for kind in sorted(TYPES) if f"`{kind}`" not in text] == []


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("sns", "delete_topic", {"TopicArn": "arn:aws:sns:us-east-1:111122223333:x"}),
        ("cloudwatch", "put_dashboard", {"DashboardName": "x", "DashboardBody": "{}"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "x"}),
    ],
)
def test_call_that_the_policy_does_not_list_is_never_made(
    service: str, operation: str, arguments: Tree
) -> None:
    fake = FakeAccount()
    account = Account(fake.session(), REGION)

    with pytest.raises(ToolError, match=r"adoption only reads"):
        account.get(service, operation, **arguments)

    assert fake.asked == {}


@given(
    groups=st.sets(st.sampled_from(scripts.GROUPS)),
    alarms=st.sets(st.sampled_from(scripts.ALARMS)),
    denied=st.sets(
        st.sampled_from(["logs:DescribeLogGroups", "cloudwatch:DescribeAlarms", "sqs:ListQueues"])
    ),
)
@settings(max_examples=15)
def test_everything_of_the_stack_is_imported_new_or_unknown_and_only_one_of_these(
    groups: set[str], alarms: set[tuple[str, str, str, str, int, float]], denied: set[str]
) -> None:
    account = FakeAccount(
        groups=[group(f"/aws/{P}/{name}") for name in groups],
        alarms=[scripts.alarm_of(one, "arn:aws:sns:us-east-1:111122223333:x") for one in alarms],
    )
    account.deny(*denied)

    found = looked(account, everything_wanted())

    parts = [*found.imported, *found.new, *found.unknown]
    assert sorted(parts) == sorted(one.address for one in found.wanted.resources)
    seen_groups = set() if "logs:DescribeLogGroups" in denied else groups
    seen_alarms = set() if "cloudwatch:DescribeAlarms" in denied else alarms
    assert len(found.imported) == len(seen_groups) + len(seen_alarms)
    assert bool(found.unknown) is bool(denied)
