"""Plans that are wrong in several ways at once: in ways that the rules know, and in any other."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.policies.mutations import MUTATIONS
from tests.policies.plans import applied, planned
from tests.policies.stacks import good_stack

Tree = dict[str, Any]

FORMS: dict[str, Callable[[Tree], Tree]] = {
    "in-hcl": planned,
    "in-json": lambda stack: planned(stack, in_json=True),
    "applied": lambda stack: planned(applied(stack)),
}
# The engine of these tests keeps text as JSON writes it, so that a pattern meets a backslash before each
# quotation mark. OPA reads it as it is.
ESCAPED = {("MON-FUN-002", 5)}
# Metric math, whose bounds are not worked out in Rego.
MATHS = {("MON-THR-003", 2)}
EDITS = [
    mutation
    for rule, mutations in MUTATIONS.items()
    for index, mutation in enumerate(mutations)
    if (rule, index) not in ESCAPED
]


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
    found = copy.deepcopy(plan)
    roots = found["planned_values"]["root_module"], found["configuration"]["root_module"]
    for place, key in (*((root, "resources") for root in roots), (found, "resource_changes")):
        place[key] = [item for item in place[key] if item["address"] not in same]
    return found


def _alarms(plan: Tree) -> dict[str, Any]:
    """All that a plan says of each alarm."""
    parts = (
        plan["planned_values"]["root_module"]["resources"],
        plan["configuration"]["root_module"]["resources"],
        plan["resource_changes"],
    )
    return {one[0]["address"]: one for one in zip(*parts, strict=True) if one[0]["type"].endswith("_alarm")}


def in_a_module(plan: Tree) -> Tree:
    """The plan with all that it makes in a module."""
    found = copy.deepcopy(plan)
    root, configured = found["planned_values"]["root_module"], found["configuration"]["root_module"]
    for item in [*root["resources"], *found["resource_changes"]]:
        item["address"] = f"module.monitoring[0].{item['address']}"
    found["planned_values"] = {
        "root_module": {"child_modules": [{"address": "module.monitoring[0]", **root}]}
    }
    found["configuration"] = {"root_module": {"module_calls": {"monitoring": {"module": configured}}}}
    return found


def _formed(stack: Tree, form: str, *, in_module: bool) -> Tree:
    plan = FORMS[form](stack)
    return in_a_module(plan) if in_module else plan


BROKEN = st.builds(
    _formed,
    st.lists(st.sampled_from(EDITS), min_size=1, max_size=5).map(_together),
    st.sampled_from(sorted(FORMS)),
    in_module=st.booleans(),
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
    return in_a_module(plan) if draw(st.booleans()) else plan


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
