"""A second plan after an apply changes nothing, and it would see what was changed by hand.

Each type of resource is proven against an emulator that describes it as AWS does: alarms against moto, which
tells all of them, the others against ministack.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ops.local.aws import Aws
from ops.local.deployments import PAGERDUTY_VARIABLE, Deployment
from ops.local.taps import remove
from tests.builders import shipped, synthesized
from tests.e2e.deployed import Deployed, deployment
from tests.e2e.hand_changes import HAND_CHANGES
from tests.e2e.moto import apply, in_moto

ALARM = "aws_cloudwatch_metric_alarm"
NOT_PROVEN = {
    "aws_cloudwatch_query_definition": "neither emulator has query definitions; local switches them off",
}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The local target as Terraform left it, in an emulator of its own."""
    with deployment(tmp_path_factory.mktemp("applied")) as running:
        yield running


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The alarms of the local target and what they act on, applied to the emulator that describes alarms."""
    with in_moto(tmp_path_factory.mktemp("described")) as found:
        _without_delivery(found)
        apply(found, *_targets(found))
        yield found


def test_every_type_is_proven_somewhere_or_named_with_a_reason() -> None:
    assert _deployable("local") == {ALARM, *HAND_CHANGES}
    assert _deployable("prod") - _deployable("local") == set(NOT_PROVEN)


def test_second_plan_is_empty(applied: Deployed) -> None:
    assert _types(_changes(_planning(applied))) == set()


def test_plan_sees_what_was_changed_by_hand(applied: Deployed) -> None:
    for change in HAND_CHANGES.values():
        change(applied)
    assert _types(_changes(_planning(applied))) == set(HAND_CHANGES)


def test_destroy_leaves_nothing(applied: Deployed) -> None:
    assert _left(applied.aws)
    remove(applied.aws, applied.monitoring.prefix)  # the taps, of which Terraform does not know
    applied.deployment.destroy(lambda done, planned: None)
    assert _left(applied.aws) == []


def test_second_plan_of_alarms_is_empty(described: Deployment) -> None:
    assert _changes(described, *_targets(described)) == set()


def test_plan_sees_an_alarm_that_was_changed_by_hand(described: Deployment) -> None:
    address, name = next(iter(_alarms(described).items()))
    cloudwatch = described.aws("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    names = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    same = {name: value for name, value in alarm.items() if name in names and value not in ([], "")}
    cloudwatch.put_metric_alarm(**same | {"Threshold": alarm["Threshold"] + 1})
    assert _changes(described, f"-target={address}") == {address}


def _deployable(environment: str) -> set[str]:
    """The types of an environment's resources."""
    return {kind for stack in synthesized(shipped(environment)).values() for kind in stack["resource"]}


def _planning(running: Deployed) -> Deployment:
    """The deployment with the variable that `terraform plan` asks for."""
    variables = {**running.deployment.environ, PAGERDUTY_VARIABLE: running.stand_ins.pagerduty_url}
    return replace(running.deployment, environ=variables)


def _changes(found: Deployment, *options: str) -> set[str]:
    """The addresses that a plan would change."""
    found.run("plan", "-input=false", "-no-color", "-out=second.plan", *options)
    plan = json.loads(found.run("show", "-json", "second.plan"))
    return {one["address"] for one in plan["resource_changes"] if one["change"]["actions"] != ["no-op"]}


def _types(addresses: set[str]) -> set[str]:
    """The types of these resources, but for alarms, which ministack describes thinly."""
    return {address.split(".")[0] for address in addresses} - {ALARM}


def _left(aws: Aws) -> list[str]:
    """What is in the account; keys and secrets count until the day of their deletion is set."""
    kms = aws("kms")
    keys = [kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]]
    groups = aws("scheduler").list_schedule_groups()["ScheduleGroups"]
    return [
        *(one["AlarmArn"] for one in aws("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(one["DashboardArn"] for one in aws("cloudwatch").list_dashboards()["DashboardEntries"]),
        *(one["arn"] for one in aws("logs").describe_log_groups()["logGroups"]),
        *(one["filterName"] for one in aws("logs").describe_metric_filters()["metricFilters"]),
        *(one["TopicArn"] for one in aws("sns").list_topics()["Topics"]),
        *(one["SubscriptionArn"] for one in aws("sns").list_subscriptions()["Subscriptions"]),
        *aws("sqs").list_queues().get("QueueUrls", []),
        *(one["FunctionArn"] for one in aws("lambda").list_functions()["Functions"]),
        *(one["UUID"] for one in aws("lambda").list_event_source_mappings()["EventSourceMappings"]),
        *(one["Arn"] for one in aws("iam").list_roles()["Roles"]),
        *(one["ARN"] for one in aws("secretsmanager").list_secrets()["SecretList"]),
        *(one["Arn"] for one in aws("scheduler").list_schedules()["Schedules"]),
        *(one["Arn"] for one in groups if one["Name"] != "default"),
        *(one["Arn"] for one in keys if "DeletionDate" not in one),
        *(one["AliasArn"] for one in kms.list_aliases()["Aliases"]),
    ]


def _targets(found: Deployment) -> list[str]:
    """Options that restrict a command to the alarms and what they need."""
    return [f"-target={address}" for address in _alarms(found)]


def _without_delivery(found: Deployment) -> None:
    """Let alarms need their topics only: moto does not read back which queues may use a dead letter queue."""
    path = found.stack / "cdk.tf.json"
    stack = json.loads(path.read_text("utf-8"))
    for alarm in stack["resource"][ALARM].values():
        del alarm["depends_on"]
    path.write_text(json.dumps(stack), "utf-8")


def _alarms(found: Deployment) -> dict[str, str]:
    """The names of the alarms, by address."""
    stack = json.loads((found.stack / "cdk.tf.json").read_text("utf-8"))
    return {f"{ALARM}.{key}": alarm["alarm_name"] for key, alarm in stack["resource"][ALARM].items()}
