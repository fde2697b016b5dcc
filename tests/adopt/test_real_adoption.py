"""The setup script's result in an emulated AWS, adopted, planned and applied by real Terraform.

Afterwards the state is lost, and everything is adopted anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from modules.errors import ToolError
from modules.synthesis import STACK_FILE, terraform
from ops.adopt.accounts import Account
from ops.adopt.adoption import Adoption, adoption
from ops.adopt.gathering import gather
from ops.adopt.imports import FILE, write
from ops.adopt.wanted import Wanted
from ops.emulator import REGION, Emulator, without_aws
from ops.review import Plan, review
from ops.terraform import Terraform
from tests.adopt import scripts
from tests.adopt.builders import ids, keeping_the_topic
from tests.adopt.log_services import VARIABLE, LogService, serving
from tests.builders import ROOT, good_settings, monitorings
from tests.tools import without

EMAIL = "ops@team.example"
SETTINGS: dict[str, Any] = {
    "targets": [{"region": REGION, "account": "000000000000", "partition": "aws"}],
    "retention": {"minimum_days": 30},
    "routes": {
        "critical": {"emails": [EMAIL]},
        "warning": {"emails": ["dev@team.example"]},
        "info": {"emails": ["dev@team.example"]},
        "delivery": {"emails": [EMAIL]},
    },
}
# What AWS does not tell, and what adoption takes as given: tags, and so the route of the critical topic.
TERRAFORM_ALONE = ("confirmation_timeout_in_minutes", "endpoint_auto_confirms", "import", "route", "tags")
QUIET = ("-input=false", "-no-color")

Tree = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One adoption, and what Terraform plans with it."""

    found: Adoption
    plan: Tree

    def actions(self) -> dict[str, tuple[str, ...]]:
        return {
            one["address"]: tuple(one["change"]["actions"])
            for one in self.plan["resource_changes"]
            if one["mode"] == "managed"
        }

    def imported(self) -> dict[str, str]:
        return {
            one["address"]: one["change"]["importing"]["id"]
            for one in self.plan["resource_changes"]
            if one["change"].get("importing")
        }

    def created(self) -> set[str]:
        return {address for address, actions in self.actions().items() if "create" in actions}

    def destroyed(self) -> set[str]:
        return {address for address, actions in self.actions().items() if "delete" in actions}


@dataclass(frozen=True)
class Story:
    """What happened."""

    topic: str
    query: str
    listeners: list[Tree]
    afterwards: list[Tree]
    service: LogService
    first: Step
    again: Step


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogService]:
    """An emulated AWS to which boto3 and Terraform go."""
    try:
        with Emulator(tmp_path_factory.mktemp("emulator")) as emulator, pytest.MonkeyPatch.context() as patch:
            service = LogService(emulator.port)
            with serving(service) as address:
                told = without_aws(os.environ) | emulator.environ | {VARIABLE: address}
                for name in os.environ.keys() - told.keys():
                    patch.delenv(name)
                for name, value in told.items():
                    patch.setenv(name, value)
                yield service
    except ToolError as error:
        without(str(error))


@pytest.fixture(scope="module")
def story(environment: LogService, tmp_path_factory: pytest.TempPathFactory) -> Story:
    try:
        program = Terraform.found(ROOT)
    except ToolError as error:
        without(str(error))
    topic = scripts.run(client, EMAIL)
    (query,) = environment.queries
    listeners = subscribers(topic)
    out = tmp_path_factory.mktemp("out")
    settings = good_settings(SETTINGS)
    (monitoring,) = monitorings(settings)
    terraform({monitoring.stack: (settings, monitoring)}, out)
    folder = out / "stacks" / monitoring.stack
    stack = keeping_the_topic(json.loads((folder / STACK_FILE).read_text()))
    (folder / STACK_FILE).write_text(json.dumps(stack))
    program.init(folder)
    first = adopted(program, folder, stack)
    program.run(folder, "apply", *QUIET, "-parallelism=50", "first.plan")
    afterwards = subscribers(topic)
    (out.parent / f"terraform.{monitoring.stack}.tfstate").unlink()
    again = adopted(program, folder, stack)
    return Story(topic, query, listeners, afterwards, environment, first, again)


def subscribers(topic: str) -> list[Tree]:
    found: list[Tree] = client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return found


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def adopted(program: Terraform, folder: Path, stack: Tree) -> Step:
    account = Account.found(REGION)
    wanted = Wanted(stack, account.place(), scripts.PREFIX)
    found = adoption(wanted, gather(account, wanted), topic_chosen=True)
    write(folder / FILE, found.imported)
    program.run(folder, "plan", *QUIET, "-out=first.plan")
    return Step(found, json.loads(program.run(folder, "show", "-json", "first.plan")))


def test_plan_after_adoption_destroys_nothing(story: Story) -> None:
    assert story.first.destroyed() == set()


def test_plan_imports_what_adoption_found_and_makes_what_it_called_new(story: Story) -> None:
    found = story.first.found

    assert len(found.imported) == 9 + 3 + 5 + 3 + 1
    assert story.first.imported() == ids(found)
    assert story.first.created() == set(found.new)
    assert not found.needs_a_person


def test_topic_keeps_its_confirmed_subscriber_through_the_apply(story: Story) -> None:
    (before,) = story.listeners

    assert before in story.afterwards
    assert len(story.afterwards) == 2  # Slack's queue has joined


def test_saved_query_is_the_same_under_its_new_name(story: Story) -> None:
    assert story.service.queries[story.query]["name"] == f"{scripts.PREFIX}/slow-requests"
    assert len(story.service.queries) == 6


def test_adoption_says_of_each_resource_what_the_review_of_the_plan_says(story: Story) -> None:
    found = story.first.found
    told: dict[str, set[tuple[str, str, str]]] = {address: set() for address in found.imported}
    for one in review(Plan("plan.json", story.first.plan)).verdicts:
        if one.address in told and not one.aspect.startswith(TERRAFORM_ALONE):
            told[one.address].add((one.effect, one.aspect, one.text))

    said = {
        address: {(one.effect, one.aspect, one.text) for one in verdicts}
        for address, verdicts in found.changes.items()
    }
    alarms = {address for address in said if address.startswith("aws_cloudwatch_metric_alarm.")}
    assert {key: value for key, value in said.items() if key not in alarms} == {
        key: value for key, value in told.items() if key not in alarms
    }


def test_after_the_state_is_lost_everything_is_taken_over_again(story: Story) -> None:
    found = story.again.found

    assert found.new == found.unknown == ()
    assert story.again.created() == story.again.destroyed() == set()
    assert story.again.imported() == ids(found)
    # The emulator describes neither metric math nor percentiles.
    changed = {address for address, verdicts in found.changes.items() if verdicts}
    assert changed <= {
        f"aws_cloudwatch_metric_alarm.{name}"
        for name, alarm in found.wanted.stack["resource"]["aws_cloudwatch_metric_alarm"].items()
        if "metric_query" in alarm or "extended_statistic" in alarm
    }
