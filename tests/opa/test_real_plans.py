"""Both engines judge plans that Terraform itself made of the real stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from ops.terraform import Terraform
from policies import Context
from tests.builders import ROOT, good_context, good_settings, monitorings, synthesized
from tests.opa.judges import RULES, Judge, python_marks
from tests.policies.mutations import MUTATIONS
from tests.review.labs import ACCOUNT, REGION, Lab, offline, state_of
from tests.tools import without

Tree = dict[str, Any]
WORKSPACE = "scheduling-agent-us-east-1"
SETTINGS = {
    "retention": {"minimum_days": 30},
    "targets": [{"account": ACCOUNT, "partition": "aws", "region": REGION}],
    "routes": {"critical": {"emails": ["ops@team.example"], "pagerduty": True}},
}
PAGERDUTY = "-var=pagerduty_integration_url=https://events.pagerduty.com/integration/x/enqueue"
# Breaks that Terraform and the provider let pass.
BREAKS = {
    "MON-ACT-001": 1,
    "MON-ACT-002": 0,
    "MON-ACT-003": 0,
    "MON-EVL-001": 0,
    "MON-FUN-001": 0,
    "MON-FUN-002": 0,
    "MON-IAM-001": 0,
    "MON-MNT-001": 0,
    "MON-QUE-001": 0,
    "MON-QUE-008": 0,
    "MON-RET-002": 0,
    "MON-RET-003": 0,
    "MON-SUB-001": 0,
    "MON-TAG-002": 1,
    "MON-THR-003": 1,
    "MON-TOP-003": 0,
    "MON-TOP-007": 0,
}


@pytest.fixture(scope="module")
def context() -> Context:
    settings = good_settings(SETTINGS)
    (found,) = monitorings(settings)
    return good_context(settings, found)


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tree]:
    """Of the stack against nothing and against itself; and the same with many things broken at once."""
    try:
        terraform = Terraform.found(ROOT)
    except ToolError as error:
        without(str(error))
    (stack,) = synthesized(good_settings(SETTINGS)).values()
    good, broken = offline(stack), offline(broken_in_many_ways(stack))
    lab = Lab(Path(tmp_path_factory.mktemp("lab")) / "stack", terraform)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        lab.prepare(good, {})
        first = lab.plan(good, None, PAGERDUTY)
        state = state_of(good, first)
        return {
            "first": first,
            "current": lab.plan(good, state, PAGERDUTY),
            "broken first": lab.plan(broken, None, PAGERDUTY),
            "broken later": lab.plan(broken, state, PAGERDUTY),
            "destroyed": lab.plan(good, state, PAGERDUTY, "-destroy"),
        }


def broken_in_many_ways(stack: Tree) -> Tree:
    for rule, index in BREAKS.items():
        stack = MUTATIONS[rule][index](stack)
    return stack


@pytest.mark.parametrize("name", ["first", "current"])
def test_real_plan_of_what_is_committed_passes(name: str, judge: Judge, plans: dict[str, Tree]) -> None:
    assert judge.refused(plans[name], WORKSPACE) == dict.fromkeys(RULES, 0)


def test_real_plan_that_destroys_everything_passes(judge: Judge, plans: dict[str, Tree]) -> None:
    """It has planned values all the same: an empty root module."""
    assert plans["destroyed"]["planned_values"]["root_module"].keys() <= {"resources"}
    assert judge.refused(plans["destroyed"], WORKSPACE) == dict.fromkeys(RULES, 0)


@pytest.mark.parametrize("name", ["first", "current", "broken first", "broken later", "destroyed"])
def test_engines_agree_on_a_real_plan(
    name: str, judge: Judge, plans: dict[str, Tree], context: Context
) -> None:
    assert judge.marks(plans[name], WORKSPACE) == python_marks(plans[name], context)


@pytest.mark.parametrize("name", ["broken first", "broken later"])
def test_breaks_are_found_in_a_real_plan(name: str, judge: Judge, plans: dict[str, Tree]) -> None:
    found = {mark[0] for mark in judge.marks(plans[name], WORKSPACE)}

    assert set(BREAKS) - found == set()
