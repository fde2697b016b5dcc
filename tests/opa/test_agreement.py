"""Both engines, Python at synth and Rego in HCP Terraform, say the same of the same plan."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from policies import RULES, Context, Level
from tests.builders import TODAY, good_context, monitorings, shipped
from tests.opa.judges import (
    COVERED,
    GOOD_CONTEXT,
    OTHERS,
    WAIVERS,
    Judge,
    Tree,
    planned_resources,
    python_marks,
    root_of,
)
from tests.opa.judges import RULES as BY_POLICY
from tests.opa.plans import (
    BROKEN,
    DEPTHS,
    FORMS,
    MATHS,
    ODD,
    changed_alone,
    in_a_module,
    in_modules,
    only,
)
from tests.policies.mutations import MUTATIONS, Mutation
from tests.policies.stacks import good_stack

CASES = [
    pytest.param(rule, mutation, id=f"{rule}-{index}")
    for rule in sorted(COVERED)
    for index, mutation in enumerate(MUTATIONS[rule])
    if (rule, index) not in MATHS
]
# What is known by references, or by names, in one form of plan or the other.
LINKED = [
    pytest.param(rule, mutation, id=f"{rule}-{index}")
    for rule in ("MON-ACT-002", "MON-FUN-001", "MON-QUE-001", "MON-QUE-003", "MON-SUB-001")
    for index, mutation in enumerate(MUTATIONS[rule])
]
QUIET = dict.fromkeys(BY_POLICY, 0)
PROD = "scheduling-agent-us-east-1"


@pytest.fixture(scope="session")
def prod_context() -> Context:
    prod = shipped()
    (found,) = monitorings(prod)
    return good_context(prod, found)


def broken_alone(mutation: Mutation, form: str) -> Tree:
    return changed_alone(FORMS[form](mutation(good_stack())), FORMS[form](good_stack()))


def test_policies_enforce_errors_only() -> None:
    assert {RULES[rule].level for rule in COVERED} == {Level.ERROR}


@pytest.mark.parametrize("form", FORMS)
def test_plan_of_prod_as_committed_passes(form: str, judge: Judge, prod_stack: dict[str, Any]) -> None:
    assert judge.refused(FORMS[form](prod_stack), PROD) == QUIET


@pytest.mark.parametrize("form", FORMS)
def test_plan_of_the_good_stack_passes(form: str, judge: Judge) -> None:
    assert judge.refused(FORMS[form](good_stack())) == QUIET


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_engines_agree_on_a_mutation(rule: str, mutation: Mutation, judge: Judge) -> None:
    plan = broken_alone(mutation, "in-json")

    found = judge.marks(plan)

    assert found == python_marks(plan)
    assert rule in {mark[0] for mark in found}


@pytest.mark.parametrize(("rule", "mutation"), LINKED)
def test_engines_agree_on_what_is_applied(rule: str, mutation: Mutation, judge: Judge) -> None:
    plan = broken_alone(mutation, "applied")

    assert judge.marks(plan) == python_marks(plan)


@pytest.mark.parametrize(
    ("rule", "index"),
    [("MON-ACT-002", 0), ("MON-RET-002", 0), ("MON-SUB-001", 0), ("MON-TAG-001", 0), ("MON-THR-003", 1)],
)
def test_engines_agree_on_a_mutation_of_prod(
    rule: str, index: int, judge: Judge, prod_stack: dict[str, Any], prod_context: Context
) -> None:
    plan = FORMS["in-json"](MUTATIONS[rule][index](prod_stack))

    found = judge.marks(plan, PROD)

    assert found == python_marks(plan, prod_context)
    assert rule in {mark[0] for mark in found}


@pytest.mark.parametrize(("rule", "index"), sorted(MATHS))
def test_what_is_said_to_be_missed_really_is(rule: str, index: int, judge: Judge) -> None:
    plan = FORMS["in-json"](MUTATIONS[rule][index](good_stack()))

    assert rule not in {mark[0] for mark in judge.marks(plan)}


@given(BROKEN)
@settings(max_examples=12)
def test_engines_agree_on_several_mutations_at_once(judge: Judge, plan: Tree) -> None:
    assert judge.marks(plan) == python_marks(plan)


@given(ODD)
@settings(max_examples=12)
def test_engines_agree_on_odd_and_unknown_values(judge: Judge, plan: Tree) -> None:
    assert judge.marks(plan) == python_marks(plan)


@pytest.mark.parametrize(
    ("depth", "where"), [(1, "module.level1[0]"), (2, "module.level1[0].module.level2[0]")]
)
def test_resources_of_modules_are_judged_as_well(depth: int, where: str, judge: Judge) -> None:
    (mutation, *_) = MUTATIONS["MON-ACT-001"]
    plan = in_modules(FORMS["in-json"](mutation(good_stack())), depth)

    found = judge.marks(plan)

    assert found == python_marks(plan)
    assert [mark[:2] for mark in found] == [("MON-ACT-001", f"{where}.aws_cloudwatch_metric_alarm.errors")]


@pytest.mark.parametrize("depth", DEPTHS[1:])
def test_plan_of_the_good_stack_in_modules_passes(depth: int, judge: Judge) -> None:
    assert judge.refused(in_modules(FORMS["in-json"](good_stack()), depth)) == QUIET


@pytest.mark.parametrize(("rule", "mutation"), LINKED)
def test_engines_agree_on_what_is_linked_in_a_module_of_a_module(
    rule: str, mutation: Mutation, judge: Judge
) -> None:
    plan = in_modules(broken_alone(mutation, "in-json"), 2)

    assert judge.marks(plan) == python_marks(plan)


def test_reference_in_a_module_that_is_called_twice_is_to_its_last_call(judge: Judge) -> None:
    """Of an alarm and its topic alone: the engine of these tests takes 9 for more than 10, by `max`."""
    kept = ("aws_cloudwatch_metric_alarm.errors", "aws_sns_topic.critical")
    plan = in_a_module(only(FORMS["in-json"](good_stack()), *kept), indexes=(0, 1))
    topic = next(one for one in planned_resources(root_of(plan)) if "[1].aws_sns_topic." in one["address"])
    topic["values"]["tags"]["Route"] = "info"

    found = judge.marks(plan)

    assert found == python_marks(plan)
    assert {mark[:2] for mark in found} == {
        ("MON-ACT-002", f"module.monitoring[{index}].aws_cloudwatch_metric_alarm.errors") for index in (0, 1)
    }


def test_rest_of_what_is_replaced_is_not_taken_for_the_resource(judge: Judge) -> None:
    plan = FORMS["in-json"](good_stack())
    changes = plan["resource_changes"]
    rest = {
        **copy.deepcopy(changes[0]),
        "deposed": "0a1b2c3d",
        "change": {"actions": ["delete"], "after_unknown": {}},
    }
    changes.append(rest)

    assert judge.refused(plan) == QUIET


@pytest.mark.parametrize("name", WAIVERS)
def test_engines_agree_on_the_date_of_a_waiver(name: str, judge: Judge) -> None:
    plan = FORMS["in-json"](MUTATIONS["MON-RET-001"][0](good_stack()))

    found = judge.marks(plan, name)

    assert found == python_marks(plan, replace(GOOD_CONTEXT, waivers=(WAIVERS[name],)))
    assert {mark[2] for mark in found} == {WAIVERS[name].expires >= TODAY}


@pytest.mark.parametrize("name", OTHERS)
def test_waiver_accepts_no_other_rule_and_no_other_place(name: str, judge: Judge) -> None:
    plan = FORMS["in-json"](MUTATIONS["MON-RET-001"][0](good_stack()))

    found = judge.marks(plan, name)

    assert found == python_marks(plan, replace(GOOD_CONTEXT, waivers=(OTHERS[name],)))
    assert ("MON-RET-001", "aws_cloudwatch_log_group.backend", False) in found


@pytest.mark.parametrize(
    "until", ["2026-11-22", "2026-11-23", "2027-02-21", "2027-02-22", "2026-02-30", "soon"]
)
def test_engines_agree_on_the_end_of_a_maintenance_window(until: str, judge: Judge) -> None:
    stack = good_stack()
    stack["resource"]["aws_cloudwatch_metric_alarm"]["errors"]["tags"]["MaintenanceUntil"] = until
    plan = FORMS["in-json"](stack)

    found = judge.marks(plan)

    assert found == python_marks(plan)
    assert bool(found) == (until not in ("2026-11-23", "2027-02-21"))
