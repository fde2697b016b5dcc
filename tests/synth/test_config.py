"""`config/` as it stands, whatever a team has made of it.

All other tests look at tests/config/, which is as it ships, and know its figures.
"""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modules.settings import environments, load
from modules.settings.files import read
from ops import opa, schema
from policies import check
from policies.findings import errors
from tests.builders import ROOT, good_context, monitorings, resources, synthesized

FOLDER = ROOT / "config"
FILES = sorted(FOLDER.glob("*.yaml"))
NAMES = (*environments(FOLDER), *(name for name in ("local",) if (FOLDER / f"{name}.yaml").exists()))


def test_files_that_are_made_of_it_are_current() -> None:
    assert (FOLDER / "schema.json").read_text("utf-8") == schema.text(), "run `python -m ops schema`"
    assert (ROOT / opa.FILE).read_text("utf-8") == opa.text(FOLDER, {}), "run `python -m ops opa`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_is_as_editors_are_told(path: Any) -> None:
    mistakes = Draft202012Validator(schema.tree()).iter_errors(read(path, path.name))
    assert [f"{error.json_path}: {error.message}" for error in mistakes] == []


@pytest.mark.parametrize("name", NAMES)
def test_environment_breaks_no_rule_and_every_alarm_acts(name: str) -> None:
    (settings,) = load((name,), FOLDER, {"SNS_EMAIL": "ops@team.example"})

    stacks = synthesized(settings)

    for found, stack in zip(monitorings(settings), stacks.values(), strict=True):
        assert errors(check(stack, good_context(settings, found))) == ()
        for kind in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"):
            for alarm in resources(stack, kind).values():
                topics = set(resources(stack, "aws_sns_topic"))
                actions = {*alarm.get("alarm_actions", ()), *alarm.get("ok_actions", ())}
                assert actions, alarm["alarm_name"]
                assert actions <= {f"${{aws_sns_topic.{topic}.arn}}" for topic in topics}
