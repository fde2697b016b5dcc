"""docs/pull-requests.md says what the workflows really need."""

from __future__ import annotations

import re

import yaml

from ops.pulls.statuses import CONTEXT
from tests.builders import ROOT

TEXT = (ROOT / "docs" / "pull-requests.md").read_text("utf-8")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_every_secret_of_the_workflows_is_told() -> None:
    wanted = {name for path in WORKFLOWS for name in re.findall(r"secrets\.(\w+)", path.read_text("utf-8"))}
    assert wanted == set(re.findall(r"gh secret set (\w+)", TEXT))


def test_every_workflow_but_those_that_are_called_is_told() -> None:
    started = [path.name for path in WORKFLOWS if "workflow_call:" not in path.read_text("utf-8")]
    assert {name for name in started if f"`{name}`" not in TEXT} == set()


def test_environments_are_named_as_in_the_workflows() -> None:
    jobs = [job for path in WORKFLOWS for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values()]
    named = {str(job["environment"]).rpartition("}}")[2] for job in jobs if "environment" in job}
    assert named == {"", "-plan"}
    assert "`prod-plan`" in TEXT


def test_required_checks_are_named_as_they_are_set() -> None:
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    assert f"`{CONTEXT}`" in TEXT
    assert f"`{ci['jobs']['check']['name']}`" in TEXT
