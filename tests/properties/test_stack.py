"""What holds for the Terraform of any valid configuration. Through jsii, so with fewer examples."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules import facts
from modules.settings import Settings
from policies import check, errors
from tests.builders import good_context, monitorings, resources, synthesized
from tests.strategies import all_settings, replaced_settings, shuffled, trees

few = settings(max_examples=12, suppress_health_check=list(HealthCheck))
ALARM = "aws_cloudwatch_metric_alarm"


def _only(found: dict[str, Any]) -> dict[str, Any]:
    (stack,) = found.values()
    return stack


def _tags(stack: dict[str, Any], resource: dict[str, Any]) -> dict[str, str]:
    (provider,) = stack["provider"]["aws"]
    return provider["default_tags"][0]["tags"] | resource.get("tags", {})


@given(all_settings)
@few
def test_every_alarm_acts_on_the_topic_of_its_severity(made: Settings) -> None:
    stack = _only(synthesized(made))
    topics = {
        f"${{aws_sns_topic.{name}.arn}}": topic for name, topic in resources(stack, "aws_sns_topic").items()
    }
    alarms = resources(stack, ALARM)
    assert len(alarms) >= 10
    for alarm in alarms.values():
        for actions in (alarm["alarm_actions"], alarm["ok_actions"]):
            (action,) = actions
            called_for = "delivery" if alarm["tags"]["Role"] == "delivery" else alarm["tags"]["Severity"]
            assert topics[action]["tags"]["Route"] == called_for
        assert alarm.get("actions_enabled", True)
        assert alarm["treat_missing_data"] in {"breaching", "notBreaching", "ignore", "missing"}


@given(all_settings)
@few
def test_every_alarm_is_created_after_the_path_of_its_first_notice(made: Settings) -> None:
    """But before the subscriptions that others have to confirm: by HTTPS and e-mail."""
    stack = _only(synthesized(made))
    subscriptions = resources(stack, "aws_sns_topic_subscription")
    for alarm in resources(stack, ALARM).values():
        (topic,) = alarm["alarm_actions"]
        queues = {
            f"aws_sns_topic_subscription.{name}": one["endpoint"]
            for name, one in subscriptions.items()
            if (one["topic_arn"], one["protocol"]) == (topic, "sqs")
        }
        policies = resources(stack, "aws_sns_topic_policy").items()
        mappings = resources(stack, "aws_lambda_event_source_mapping").items()
        path = {
            *(f"aws_sns_topic_policy.{name}" for name, one in policies if one["arn"] == topic),
            *queues,
            *(
                f"aws_lambda_event_source_mapping.{name}"
                for name, one in mappings
                if one["event_source_arn"] in queues.values()
            ),
        }
        assert set(alarm["depends_on"]) == path
        assert len(path) > len(queues)


@given(all_settings)
@few
def test_no_policy_of_level_error_is_broken(made: Settings) -> None:
    stack = _only(synthesized(made))
    (found,) = monitorings(made)
    assert errors(check(stack, good_context(made, found))) == ()


@given(all_settings)
@few
def test_retention_and_tags_are_everywhere(made: Settings) -> None:
    stack = _only(synthesized(made))
    groups = resources(stack, "aws_cloudwatch_log_group")
    assert {group["retention_in_days"] for group in groups.values()} == {made.retention.days}
    assert {group["kms_key_id"] for group in groups.values()} == {"${aws_kms_key.key-logs.arn}"}
    for kind, named in stack["resource"].items():
        for resource in named.values():
            if facts.is_taggable(kind):
                assert set(_tags(stack, resource)) >= {"Project", "Environment", "Owner", "ManagedBy"}
            else:
                assert "tags" not in resource


@given(trees(), st.randoms())
@few
def test_same_input_in_any_order_gives_the_same_bytes(tree: dict[str, Any], random: Any) -> None:
    first, second = (
        json.dumps(synthesized(replaced_settings(one))) for one in (tree, shuffled(tree, random))
    )
    assert first == second


@given(all_settings)
@few
def test_every_reference_points_to_something_in_the_stack(made: Settings) -> None:
    stack = _only(synthesized(made))
    addresses = {f"{kind}.{name}" for kind, named in stack["resource"].items() for name in named}
    addresses |= {f"data.{kind}.{name}" for kind, named in stack.get("data", {}).items() for name in named}
    text = json.dumps(stack)
    used = {piece.split("}")[0].rsplit(".", 1)[0] for piece in text.split("${")[1:]}
    addresses |= {f"var.{name}" for name in stack.get("variable", {})}
    assert {one.partition("(")[2] or one for one in used} <= addresses | {"var"}
