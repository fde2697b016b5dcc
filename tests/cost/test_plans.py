"""A plan and the synthesized stack that it is made of cost the same, before and after."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.resources.stacks import read_before, read_plan, read_stack, region_of
from ops.cost import Volumes, difference, estimate
from tests.cost.resources import Values, alarm, group, math_alarm, metric_filter, tree
from tests.cost.test_properties import resources
from tests.policies.plans import planned

# What the provider writes into a state for what nobody set.
STATE: dict[str, Values] = {
    "aws_cloudwatch_metric_alarm": {
        "dimensions": {},
        "extended_statistic": "",
        "metric_query": [],
        "threshold_metric_id": "",
        "unit": "",
    },
    "aws_cloudwatch_log_group": {"log_group_class": "STANDARD", "retention_in_days": 0},
    "aws_lambda_function": {
        "architectures": ["x86_64"],
        "memory_size": 128,
        "tracing_config": [{"mode": "PassThrough"}],
    },
    "aws_sqs_queue": {"fifo_queue": False},
    "aws_sns_topic": {"fifo_topic": False},
}
MATH_STATE = {"metric_name": "", "namespace": "", "period": 0, "statistic": "", "dimensions": {}}


def synthesized(*found: tuple[str, Values]) -> Values:
    tags = {"provider": {"aws": [{"default_tags": [{"tags": {}}], "region": "eu-central-1"}]}}
    return tags | {"resource": tree(*found)}


def applied(plan: Values, stack: Values) -> Values:
    """The plan as it would be made after its apply, with everything in the state."""
    plan = copy.deepcopy(plan)
    for change in plan["resource_changes"]:
        body = stack["resource"][change["type"]][change["name"]]
        values = STATE.get(change["type"], {}) | (MATH_STATE if "metric_query" in body else {}) | body
        change["change"] = {"actions": ["no-op"], "before": values, "after": values, "after_unknown": {}}
    return plan


@given(st.lists(resources, max_size=8))
@settings(max_examples=200)
def test_plan_costs_what_its_stack_costs(found: list[tuple[str, Values]]) -> None:
    stack = synthesized(*found)

    assert estimate([read_plan(planned(stack))], Volumes()) == estimate([read_stack(stack)], Volumes())


@given(st.lists(resources, max_size=8))
@settings(max_examples=200)
def test_state_costs_what_its_stack_costs(found: list[tuple[str, Values]]) -> None:
    stack = synthesized(*found)
    plan = applied(planned(stack), stack)

    assert estimate([read_before(plan)], Volumes()) == estimate([read_stack(stack)], Volumes())


def test_plan_of_prod_costs_what_its_stack_costs(prod_stack: Values) -> None:
    plan = planned(prod_stack)
    found = estimate([read_stack(prod_stack)], Volumes())

    assert estimate([read_plan(plan)], Volumes()) == found
    assert difference(estimate([read_before(plan)], Volumes()), found).before == 0


def test_prod_has_nothing_that_is_not_counted(prod_stack: Values) -> None:
    """What the generator makes has a price or is known to be free."""
    found = estimate([read_stack(prod_stack)], Volumes())

    assert [text for text in found.not_counted if "aws_" in text] == []
    assert found.by_kind.keys() >= {
        "alarm_standard",
        "custom_metric",
        "dashboard",
        "log_ingestion_standard",
        "key",
    }


def test_plan_that_adds_and_drops_says_what_that_costs() -> None:
    before = synthesized(alarm(), math_alarm(4), group())
    after = synthesized(alarm(), math_alarm(2), group(), metric_filter("Errors"))
    plan = planned(after) | {"resource_changes": applied(planned(before), before)["resource_changes"]}

    found = difference(estimate([read_before(plan)], Volumes()), estimate([read_plan(plan)], Volumes()))

    # 2 metrics less * 0.10, one custom metric more * 0.30
    assert {change.kind: str(change.difference) for change in found.changed} == {
        "alarm_standard": "-0.20",
        "custom_metric": "0.30",
    }


def test_resource_that_an_earlier_apply_failed_to_delete_counts_once() -> None:
    stack = synthesized(alarm())
    plan = applied(planned(stack), stack)
    plan["resource_changes"].append(plan["resource_changes"][0] | {"deposed": "00000001"})

    assert len(read_before(plan).resources) == 1


def test_data_sources_of_a_plan_cost_nothing() -> None:
    stack = synthesized(alarm())
    plan = applied(planned(stack), stack)
    plan["resource_changes"][0]["mode"] = "data"

    assert read_before(plan).resources == ()


@pytest.mark.parametrize("plan", [{}, {"resource_changes": None}, {"resource_changes": [{}, {"change": 3}]}])
def test_plan_without_changes_has_nothing_before(plan: Any) -> None:
    assert read_before(plan).resources == ()


@pytest.mark.parametrize(
    ("expressions", "region"),
    [
        ({"region": {"constant_value": "eu-west-1"}}, "eu-west-1"),
        ({"region": {"references": ["var.region"]}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_region_of_a_plan(expressions: Values | None, region: str | None) -> None:
    plan = {"configuration": {"provider_config": {"aws": {"expressions": expressions}}}}

    assert region_of(plan) == region
    assert region_of({}) is None
