"""The critical topic under a name of its own: what adoption needs of configuration."""

from __future__ import annotations

import pytest

from modules.errors import ConfigError
from ops.adopt.command import topic_name
from policies import check, errors
from tests.adopt.builders import TOPIC, keeping_the_topic
from tests.builders import good_context, good_settings, monitorings, synthesized


def test_topic_that_exists_keeps_its_name_wherever_it_is_named() -> None:
    base = {"retention": {"minimum_days": 30}, "routes": {"critical": {"emails": ["ops@team.example"]}}}
    kept = good_settings(
        {**base, "routes": {"critical": {"emails": ["ops@team.example"], "topic_name": TOPIC}}}
    )
    (stack,) = synthesized(kept).values()
    (usual,) = synthesized(good_settings(base)).values()

    assert topic_name(kept) == TOPIC
    assert stack == keeping_the_topic(usual)
    assert errors(check(stack, good_context(kept, monitorings(kept)[0]))) == ()


@pytest.mark.parametrize(
    ("name", "environment", "text"),
    [
        ("alarms", "prod", r"'alarms' does not begin with scheduling-agent-; SNS could not send"),
        (TOPIC, "staging", r"does not begin with scheduling-agent-staging-"),
        ("scheduling-agent-warning", "prod", r"is the topic of another route; take this out"),
        ("a topic", "prod", r"'a topic' is not a topic's name"),
    ],
)
def test_topic_name_that_cannot_work_is_refused(name: str, environment: str, text: str) -> None:
    with pytest.raises(ConfigError, match=rf"routes\.critical\.topic_name: .*{text}|topic_name: {text}"):
        good_settings({"routes": {"critical": {"topic_name": name}}}, environment=environment)
