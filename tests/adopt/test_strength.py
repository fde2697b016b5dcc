"""What protects or traces is read, so that the comparison tells its loss and invents no gain."""

from __future__ import annotations

from typing import Any

import pytest

from ops.review.verdicts import Effect
from tests.adopt import scripts
from tests.adopt.accounts import NUMBER, REGION, FakeAccount
from tests.adopt.builders import Tree, group, looked
from tests.adopt.everything import everything_wanted, something_of_everything

P = scripts.PREFIX
NAME = f"{P}-slack-critical"
FUNCTION = "aws_lambda_function.function-slack-critical"
TOPIC = "aws_sns_topic.topic-warning"
KEY = f"arn:aws:kms:{REGION}:{NUMBER}:key/k-9"
ROLE = f"arn:aws:iam::{NUMBER}:role/feedback"


@pytest.fixture(scope="module")
def stack() -> Tree:
    return everything_wanted()


def effects(account: FakeAccount, stack: Tree, address: str) -> dict[str, Effect]:
    return {one.aspect: one.effect for one in looked(account, stack).changes[address]}


def wanting(stack: Tree, address: str, **values: Any) -> Tree:
    """The stack with other values of one resource; `None` is none."""
    kind, _, key = address.partition(".")
    changed = {**stack["resource"][kind][key], **values}
    kept = {name: value for name, value in changed.items() if value is not None}
    resources = {**stack["resource"][kind], key: kept}
    return {**stack, "resource": {**stack["resource"], kind: resources}}


def with_function(**values: Any) -> FakeAccount:
    account = something_of_everything()
    account.functions[NAME] = {**account.functions[NAME], **values}
    return account


def test_function_that_is_traced_already_gains_nothing(stack: Tree) -> None:
    wanted = wanting(stack, FUNCTION, tracing_config={"mode": "Active"})

    traced = effects(with_function(TracingConfig={"Mode": "Active"}), wanted, FUNCTION)
    untraced = effects(with_function(TracingConfig={"Mode": "PassThrough"}), wanted, FUNCTION)

    assert "tracing_config.mode" not in traced
    assert untraced["tracing_config.mode"] is Effect.STRENGTHENED


def test_function_that_loses_its_key_is_told_as_weakened(stack: Tree) -> None:
    wanted = wanting(stack, FUNCTION, kms_key_arn=None)

    assert effects(with_function(KMSKeyArn=KEY), wanted, FUNCTION)["kms_key_arn"] is Effect.WEAKENED


def test_function_that_loses_its_log_level_is_told(stack: Tree) -> None:
    logging = {"LogFormat": "JSON", "ApplicationLogLevel": "TRACE", "SystemLogLevel": "DEBUG"}

    found = effects(with_function(LoggingConfig=logging), stack, FUNCTION)

    assert any("application_log_level" in aspect for aspect in found)


def test_function_that_may_not_run_is_told_to_run_again(stack: Tree) -> None:
    account = something_of_everything()
    wanted = wanting(stack, FUNCTION, reserved_concurrent_executions=-1)
    account.reserved = {NAME: 0}

    assert effects(account, wanted, FUNCTION)["silence"] is Effect.STRENGTHENED


def test_function_without_reserved_concurrency_is_as_the_provider_has_it(stack: Tree) -> None:
    wanted = wanting(stack, FUNCTION, reserved_concurrent_executions=None)

    found = effects(something_of_everything(), wanted, FUNCTION)

    assert not {"silence", "reserved_concurrent_executions"} & found.keys()


def with_topic(**attributes: str) -> FakeAccount:
    account = something_of_everything()
    account.topics[f"{P}-warning"] = {**account.topics[f"{P}-warning"], **attributes}
    return account


@pytest.mark.parametrize("protocol", ["Application", "Firehose", "HTTP", "Lambda", "SQS"])
def test_topic_that_loses_its_log_of_failures_is_told_as_weakened(stack: Tree, protocol: str) -> None:
    path = f"{protocol.lower()}_failure_feedback_role_arn"
    account = with_topic(**{f"{protocol}FailureFeedbackRoleArn": ROLE})

    assert effects(account, wanting(stack, TOPIC, **{path: None}), TOPIC)[path] is Effect.WEAKENED


def test_topic_that_loses_its_delivery_policy_or_its_tracing_is_told(stack: Tree) -> None:
    account = with_topic(DeliveryPolicy='{"http": {}}', TracingConfig="Active")

    assert {"delivery_policy", "tracing_config"} <= effects(account, stack, TOPIC).keys()


def test_topic_that_is_not_traced_is_as_the_provider_has_it(stack: Tree) -> None:
    assert "tracing_config" not in effects(with_topic(TracingConfig="PassThrough"), stack, TOPIC)


@pytest.mark.parametrize(("protected", "told"), [(True, True), (False, False)])
def test_group_that_loses_its_protection_is_told_as_weakened(
    stack: Tree, protected: bool, told: bool
) -> None:
    address, values = next(iter(stack["resource"]["aws_cloudwatch_log_group"].items()))
    account = FakeAccount(groups=[group(values["name"], deletionProtectionEnabled=protected)])

    found = effects(account, stack, f"aws_cloudwatch_log_group.{address}")

    assert (found.get("deletion_protection_enabled") is Effect.WEAKENED) is told
