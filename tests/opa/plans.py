"""Plans that are wrong in several ways at once: in ways that the rules know, and in any other."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.policies.mutations import MUTATIONS
from tests.policies.plans import applied, planned
from tests.policies.stacks import good_stack

Tree = dict[str, Any]

FORMS: dict[str, Callable[[Tree], Tree]] = {
    "in-hcl": lambda stack: reading(planned(stack)),
    "in-json": lambda stack: reading(planned(stack, in_json=True)),
    "applied": lambda stack: reading(planned(applied(stack))),
}
# How many modules there are around a plan.
DEPTHS = (0, 1, 2)
# Metric math, whose bounds are not worked out in Rego.
MATHS = {("MON-THR-003", 2)}
EDITS = [mutation for mutations in MUTATIONS.values() for mutation in mutations]


def _together(edits: list[Any]) -> Tree:
    """The good stack with one break after the other; one that no longer fits is left out."""
    stack = good_stack()
    for edit in edits:
        try:
            stack = edit(stack)
        except (LookupError, StopIteration, TypeError, ValueError, AttributeError):
            continue
    return stack


def changed_alone(plan: Tree, good: Tree) -> Tree:
    """The plan without alarms that are as they were: no rule of another resource asks for them."""
    before, now = _alarms(good), _alarms(plan)
    same = {address for address, alarm in now.items() if alarm == before.get(address)}
    return only(plan, *{one["address"] for one in plan["resource_changes"]} - same)


def only(plan: Tree, *addresses: str) -> Tree:
    """The plan with these resources alone."""
    found = copy.deepcopy(plan)
    roots = found["planned_values"]["root_module"], found["configuration"]["root_module"]
    for place, key in (*((root, "resources") for root in roots), (found, "resource_changes")):
        place[key] = [item for item in place[key] if item["address"] in addresses]
    return found


def _alarms(plan: Tree) -> dict[str, Any]:
    """All that a plan says of each alarm."""
    parts = (
        plan["planned_values"]["root_module"]["resources"],
        plan["configuration"]["root_module"]["resources"],
        plan["resource_changes"],
    )
    return {one[0]["address"]: one for one in zip(*parts, strict=True) if one[0]["type"].endswith("_alarm")}


def reading(plan: Tree) -> Tree:
    """The plan with data sources that are read at its apply, and are nobody's choice."""
    found = copy.deepcopy(plan)
    sources: tuple[tuple[str, Tree], ...] = (
        ("aws_sns_topic", {"name": "shared"}),
        ("aws_cloudwatch_log_group", {"name": "/shared"}),
        ("aws_lambda_function", {"function_name": "shared"}),
    )
    for kind, values in sources:
        what = {"address": f"data.{kind}.shared", "mode": "data", "type": kind, "name": "shared"}
        expressions = {key: {"constant_value": value} for key, value in values.items()}
        unknown = {"arn": True, "id": True}
        parts = (
            (found["planned_values"]["root_module"]["resources"], {"values": values}),
            (found["configuration"]["root_module"]["resources"], {"expressions": expressions}),
            (found["resource_changes"], {"change": {"actions": ["read"], "after_unknown": unknown}}),
        )
        for place, said in parts:
            place.append({**what, **said})
    return found


def in_modules(plan: Tree, depth: int) -> Tree:
    """The plan with all that it makes in a module, and this in another, and so on."""
    return in_modules(in_a_module(plan, f"level{depth}"), depth - 1) if depth else plan


def in_a_module(plan: Tree, name: str = "monitoring", indexes: Sequence[int] = (0,)) -> Tree:
    """The plan with all that it makes in a module, once for each index."""
    root, configured = plan["planned_values"]["root_module"], plan["configuration"]["root_module"]
    calls = [f"module.{name}[{index}]" for index in indexes]
    changes = [
        {**copy.deepcopy(one), "address": f"{call}.{one['address']}"}
        for call in calls
        for one in plan["resource_changes"]
    ]
    made = {"child_modules": [_called(root, call) for call in calls]}
    return {
        **plan,
        "planned_values": {"root_module": made},
        "resource_changes": changes,
        "configuration": {"root_module": {"module_calls": {name: {"module": copy.deepcopy(configured)}}}},
    }


def _called(module: Tree, call: str) -> Tree:
    """A module as it stands below the one that calls it."""
    below = module.get("address")
    resources = [
        {**copy.deepcopy(one), "address": f"{call}.{one['address']}"} for one in module.get("resources", ())
    ]
    children = [_called(child, call) for child in module.get("child_modules", ())]
    return {
        "address": f"{call}.{below}" if below else call,
        **({"resources": resources} if resources else {}),
        **({"child_modules": children} if children else {}),
    }


def _formed(stack: Tree, form: str, depth: int) -> Tree:
    return in_modules(FORMS[form](stack), depth)


BROKEN = st.builds(
    _formed,
    st.lists(st.sampled_from(EDITS), min_size=1, max_size=5).map(_together),
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(DEPTHS),
)

_TOPIC, _QUEUE = "aws_sns_topic.critical.arn", "aws_sqs_queue.slack.arn"
_TEXTS = st.sampled_from(
    [
        *(
            "",
            "x",
            "missing",
            "true",
            "30",
            "$.level",
            "$${x}",
            "${",
            "2026-02-30",
            "2026-12-01",
            "2027-02-28",
        ),
        *(f"${{{_TOPIC}}}", f"${{{_QUEUE}}}", "${x.y.z}", "alias/aws/sns", "arn:aws:sns:us-east-1:1:x"),
        *(
            "critical",
            "page",
            "delivery",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "Sum",
            "p99",
            "tc(1:2)",
        ),
        *("AWS/Lambda", "Duration", "Errors", "SchedulingAgent", "ErrorCount", "http", "https", "prod"),
        *("/aws/scheduling-agent/backend", "password=hunter22", "${var.x} token=abcd"),
    ]
)
_NUMBERS = st.sampled_from([0, 1, -1, 7, 17, 30, 0.5, 3653, 1209600, 10**9, 1e30])
_DOCUMENTS = st.sampled_from(
    [
        {"deadLetterTargetArn": f"${{{_QUEUE}}}"},
        {"deadLetterTargetArn": ["x"]},
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:*", "Resource": "*"}},
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"Bool": {}}}, 7]},
        {"Statement": [{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "a"], "Resource": ["**"]}]},
        [],
        {},
    ]
).map(json.dumps)
_LEAVES = st.none() | st.booleans() | _NUMBERS | _TEXTS | _DOCUMENTS
_KEYS = st.sampled_from(
    [
        *("Severity", "Role", "Route", "MaintenanceUntil", "Owner", "Environment", "FunctionName"),
        *("log_group", "variables", "API_TOKEN", "target_arn", "dead_letter_config", "arn", "policy"),
        *("namespace", "name", "unit", "dimensions"),
    ]
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=5,
)
_EXPRESSIONS = st.none() | st.fixed_dictionaries(
    {
        "references": st.lists(
            st.sampled_from([_TOPIC, "aws_sns_topic.critical", _QUEUE, "var.x"]), max_size=3
        )
    },
    optional={"constant_value": _VALUES},
)


@st.composite
def _odd(draw: st.DrawFn) -> Tree:
    """A plan with odd values, some of them unknown, in arguments that rules read."""
    plan = copy.deepcopy(FORMS[draw(st.sampled_from(sorted(FORMS)))](good_stack()))
    for _ in range(draw(st.integers(1, 4))):
        _plant(draw, plan)
    return in_modules(plan, draw(st.sampled_from(DEPTHS)))


def _plant(draw: st.DrawFn, plan: Tree) -> None:
    index = draw(st.integers(0, len(plan["resource_changes"]) - 1))
    resource = plan["planned_values"]["root_module"]["resources"][index]
    expressions = plan["configuration"]["root_module"]["resources"][index]["expressions"]
    unknown = plan["resource_changes"][index]["change"]["after_unknown"]
    name = draw(st.sampled_from(sorted({*resource["values"], *unknown, *ARGUMENTS})))
    resource["values"][name] = draw(_VALUES)
    unknown[name] = draw(st.sampled_from([False, True, [True], [{}], {"Severity": True}]))
    expression = draw(_EXPRESSIONS)
    expressions.pop(name, None)
    if expression is not None:
        expressions[name] = draw(st.sampled_from([expression, [expression], [{"log_group": expression}]]))


ARGUMENTS = ("alarm_actions", "ok_actions", "tags", "kms_key_id", "redrive_policy", "policy", "statistic")
ODD = _odd()
