"""Real Terraform applies what is generated, to an emulated AWS, and takes it away again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from modules.errors import ToolError
from modules.settings import load
from modules.synthesis import terraform
from ops.emulator import REGION, Emulator
from ops.terraform import Terraform
from tests.builders import CONFIG, ROOT, monitorings
from tests.tools import without

# The emulator describes these thinly, so Terraform sees changes that are none.
READ_BACK_THINLY = {"aws_cloudwatch_metric_alarm"}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    try:
        with Emulator(tmp_path_factory.mktemp("emulator")) as running:
            patch = pytest.MonkeyPatch()
            for name, value in running.environ.items():
                patch.setenv(name, value)
            yield running
            patch.undo()
    except ToolError as error:
        without(str(error))


@pytest.fixture(scope="module")
def program(emulator: Emulator) -> Terraform:
    try:
        return Terraform.found(ROOT)
    except ToolError as error:
        without(str(error))


@pytest.fixture(scope="module")
def stack(program: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The local environment, with a listener on every route but info, applied."""
    out = tmp_path_factory.mktemp("out")
    (settings,) = load(("local",), CONFIG, {"SNS_EMAIL": "ops@team.example"})
    (found,) = monitorings(settings)
    terraform({found.stack: (settings, found)}, out)
    folder = out / "stacks" / found.stack
    program.init(folder)
    program.run(folder, "apply", "-auto-approve", "-input=false", "-no-color")
    return folder


def _client(emulator: Emulator, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _alarm_names(emulator: Emulator) -> set[str]:
    pages = _client(emulator, "cloudwatch").get_paginator("describe_alarms").paginate()
    return {alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]}


def _groups(emulator: Emulator) -> dict[str, int]:
    answer = _client(emulator, "logs").describe_log_groups(logGroupNamePrefix="/aws/scheduling-agent-local/")
    return {group["logGroupName"]: group["retentionInDays"] for group in answer["logGroups"]}


def test_alarms_groups_topics_and_listeners_exist(emulator: Emulator, stack: Path) -> None:
    alarms = _alarm_names(emulator)
    assert len(alarms) == 13
    assert all(name.startswith("scheduling-agent-local-") for name in alarms)
    assert list(_groups(emulator).values()) == [1] * 9
    sns = _client(emulator, "sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    listeners = {
        arn.rsplit("-", 1)[1]: len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"])
        for arn in topics
    }
    assert listeners == {"critical": 1, "warning": 1, "delivery": 1, "info": 0}


def test_second_plan_is_empty_for_all_that_is_read_back_truly(program: Terraform, stack: Path) -> None:
    program.run(stack, "plan", "-input=false", "-no-color", "-out=second.plan")
    plan = json.loads(program.run(stack, "show", "-json", "second.plan"))
    changed = {one["type"] for one in plan["resource_changes"] if one["change"]["actions"] != ["no-op"]}
    assert changed <= READ_BACK_THINLY


def test_destroy_leaves_nothing(emulator: Emulator, program: Terraform, stack: Path) -> None:
    program.run(stack, "destroy", "-auto-approve", "-input=false", "-no-color")
    assert _alarm_names(emulator) == set()
    assert _groups(emulator) == {}
    assert _client(emulator, "sns").list_topics()["Topics"] == []


def test_emulator_that_is_not_installed_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.emulator.PROGRAM", tmp_path / "none")
    with pytest.raises(ToolError, match=r"run `make ops/emulator/\.venv/ready`"), Emulator(tmp_path):
        pass


def test_emulator_leaves_no_process(tmp_path: Path) -> None:
    with Emulator(tmp_path) as running:
        process = running._process
        assert process is not None
    assert process.poll() is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
