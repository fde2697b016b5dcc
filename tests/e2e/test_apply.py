"""Real Terraform applies what is configured to an emulated AWS; and the emulator starts and ends."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from modules.errors import ToolError
from modules.spec.alarms import Route
from modules.spec.routing import Topic
from ops.emulator import Emulator
from ops.local.aws import Aws
from tests.e2e.deployed import Deployed, needed


def test_alarms_and_log_groups_are_there(deployed: Deployed) -> None:
    monitoring, pages = deployed.monitoring, deployed.aws("cloudwatch").get_paginator("describe_alarms")
    names = {alarm["AlarmName"] for page in pages.paginate() for alarm in page["MetricAlarms"]}
    assert names == {alarm.name for alarm in monitoring.alarms}
    groups = deployed.aws("logs").describe_log_groups()["logGroups"]
    retentions = {group["logGroupName"]: group["retentionInDays"] for group in groups}
    assert retentions == {group.name: group.retention_days for group in monitoring.log_groups}


@pytest.mark.parametrize("route", list(Route))
def test_topic_has_its_listeners_each_with_dead_letters(deployed: Deployed, route: Route) -> None:
    topic: Topic = next(one for one in deployed.monitoring.topics if one.route is route)
    sns, arn = deployed.aws("sns"), deployed.topic_arn(topic.key)
    found = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    listeners = [one for one in found if "-tap-" not in one["Endpoint"]]
    assert Counter(one["Protocol"] for one in listeners) == +Counter(
        email=len(topic.emails), sqs=len(topic.queues), https=int(topic.pagerduty)
    )
    for one in listeners:
        told = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
        assert told["PendingConfirmation"] == "false"
        assert deployed.queues[topic.undelivered].name in told["RedrivePolicy"]


def test_functions_read_the_queues_that_they_are_to_read(deployed: Deployed) -> None:
    found = deployed.aws("lambda").list_event_source_mappings()["EventSourceMappings"]
    read = {(one["FunctionArn"].split(":")[-1], one["EventSourceArn"].split(":")[-1]) for one in found}
    functions = deployed.monitoring.functions
    assert read == {(one.name, deployed.queues[one.reads.queue].name) for one in functions if one.reads}
    names = {one["FunctionName"] for one in deployed.aws("lambda").list_functions()["Functions"]}
    assert names == {one.name for one in functions}


def test_emulator_that_is_not_installed_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.emulator.PROGRAM", tmp_path / "none")
    with pytest.raises(ToolError, match=r"run `make ops/emulator/\.venv/ready`"), Emulator(tmp_path):
        pass


def test_emulator_leaves_no_process(tmp_path: Path) -> None:
    with needed(), Emulator(tmp_path) as running:
        process = running._process
        assert process is not None
    assert process.poll() is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_deletion_that_is_asked_for_twice_is_answered_twice(tmp_path: Path) -> None:
    """A client does so when the answer is lost."""
    with needed(), Emulator(tmp_path) as emulator:
        secrets = Aws(emulator.url)("secretsmanager")
        made = secrets.create_secret(Name="a", SecretString="x")["ARN"]
        first, second = (secrets.delete_secret(SecretId=made, RecoveryWindowInDays=7) for _ in range(2))
    assert (first["ARN"], first["DeletionDate"]) == (second["ARN"], second["DeletionDate"])


def test_call_that_is_made_again_for_want_of_an_answer_is_answered_as_before(tmp_path: Path) -> None:
    with needed(), Emulator(tmp_path) as emulator:
        made = []
        for invocation in ("one", "one", "two"):
            client = Aws(emulator.url)("scheduler")
            client.meta.events.register(
                "before-send.scheduler.CreateScheduleGroup",
                lambda request, told=invocation, **_: request.headers.update({"amz-sdk-invocation-id": told}),
            )
            try:
                made.append(client.create_schedule_group(Name="a")["ScheduleGroupArn"])
            except client.exceptions.ConflictException:
                made.append("")
    assert made[0] == made[1] != ""
    assert made[2] == ""
