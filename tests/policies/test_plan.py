"""The same rules over a plan: what is not known yet claims nothing, and what is wrong is found."""

from __future__ import annotations

from typing import Any

import pytest

from modules.resources.stacks import read_plan
from modules.terraform.values import Unknown
from policies import check_plan
from tests.policies.mutations import ALARM, GROUP, MUTATIONS, POLICY, TOPIC, Mutation
from tests.policies.plans import GIVEN, applied, planned
from tests.policies.stacks import good_context, good_stack

_OF_A_MAP = "a map with one unknown value is unknown, and its expression lists references only"
_OF_A_POLICY = "a policy that names what is not there yet is unknown"
# What the plan of the mutated stack cannot show if it is not written in JSON, with the reason.
NOT_IN_A_PLAN = {
    ("MON-FIL-005", 1): "terraform refuses a reference to a resource that is not there",
    ("MON-ACT-002", 6): "a set with one unknown action is unknown, and its expression lists references only",
    **{("MON-FUN-002", index): _OF_A_MAP for index in range(7)},
    ("MON-FUN-007", 0): _OF_A_MAP,
    **{("MON-IAM-003", index): _OF_A_POLICY for index in (9, 10, 11)},
    ("MON-KEY-002", 6): _OF_A_POLICY,
    **{("MON-QUE-007", index): "the redrive policy of a new queue is unknown" for index in (4, 9)},
}
CASES = [
    pytest.param(rule, mutation, id=f"{rule}-{index}")
    for rule, mutations in MUTATIONS.items()
    for index, mutation in enumerate(mutations)
]
DANGLING = "MON-FIL-005-1"
SHOWN = [case for case in CASES if case.id not in {f"{rule}-{index}" for rule, index in NOT_IN_A_PLAN}]


def planned_resource(plan: dict[str, Any], address: str) -> dict[str, Any]:
    found = plan["planned_values"]["root_module"]["resources"]
    return next(item for item in found if item["address"] == address)


def changed(plan: dict[str, Any], address: str) -> dict[str, Any]:
    return next(item for item in plan["resource_changes"] if item["address"] == address)["change"]


def rules_of(plan: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in check_plan(plan, good_context())}


def test_plan_of_the_good_stack_has_no_findings() -> None:
    assert check_plan(planned(good_stack()), good_context()) == ()


@pytest.mark.parametrize(("rule", "mutation"), SHOWN)
def test_mutation_is_caught_in_the_plan_too(rule: str, mutation: Mutation) -> None:
    assert rule in rules_of(planned(mutation(good_stack())))


def test_plan_of_the_good_stack_in_json_has_no_findings() -> None:
    assert check_plan(planned(good_stack(), in_json=True), good_context()) == ()


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_every_mutation_is_caught_in_a_plan_that_is_written_in_json(rule: str, mutation: Mutation) -> None:
    assert rule in rules_of(planned(mutation(good_stack()), in_json=True))


def test_plan_of_the_good_stack_that_is_applied_has_no_findings() -> None:
    assert check_plan(planned(applied(good_stack())), good_context()) == ()


@pytest.mark.parametrize(("rule", "mutation"), [case for case in CASES if case.id != DANGLING])
def test_every_mutation_is_caught_in_a_plan_of_what_is_applied(rule: str, mutation: Mutation) -> None:
    assert rule in rules_of(planned(applied(mutation(good_stack()))))


@pytest.mark.parametrize(("rule", "index"), NOT_IN_A_PLAN)
def test_what_a_plan_does_not_show_is_really_not_caught(rule: str, index: int) -> None:
    assert rule not in rules_of(planned(MUTATIONS[rule][index](good_stack())))


def test_unknown_action_is_known_by_its_reference() -> None:
    stack = read_plan(planned(good_stack()))

    values = next(item for item in stack.resources if item.address == f"{ALARM}.errors").values

    assert values["alarm_actions"] == Unknown(("aws_sns_topic.critical.arn",))


def test_unknown_value_is_read_as_it_is_written_in_json() -> None:
    stack = read_plan(planned(good_stack(), in_json=True))

    values = {item.address: item.values for item in stack.resources}

    assert values[f"{ALARM}.errors"]["alarm_actions"] == ["${aws_sns_topic.critical.arn}"]
    (environment,) = values["aws_lambda_function.digest"]["environment"]
    assert environment["variables"]["TOPIC_ARN"] == "${aws_sns_topic.digest.arn}"


def test_value_that_the_plan_knows_is_not_read_as_it_is_written() -> None:
    stack = read_plan(planned(good_stack(), in_json=True))

    pagerduty = next(item for item in stack.resources if item.address.endswith(".pagerduty"))

    assert pagerduty.text("endpoint") == GIVEN["var.pagerduty_integration_url"]
    assert pagerduty.references["endpoint"] == ("var.pagerduty_integration_url",)


@pytest.mark.parametrize("reference", ["aws_sns_topic.info.arn", "aws_sns_topic.critical.name"])
def test_action_on_another_reference_is_found(reference: str) -> None:
    plan = planned(good_stack())
    configured = plan["configuration"]["root_module"]["resources"]
    item = next(one for one in configured if one["address"] == f"{ALARM}.errors")
    item["expressions"]["alarm_actions"] = {"references": [reference, reference.rsplit(".", 1)[0]]}

    assert rules_of(plan) == {"MON-ACT-002"}


@pytest.mark.parametrize(
    "reference", ["module.topics.arn", "var.topic_arn", "each.value", "aws_sns_topic.critical"]
)
def test_action_that_may_be_the_right_topic_claims_nothing(reference: str) -> None:
    """A reference by way of a module, a variable or the whole of a resource, as a splat has it."""
    plan = planned(good_stack())
    configured = plan["configuration"]["root_module"]["resources"]
    item = next(one for one in configured if one["address"] == f"{ALARM}.errors")
    item["expressions"]["alarm_actions"] = {"references": [reference]}

    assert rules_of(plan) == set()


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
        ("aws_sqs_queue.slack", "visibility_timeout_seconds"),
        ("aws_sqs_queue.slack-dead", "message_retention_seconds"),
        ("aws_sqs_queue_policy.slack", "policy"),
        ("aws_sns_topic_subscription.mail", "filter_policy_scope"),
        ("aws_sns_topic_subscription.slack", "raw_message_delivery"),
        ("aws_lambda_function.slack", "timeout"),
        ("aws_lambda_event_source_mapping.slack", "function_response_types"),
        ("aws_lambda_event_source_mapping.slack", "scaling_config"),
        ("aws_iam_role_policy.slack", "policy"),
        ("aws_iam_role.slack", "assume_role_policy"),
    ],
)
def test_unknown_value_elsewhere_claims_nothing(address: str, name: str) -> None:
    plan = planned(good_stack())
    planned_resource(plan, address)["values"].pop(name)
    changed(plan, address)["after_unknown"][name] = True

    assert rules_of(plan) <= {"MON-MET-001"}


def test_expression_that_is_no_expression_is_left_out() -> None:
    plan = planned(good_stack())
    configured = plan["configuration"]["root_module"]["resources"]
    item = next(one for one in configured if one["address"] == f"{ALARM}.errors")
    item["expressions"]["comparison_operator"] = None

    assert rules_of(plan) == set()


def test_deposed_object_does_not_pass_for_the_resource_at_its_address() -> None:
    plan = planned(good_stack())
    entry = {"address": f"{ALARM}.errors", "mode": "managed", "type": ALARM, "deposed": "0a1b2c3d"}
    plan["resource_changes"].append(entry | {"change": {"actions": ["delete"], "after_unknown": {}}})

    assert rules_of(plan) == set()


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


def test_what_the_provider_keeps_in_a_block_does_not_pass_for_a_choice() -> None:
    stack = good_stack()
    del stack["resource"]["aws_lambda_function"]["slack"]["logging_config"]["log_group"]
    plan = planned(applied(stack))
    kept = {"log_format": "JSON", "log_group": "/aws/scheduling-agent/delivery/slack"}
    planned_resource(plan, "aws_lambda_function.slack")["values"]["logging_config"] = [kept]
    changed(plan, "aws_lambda_function.slack")["after_unknown"] = {}

    assert rules_of(plan) == {"MON-FUN-001"}


def test_effective_tags_are_those_of_the_plan() -> None:
    plan = planned(good_stack())
    planned_resource(plan, f"{TOPIC}.info")["values"]["tags_all"] = {"Environment": "prod", "Route": "info"}

    assert rules_of(plan) == {"MON-TAG-001"}


@pytest.mark.parametrize("in_json", [False, True])
def test_resources_of_modules_are_read_with_their_references(in_json: bool) -> None:
    plan = planned(good_stack(), in_json=in_json)
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
