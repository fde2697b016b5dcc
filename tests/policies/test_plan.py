"""The same rules over a plan: what is not known yet claims nothing, and what is wrong is found."""

from __future__ import annotations

from typing import Any

import pytest

from policies import check_plan
from policies.plan import read_plan
from policies.values import Unknown
from tests.policies.mutations import ALARM, GROUP, MUTATIONS, POLICY, TOPIC, Mutation
from tests.policies.plans import planned
from tests.policies.stacks import good_context, good_stack

# What the plan of the mutated stack cannot show, with the reason.
NOT_IN_A_PLAN = {
    ("MON-FIL-005", 1): "terraform refuses a reference to a resource that is not there",
    ("MON-ACT-002", 6): "a set with one unknown action is unknown, and its expression lists references only",
    ("MON-ACT-002", 2): "terraform refuses a reference to a resource that is not there",
}
CASES = [
    pytest.param(rule, mutation, id=f"{rule}-{index}")
    for rule, mutations in MUTATIONS.items()
    for index, mutation in enumerate(mutations)
    if (rule, index) not in NOT_IN_A_PLAN
]


def planned_resource(plan: dict[str, Any], address: str) -> dict[str, Any]:
    found = plan["planned_values"]["root_module"]["resources"]
    return next(item for item in found if item["address"] == address)


def changed(plan: dict[str, Any], address: str) -> dict[str, Any]:
    return next(item for item in plan["resource_changes"] if item["address"] == address)["change"]


def rules_of(plan: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in check_plan(plan, good_context())}


def test_plan_of_the_good_stack_has_no_findings() -> None:
    assert check_plan(planned(good_stack()), good_context()) == ()


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_mutation_is_caught_in_the_plan_too(rule: str, mutation: Mutation) -> None:
    assert rule in rules_of(planned(mutation(good_stack())))


def test_unknown_action_is_known_by_its_reference() -> None:
    stack = read_plan(planned(good_stack()))

    values = next(item for item in stack.resources if item.address == f"{ALARM}.errors").values

    assert values["alarm_actions"] == Unknown(("aws_sns_topic.critical.arn",))


@pytest.mark.parametrize("reference", ["aws_sns_topic.info.arn", "aws_sns_topic.critical.name"])
def test_action_on_another_reference_is_found(reference: str) -> None:
    plan = planned(good_stack())
    configured = plan["configuration"]["root_module"]["resources"]
    item = next(one for one in configured if one["address"] == f"{ALARM}.errors")
    item["expressions"]["alarm_actions"] = {"references": [reference, reference.rsplit(".", 1)[0]]}

    assert rules_of(plan) == {"MON-ACT-002"}


@pytest.mark.parametrize(
    "name",
    ["threshold", "period", "alarm_name", "tags", "tags_all", "evaluation_periods", "treat_missing_data"],
)
def test_unknown_value_of_an_alarm_claims_nothing(name: str) -> None:
    plan = planned(good_stack())
    planned_resource(plan, f"{ALARM}.errors")["values"].pop(name)
    changed(plan, f"{ALARM}.errors")["after_unknown"][name] = True

    assert rules_of(plan) == set()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (f"{GROUP}.backend", "retention_in_days"),
        (f"{TOPIC}.critical", "name"),
        (f"{POLICY}.critical", "policy"),
        ("aws_cloudwatch_log_metric_filter.errors", "metric_transformation"),
        ("aws_cloudwatch_dashboard.real-time", "dashboard_body"),
        (f"{ALARM}.failures", "metric_query"),
    ],
)
def test_unknown_value_elsewhere_claims_nothing(address: str, name: str) -> None:
    plan = planned(good_stack())
    planned_resource(plan, address)["values"].pop(name)
    changed(plan, address)["after_unknown"][name] = True

    assert rules_of(plan) <= {"MON-MET-001"}


def test_applied_stack_is_known_by_its_arns() -> None:
    plan = planned(good_stack())
    for item in plan["planned_values"]["root_module"]["resources"]:
        item["values"]["arn"] = f"arn:aws:x:::{item['name']}"
        unknown = changed(plan, item["address"])["after_unknown"]
        for name in [name for name in unknown if name.endswith("_actions")]:
            item["values"][name] = [unknown.pop(name) and "arn:aws:x:::critical"]
        del unknown["arn"]
    alarm = planned_resource(plan, f"{ALARM}.times")

    found = [item for item in check_plan(plan, good_context()) if item.address == alarm["address"]]

    assert {item.rule for item in found} == {"MON-ACT-002"}
    assert not [item for item in check_plan(plan, good_context()) if item.address == f"{ALARM}.errors"]


def test_default_of_the_provider_does_not_pass_for_a_choice() -> None:
    stack = good_stack()
    del stack["resource"][ALARM]["errors"]["treat_missing_data"]
    plan = planned(stack)
    planned_resource(plan, f"{ALARM}.errors")["values"]["treat_missing_data"] = "missing"

    assert rules_of(plan) == {"MON-EVL-001"}


def test_effective_tags_are_those_of_the_plan() -> None:
    plan = planned(good_stack())
    planned_resource(plan, f"{TOPIC}.info")["values"]["tags_all"] = {"Environment": "prod", "Route": "info"}

    assert rules_of(plan) == {"MON-TAG-001"}


def test_resources_of_modules_are_read_with_their_references() -> None:
    plan = planned(good_stack())
    root, configuration = plan["planned_values"]["root_module"], plan["configuration"]["root_module"]
    for item in root["resources"]:
        item["address"] = f"module.monitoring[0].{item['address']}"
    for item in plan["resource_changes"]:
        item["address"] = f"module.monitoring[0].{item['address']}"
    plan["planned_values"]["root_module"] = {"child_modules": [{"address": "module.monitoring[0]", **root}]}
    plan["configuration"]["root_module"] = {"module_calls": {"monitoring": {"module": configuration}}}

    assert rules_of(plan) == set()


def test_plan_of_nothing_has_no_findings() -> None:
    assert check_plan({}, good_context()) == ()
