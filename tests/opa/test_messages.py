"""What a person reads in HCP Terraform, and that nothing passes for want of something to judge by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import TODAY
from tests.opa.engine import NAMES, Engine, policies
from tests.opa.judges import GOOD, Judge, asked, waived_until
from tests.opa.plans import FORMS
from tests.policies.mutations import GROUP, MUTATIONS, first
from tests.policies.mutations.functions import HOOK, remembering
from tests.policies.stacks import good_stack

Tree = dict[str, Any]
WAIVED = waived_until(TODAY)
DAY_AFTER = f"{TODAY + timedelta(days=1)}T00:00:00Z"
NOTHING = "the plan has no planned_values: there is nothing to judge"
ODD_VALUES = (None, [], "x", {}, {"root_module": None}, {"root_module": []})


@pytest.fixture(scope="module")
def untold() -> Iterator[Engine]:
    engine = Engine(policies(), "{}")
    yield engine
    engine.close()


def plan_with(rule: str, index: int = 0) -> Tree:
    return FORMS["in-json"](MUTATIONS[rule][index](good_stack()))


@pytest.mark.parametrize(
    ("policy", "rule", "message"),
    [
        (
            "alarms",
            "MON-ACT-001",
            "MON-ACT-001 aws_cloudwatch_metric_alarm.errors: found no alarm_actions; "
            "wanted the topic of its severity and role",
        ),
        (
            "alarms",
            "MON-EVL-001",
            "MON-EVL-001 aws_cloudwatch_metric_alarm.errors: found nothing; "
            "wanted breaching, notBreaching, ignore, missing",
        ),
        (
            "alarms",
            "MON-MNT-001",
            "MON-MNT-001 aws_cloudwatch_metric_alarm.errors: found MaintenanceUntil = 2020-01-31; "
            "wanted a date from 2026-11-23 on",
        ),
        (
            "delivery",
            "MON-TOP-003",
            "MON-TOP-003 aws_sns_topic.critical: found nothing; wanted a customer key",
        ),
        (
            "logs",
            "MON-RET-002",
            "MON-RET-002 aws_cloudwatch_log_group.backend: found 1; wanted at least 7",
        ),
        (
            "tags",
            "MON-TAG-001",
            "MON-TAG-001 aws_cloudwatch_metric_alarm.errors: found no tag Owner; wanted a value for Owner",
        ),
    ],
)
def test_message_says_rule_place_found_and_wanted(policy: str, rule: str, message: str, judge: Judge) -> None:
    assert judge.messages(policy, asked(plan_with(rule), GOOD)) == [message]


def test_message_about_a_secret_does_not_repeat_it(judge: Judge) -> None:
    plan = FORMS["in-json"](remembering("SLACK_URL", HOOK)(good_stack()))

    (message,) = judge.messages("functions", asked(plan, GOOD))

    assert "SLACK_URL holds the address of a webhook" in message
    assert "hooks.slack.com" not in message


def test_message_about_an_address_does_not_repeat_it(judge: Judge) -> None:
    (message,) = judge.messages("delivery", asked(plan_with("MON-SUB-005"), GOOD))

    assert "found the address itself" in message
    assert "events.pagerduty.com" not in message


def test_breach_that_a_waiver_accepts_is_no_message(judge: Judge) -> None:
    plan = plan_with("MON-RET-001")

    assert judge.messages("logs", asked(plan, WAIVED)) == []
    assert [message.split(":")[0] for message in judge.messages("logs", asked(plan, WAIVED, DAY_AFTER))] == [
        "MON-RET-001 aws_cloudwatch_log_group.backend",
        "MON-WAV-001 waivers",
    ]


def test_expired_waiver_is_a_message_where_its_rule_is(judge: Judge) -> None:
    given = asked(FORMS["in-json"](good_stack()), WAIVED, DAY_AFTER)

    assert judge.messages("logs", given) == [
        "MON-WAV-001 waivers: MON-RET-001 at aws_cloudwatch_log_group.*: found expired on 2026-11-23; "
        "wanted a date from 2026-11-24 on"
    ]
    assert judge.messages("tags", given) == []


@pytest.mark.parametrize("policy", NAMES)
def test_workspace_that_is_not_known_is_refused(policy: str, judge: Judge) -> None:
    given = asked(FORMS["in-json"](good_stack()), "somebody-elses")

    assert judge.messages(policy, given) == [
        "data.json knows no workspace somebody-elses: run `python -m ops opa`, "
        "or attach this policy set to fewer workspaces"
    ]


@pytest.mark.parametrize("planned", [{}, *({"planned_values": one} for one in ODD_VALUES)])
@pytest.mark.parametrize("policy", NAMES)
def test_plan_without_planned_values_is_refused(policy: str, planned: Tree, judge: Judge) -> None:
    given = asked({"format_version": "1.2", "resource_changes": [], **planned}, GOOD)

    assert judge.messages(policy, given) == [NOTHING]


@pytest.mark.parametrize("policy", NAMES)
def test_input_without_a_plan_or_a_run_is_refused(policy: str, judge: Judge) -> None:
    messages = judge.messages(policy, {})

    assert NOTHING in messages
    assert "data.json knows no workspace without a name: " in "".join(messages)


@pytest.mark.parametrize("policy", NAMES)
def test_plan_that_destroys_everything_passes(policy: str, judge: Judge) -> None:
    assert judge.messages(policy, asked({"planned_values": {"root_module": {}}}, GOOD)) == []


@pytest.mark.parametrize("policy", NAMES)
def test_without_its_data_every_policy_refuses(policy: str, untold: Engine) -> None:
    found = untold(asked(FORMS["in-json"](good_stack()), GOOD), f"monitoring/{policy}/deny")

    assert "data.json was not loaded: it belongs beside policies.hcl" in found


def test_data_is_found_where_the_whole_repository_is_loaded(told: Tree) -> None:
    nested = {"policies": {"opa": told}}
    engine = Engine(policies(), json.dumps(nested))
    broken = good_stack()
    first(broken, GROUP)["retention_in_days"] = 17
    found = engine(asked(FORMS["in-json"](broken), GOOD), "monitoring/logs/deny")
    engine.close()

    assert [message.split(" ")[0] for message in found] == ["MON-RET-001"]
