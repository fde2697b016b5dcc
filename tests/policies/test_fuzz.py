"""Rules never raise, whatever stands in the Terraform."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import check, check_plan
from tests.policies.plans import planned
from tests.policies.stacks import good_context, good_stack

ODD_TEXT = st.sampled_from(
    [
        *(
            "",
            "NaN",
            "1e999",
            "-1",
            "${",
            "${}",
            "${aws_sns_topic.critical.arn}",
            "${x.y.z}",
            "${aws_sqs_queue.slack.arn}",
            "${aws_lambda_function.digest.arn}",
            "2026-13-45",
            "$.level",
            "\x00",
        ),
        *(
            "SUM([m1",
            "m1/0",
            "9**9**9",
            "(" * 300,
            "-" * 300 + "1",
            "{ (",
            "é\ud800",
            "[[[[",
            '{"widgets": 3}',
        ),
        *(
            '{"widgets": [[], {"x": {}}]}',
            '{"Statement": [3, {"Condition": [], "Principal": 7}]}',
            '{"Statement": {"Effect": "Allow", "Principal": {"AWS": [[]], "Service": {}}, "Action": [{}]}}',
            '{"deadLetterTargetArn": {"a": []}}',
            '{"deadLetterTargetArn": "${aws_sqs_queue.slack.arn}"}',
            "[" * 5000,
        ),
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=12)
    | ODD_TEXT
)
NAMES = st.sampled_from(
    [
        *("m1", "total", "Severity", "metric", "expression", "id", "tags", "//"),
        *("MaintenanceUntil", "QueueName", "FunctionName", "target_arn", "variables", "references"),
    ]
) | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def planted(stack: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.copy(stack)
    changed[path[0]] = planted(stack[path[0]], path[1:], value)
    return changed


def mangled(draw: st.DataObject, tree: Any) -> Any:
    for _ in range(draw.draw(st.integers(1, 4))):
        value = draw.draw(VALUES)
        tree = planted(tree, draw.draw(st.sampled_from(places(tree))), value)
    return tree


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_rules_never_raise_on_a_mangled_stack(data: st.DataObject) -> None:
    for finding in check(mangled(data, good_stack()), good_context()):
        assert str(finding)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_rules_never_raise_on_a_mangled_plan(data: st.DataObject) -> None:
    plan = planned(good_stack(), in_json=data.draw(st.booleans()))
    for finding in check_plan(mangled(data, plan), good_context()):
        assert str(finding)


@given(st.data(), VALUES)
@settings(max_examples=150, deadline=None)
def test_odd_value_of_one_argument_is_found_or_skipped(data: st.DataObject, value: Any) -> None:
    stack = good_stack()
    arguments = [path for path in places(stack["resource"]) if len(path) > 2]

    stack["resource"] = planted(stack["resource"], data.draw(st.sampled_from(arguments)), value)

    check(stack, good_context())
