"""The configuration that a run deploys: the shipped system, with names, place and state of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from modules.settings.files import lay_over, read
from modules.spec.system import Monitoring
from ops.acceptance import configs
from ops.common.accounts import Place
from policies import check, errors
from tests.builders import CONFIG, good_context, synthesized

Tree = dict[str, Any]
PLACE = Place("111122223333", "eu-central-1", "aws")
PREFIX = "acceptance-123abc"
# What a team may have configured, and what must not take effect in another account.
CONFIGURED: Tree = {
    "targets": [
        {"region": "us-east-1", "account": "444455556666", "partition": "aws"},
        {"region": "us-west-2"},
    ],
    "routes": {
        "critical": {"emails": ["a@team.example"], "pagerduty": True, "topic_name": "real-alarms"},
        "warning": {"emails": ["b@team.example"]},
        "info": {"emails": ["c@team.example"]},
        "delivery": {"emails": ["d@team.example"], "pagerduty": True},
    },
    "terraform": {"backend": {"type": "s3", "bucket": "states", "region": "us-east-1", "use_lockfile": True}},
    "database": {
        "connection": {
            "auth": "secret",
            "vpc": {"subnet_ids": ["subnet-0a1b2c3d"], "security_group_ids": ["sg-0a1b2c3d"]},
        }
    },
    "tags": {
        "organizations_policy": {"enabled": True, "attach_to": "r-ab12"},
        "required": {"Project": ["scheduling-agent"]},
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with its own configuration."""
    shutil.copytree(CONFIG, tmp_path / "root" / "config")
    return tmp_path / "root"


def plan(root: Path, changes: Tree, *, emulated: bool = False) -> tuple[Any, Monitoring]:
    own = root / "config" / "prod.yaml"
    own.write_text(json.dumps(lay_over(read(own, "prod.yaml"), changes)), "utf-8")
    folder = root.parent / "run"
    folder.mkdir()
    configs.write(root, folder, PREFIX, PLACE, emulated=emulated)
    return configs.plan(folder)


@pytest.mark.parametrize("changes", [{}, CONFIGURED], ids=["as shipped", "as a team has it"])
def test_run_has_its_own_names_place_and_state_and_disturbs_no_one(root: Path, changes: Tree) -> None:
    settings, monitoring = plan(root, changes)

    assert (monitoring.prefix, monitoring.namespace) == (PREFIX, "Acceptance123abc")
    assert monitoring.place.arn("sns", "t") == "arn:aws:sns:eu-central-1:111122223333:t"
    assert monitoring.stack == f"{PREFIX}-eu-central-1"
    assert not any(topic.emails or topic.pagerduty for topic in monitoring.topics)
    assert all(topic.name.startswith(PREFIX) for topic in monitoring.topics)
    assert not any(function.subnets for function in monitoring.functions)
    assert settings.terraform.backend.type == "local"
    assert not monitoring.tag_policy_enabled
    assert monitoring.tags["Project"] == PREFIX
    assert monitoring.queries


def test_generated_stack_breaks_no_policy(root: Path) -> None:
    settings, monitoring = plan(root, CONFIGURED)
    (stack,) = synthesized(settings).values()
    assert errors(check(stack, good_context(settings, monitoring))) == ()
    assert stack["provider"]["aws"][0]["allowed_account_ids"] == ["111122223333"]
    assert stack["terraform"]["backend"]["local"]["path"] == f"../../../terraform.{monitoring.stack}.tfstate"


def test_everything_else_is_as_configured(root: Path) -> None:
    settings, monitoring = plan(root, {"alarms": {"high-latency": {"threshold": 8000}}})
    assert settings.routes.critical.slack
    latency = next(alarm for alarm in monitoring.alarms if alarm.key == "high-latency")
    assert latency.condition.threshold == 8000


def test_emulator_gets_no_saved_queries(root: Path) -> None:
    assert plan(root, {}, emulated=True)[1].queries == ()


def test_text_that_yaml_would_read_otherwise_stays_text(root: Path) -> None:
    values = {"Owner": "yes", "Team": "08:30", "Unit": "1e3"}
    settings, _ = plan(root, {"tags": {"values": values}})
    assert {key: settings.tags.values[key] for key in values} == values


def test_fixed_name_is_refused(root: Path) -> None:
    function = {"timeout_seconds": 30, "log_group": "lambda-default", "function_name": "real-notes"}
    with pytest.raises(ToolError, match=r"cannot be deployed a second time: /aws/lambda/real-notes; remove"):
        plan(root, {"lambda": {"functions": {"notes-actions": function}}})


def test_prefixes_differ_and_are_short() -> None:
    prefixes = {configs.new_prefix() for _ in range(100)}
    assert len(prefixes) > 90
    assert {len(prefix) for prefix in prefixes} == {17}
