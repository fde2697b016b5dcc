"""What becomes of what the setup guide's script made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.adopt.reports import report
from ops.review import Effect
from tests.adopt import scripts
from tests.adopt.accounts import TOPIC_ARN
from tests.adopt.builders import (
    EMAIL,
    QUERY_ARN,
    QUERY_ID,
    TOPIC,
    Tree,
    after_the_script,
    ids,
    keeping_the_topic,
    looked,
    query,
    subscription,
)
from tests.builders import good_settings, synthesized

P = scripts.PREFIX


@pytest.fixture(scope="module")
def kept(prod_stack: Tree) -> Tree:
    return keeping_the_topic(prod_stack)


def told(found: Any, environment: str = "prod") -> str:
    return report(found, environment, "the-stack", "imports.tf.json")


def test_everything_of_the_script_that_can_be_taken_over_is(kept: Tree) -> None:
    found = looked(after_the_script(), kept)

    topic = TOPIC_ARN + TOPIC
    groups = {
        f"aws_cloudwatch_log_group.group-{name.replace('/', '-')}": f"/aws/{P}/{name}"
        for name in scripts.GROUPS
    }
    filters = {
        f"aws_cloudwatch_log_metric_filter.filter-{name}": f"{scripts.BACKEND}:{P}-{name}"
        for name, *_ in scripts.FILTERS
    }
    alarms = {f"aws_cloudwatch_metric_alarm.{name}": f"{P}-{name}" for name, *_ in scripts.ALARMS}
    email = next(address for address in ids(found) if address.startswith("aws_sns_topic_subscription."))
    assert ids(found) == {
        **groups,
        **filters,
        **alarms,
        "aws_sns_topic.topic-critical": topic,
        "aws_sns_topic_policy.topic-policy-critical": topic,
        email: f"{topic}:1",
        "aws_cloudwatch_query_definition.query-slow-requests": QUERY_ARN,
    }
    assert kept["resource"]["aws_sns_topic_subscription"][email.partition(".")[2]]["endpoint"] == EMAIL
    assert not found.needs_a_person


def test_topic_that_would_be_left_behind_is_to_be_decided_first(prod_stack: Tree) -> None:
    found = looked(after_the_script(), prod_stack, topic_chosen=False)

    assert found.choice is not None
    assert (found.choice.topic, found.choice.confirmed) == (TOPIC, 1)
    assert found.needs_a_person
    assert "aws_sns_topic.topic-critical" in found.new
    text = told(found)
    assert f"routes: {{critical: {{topic_name: {TOPIC}}}}}" in text
    assert "delete-topic" not in text


def test_topic_that_is_meant_to_go_is_deleted_by_hand(prod_stack: Tree) -> None:
    found = looked(after_the_script(), prod_stack)

    assert not found.needs_a_person
    assert f"aws sns delete-topic --topic-arn {TOPIC_ARN}{TOPIC} --region us-east-1" in told(found)
    assert f"email {EMAIL} on topic {TOPIC} is not in config/, and will hear of no alarm" in told(found)


def test_subscriber_who_has_not_confirmed_has_no_id_to_import(prod_stack: Tree) -> None:
    stack = keeping_the_topic(
        next(
            iter(
                synthesized(
                    good_settings({"routes": {"critical": {"emails": ["late@team.example"]}}})
                ).values()
            )
        )
    )

    found = looked(after_the_script(), stack)

    assert not [address for address in found.imported if "subscription." in address]
    assert "email late@team.example on topic scheduling-agent-alarms has not confirmed: the first" in told(
        found
    )


def test_dashboard_is_replaced_and_deleted_by_hand(kept: Tree) -> None:
    found = looked(after_the_script(), kept)

    (one,) = found.replaced
    assert (one.old.name, one.address) == (f"{P}-dashboard", "aws_cloudwatch_dashboard.dashboard-real-time")
    assert f"delete-dashboards --dashboard-names {P}-dashboard" in told(found)


def test_saved_query_is_renamed_in_place(kept: Tree) -> None:
    found = looked(after_the_script(), kept)

    texts = [one.text for one in found.changes["aws_cloudwatch_query_definition.query-slow-requests"]]
    assert "has another" in texts
    assert "Slow Requests → scheduling-agent/slow-requests" in told(found)


def test_saved_query_of_the_same_name_on_other_logs_is_nobodys_business(kept: Tree) -> None:
    account = after_the_script()
    account.queries = [query("Slow Requests", QUERY_ID, on="/aws/shop"), query("Slow Requests of ours", "2")]

    found = looked(account, kept)

    assert "aws_cloudwatch_query_definition.query-slow-requests" in found.new
    assert "Slow Requests" not in told(found)


def test_of_several_saved_queries_of_a_name_the_newest_is_taken_over(kept: Tree) -> None:
    account = after_the_script()
    name = f"{P}/slow-requests"
    account.queries += [query(name, "old", 2), query(name, "new", 3), query(name, "older", 1)]

    found = looked(account, kept)

    assert ids(found)["aws_cloudwatch_query_definition.query-slow-requests"].endswith(":new")
    assert [find.name for find in found.left if find.name == name] == [name, name]
    assert [one.old.name for one in found.replaced] == ["Slow Requests", f"{P}-dashboard"]


def test_alarm_on_a_metric_that_aws_does_not_publish_is_told_to_have_never_fired(kept: Tree) -> None:
    text = told(looked(after_the_script(), kept))

    assert "AWS publishes no metric AWS/Bedrock Errors, so it never fired" in text
    assert text.count("so it never fired") == 1


def test_loosened_alarm_is_told_as_weakened(kept: Tree) -> None:
    account = after_the_script()
    strict = next(one for one in account.alarms if one["AlarmName"] == f"{P}-db-connections-high")
    strict |= {
        "Threshold": 5.0,
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": f"{P}-db"}],
        "TreatMissingData": "breaching",
    }

    found = looked(account, kept)

    verdicts = found.changes["aws_cloudwatch_metric_alarm.db-connections-high"]
    assert (Effect.WEAKENED, "threshold") in {(one.effect, one.aspect) for one in verdicts}
    assert "weakened: " in told(found)


def test_group_that_kept_its_events_for_ever_is_told_to_lose_the_old_ones(kept: Tree) -> None:
    account = after_the_script()
    del account.groups[0]["retentionInDays"]

    text = told(looked(account, kept))

    assert "for ever → 30 days" in text


def test_alarms_of_others_on_the_topic_are_left_alone_and_named(kept: Tree) -> None:
    account = after_the_script()
    account.alarms += [
        {"AlarmName": "shop-full", "AlarmActions": [TOPIC_ARN + TOPIC]},
        {"AlarmName": "shop-empty", "AlarmActions": [TOPIC_ARN + f"{TOPIC}-of-the-shop"]},
    ]

    found = looked(account, kept)

    assert found.acting == ("shop-full",)
    assert f"alarm shop-full acts on {TOPIC} too, and goes on doing so" in told(found)


def test_subscribers_that_config_does_not_know_go_on_listening(kept: Tree) -> None:
    account = after_the_script()
    topic = TOPIC_ARN + TOPIC
    slack = "arn:aws:lambda:us-east-1:111122223333:function:slack"
    account.subscriptions += [
        subscription("lambda", slack, f"{topic}:2"),
        subscription("email", "boss@team.example", f"{topic}:3"),
        subscription("email", "gone@team.example", "Deleted"),
    ]

    text = told(looked(account, kept))

    assert f"lambda {slack} on topic {TOPIC} is not in config/, and goes on listening" in text
    assert f"aws sns unsubscribe --subscription-arn {topic}:2 --region us-east-1" in text
    assert "email boss@team.example" in text
    assert f"{topic}:3" not in text
    assert "gone@team.example" not in text


def test_in_another_environment_nothing_of_production_is_taken_over_or_to_be_deleted() -> None:
    (stack,) = synthesized(good_settings(environment="staging")).values()

    found = looked(
        after_the_script(), stack, prefix=f"{P}-staging", topic_chosen=False, others=(P, f"{P}-dev")
    )

    assert found.imported == {}
    assert found.replaced == ()
    assert found.choice is None
    assert not found.needs_a_person
    text = told(found, "staging")
    assert "the setup script's, under the names of production; `--env prod` takes it over" in text
    assert len(found.left) == 9 + 3 + 5 + 1 + 1 + 1


def test_names_of_another_environment_are_not_ours(prod_stack: Tree) -> None:
    account = after_the_script()
    account.alarms += [
        {"AlarmName": f"{P}-staging-high-latency", "AlarmActions": []},
        {"AlarmName": f"{P}-by-hand", "AlarmActions": []},
    ]
    account.topics |= {f"{P}-staging-critical": {}, f"{P}-by-hand": {}}

    left = {find.name for find in looked(account, prod_stack).left}

    assert left == {f"{P}-by-hand"}


def test_import_blocks_are_sorted_and_literal(kept: Tree) -> None:
    from ops.adopt.imports import imports

    written = json.loads(imports(looked(after_the_script(), kept).imported))

    addresses = [one["to"] for one in written["import"]]
    assert addresses == sorted(addresses)
    assert set(written) == {"//", "import"}
