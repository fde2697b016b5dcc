"""What exists under a name of the stack's, and cannot simply be taken over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ops.adopt.adoption import Adoption
from ops.adopt.reports import report
from tests.adopt import scripts
from tests.adopt.accounts import NUMBER, REGION, TOPIC_ARN, FakeAccount
from tests.adopt.builders import Tree, group, ids, looked, subscription

P = scripts.PREFIX
PAGERDUTY = "https://events.pagerduty.com/integration/0123456789abcdef/enqueue"
VARIABLE = "TF_VAR_pagerduty_integration_url"


def told(found: Adoption) -> str:
    return report(found, "prod", "the-stack", "imports.tf.json")


def refused(found: Adoption, address: str) -> str:
    """Why something is not imported."""
    assert address not in found.imported
    assert address not in found.new
    assert found.needs_a_person
    return next(find.obstacle for find in found.obstacles if find.address == address)


def test_log_group_of_a_class_that_cannot_change_is_in_the_way(prod_stack: Tree) -> None:
    account = FakeAccount(groups=[group(scripts.BACKEND, logGroupClass="INFREQUENT_ACCESS")])

    found = looked(account, prod_stack)

    text = refused(found, "aws_cloudwatch_log_group.group-backend")
    assert "log_group_class INFREQUENT_ACCESS, the stack STANDARD" in text
    assert f"aws logs delete-log-group --log-group-name {scripts.BACKEND} --region us-east-1" in told(found)


def test_secret_that_is_to_be_deleted_is_restored_first(prod_stack: Tree) -> None:
    name = f"{P}/slack-critical"
    arn = f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:{name}-AbCdEf"
    secret = {"Name": name, "ARN": arn, "DeletedDate": datetime(2026, 11, 20, tzinfo=UTC)}

    found = looked(FakeAccount(secrets={name: secret}), prod_stack)

    assert "since 2026-11-20" in refused(found, "aws_secretsmanager_secret.secret-slack-critical")
    assert f"aws secretsmanager restore-secret --secret-id {name} --region us-east-1" in told(found)


def test_secret_is_imported_by_its_arn(prod_stack: Tree) -> None:
    name = f"{P}/slack-critical"
    arn = f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:{name}-AbCdEf"

    found = looked(FakeAccount(secrets={name: {"Name": name, "ARN": arn}}), prod_stack)

    assert ids(found) == {"aws_secretsmanager_secret.secret-slack-critical": arn}


def key(state: str = "Enabled", **more: object) -> Tree:
    about = {"KeyState": state, "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", **more}
    return {"about": about, "policy": "{}", "rotated": True}


def test_alias_brings_its_key_along(prod_stack: Tree) -> None:
    account = FakeAccount(aliases={f"alias/{P}-logs": "k-1"}, keys={"k-1": key()})

    found = looked(account, prod_stack)

    assert ids(found) == {
        "aws_kms_alias.key-alias-logs": f"alias/{P}-logs",
        "aws_kms_key.key-logs": "k-1",
    }


def test_key_that_is_to_be_deleted_is_in_the_way(prod_stack: Tree) -> None:
    account = FakeAccount(aliases={f"alias/{P}-logs": "k-1"}, keys={"k-1": key("PendingDeletion")})

    found = looked(account, prod_stack)

    assert "k-1" in refused(found, "aws_kms_alias.key-alias-logs")
    assert "aws kms cancel-key-deletion --key-id k-1" in told(found)
    assert "aws_kms_key.key-logs" not in found.imported


def test_key_of_another_kind_is_in_the_way(prod_stack: Tree) -> None:
    account = FakeAccount(aliases={f"alias/{P}-logs": "k-1"}, keys={"k-1": key(KeySpec="RSA_2048")})

    assert "RSA_2048" in refused(looked(account, prod_stack), "aws_kms_key.key-logs")


def test_composite_alarm_under_a_metric_alarms_name_is_in_the_way(prod_stack: Tree) -> None:
    account = FakeAccount(composites=[{"AlarmName": f"{P}-lambda-errors", "AlarmRule": "ALARM(x)"}])

    found = looked(account, prod_stack)

    text = refused(found, "aws_cloudwatch_metric_alarm.lambda-errors")
    assert "an alarm of the other kind" in text
    assert f"aws cloudwatch delete-alarms --alarm-names {P}-lambda-errors" in told(found)


def test_schedule_group_that_is_being_deleted_is_waited_for(prod_stack: Tree) -> None:
    account = FakeAccount(schedule_groups={P: {"Name": P, "State": "DELETING"}})

    found = looked(account, prod_stack)

    assert refused(found, "aws_scheduler_schedule_group.schedule-group") == "is being deleted"


@pytest.fixture
def paged() -> FakeAccount:
    topic = TOPIC_ARN + f"{P}-critical"
    return FakeAccount(
        topics={f"{P}-critical": {"Policy": "{}"}},
        subscriptions=[subscription("https", PAGERDUTY, f"{topic}:1", f"{P}-critical")],
    )


def test_subscriber_whose_address_a_variable_holds_waits_for_it(
    prod_stack: Tree, paged: FakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)

    found = looked(paged, prod_stack)

    assert "aws_sns_topic_subscription.pagerduty-critical" in found.unknown
    assert found.needs_a_person
    text = told(found)
    assert f"set {VARIABLE}" in text
    assert "0123456789abcdef" not in text


def test_subscriber_whose_address_the_variable_says_is_taken_over(
    prod_stack: Tree, paged: FakeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, PAGERDUTY)

    found = looked(paged, prod_stack)

    assert ids(found)["aws_sns_topic_subscription.pagerduty-critical"] == f"{TOPIC_ARN}{P}-critical:1"
    assert "0123456789abcdef" not in told(found)
