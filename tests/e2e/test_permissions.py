"""Permissions, which the emulator enforces: each is needed, and the roles have enough of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ops.local.deployments import plan
from tests.builders import CONFIG
from tests.e2e.deployed import Deployed

MONITORING = plan(CONFIG.parent, {})[1]
ENFORCED = [
    ("slack-critical", "ReadSecret"),
    ("slack-warning", "ReadSecret"),
    ("digest", "ReadQueue"),
    ("digest", "Publish"),
]
NOT_ENFORCED = {
    "Invoke": "the emulator's scheduler runs a function as nobody",
    "KeepDeadLetters": "the emulator puts dead letters into their queue as nobody",
    "ReadQueue": "of a queue that Lambda reads for a function: the emulator does so as nobody",
    "UseKey": "the emulator encrypts nothing",
    "WriteLogs": "the emulator writes the log itself",
}
WITHOUT = {"metrics-publisher": "it reads a database, which is not here"}


def test_every_permission_is_proven_or_named_with_a_reason() -> None:
    holders = [*MONITORING.functions, *MONITORING.schedules]
    granted = {(one.key, grant.name) for one in holders if one.key not in WITHOUT for grant in one.grants}
    assert granted >= set(ENFORCED)
    assert {name for _, name in granted - set(ENFORCED)} == set(NOT_ENFORCED)


@pytest.mark.parametrize("channel", [function for function, name in ENFORCED if name == "ReadSecret"])
def test_slack_hears_nothing_when_the_webhook_may_not_be_read(deployed: Deployed, channel: str) -> None:
    key = _alarm(deployed, channel.removeprefix("slack-"))
    with deployed.hurry(channel):
        with _without(deployed, channel, "ReadSecret"):
            deployed.set_state(key, "ALARM")
            deployed.until(lambda: deployed.returned(channel))
            assert deployed.slack(channel) == []
            (refused,) = {line["reason"] for line in deployed.logged(channel) if _denied(line)}
            assert refused == "Secrets Manager: AccessDeniedException"
        deployed.until(lambda: deployed.slack(channel))


@pytest.mark.parametrize("name", ["ReadQueue", "Publish"])
def test_digest_stays_in_its_queue_without_a_permission(deployed: Deployed, name: str) -> None:
    deployed.set_state(_alarm(deployed, "info"), "ALARM")
    with _without(deployed, "digest", name):
        assert "is not authorized to perform" in deployed.invoke("digest")["errorMessage"]
        assert deployed.mails("digest") == []
    answer = deployed.invoke("digest")
    assert (answer["taken"], answer["not_deleted"]) == (1, 0)
    assert len(deployed.mails("digest")) == 1


def test_queue_takes_nothing_from_a_topic_that_is_not_its_own(deployed: Deployed) -> None:
    topic, queue = deployed.topic_arn("info"), deployed.queues["slack-warning"].name
    endpoint = deployed.monitoring.place.arn("sqs", queue)
    sns = deployed.aws("sns")
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, ReturnSubscriptionArn=True)
    try:
        deployed.set_state(_alarm(deployed, "info"), "ALARM")
        deployed.set_state(_alarm(deployed, "warning"), "ALARM")
        deployed.until(lambda: deployed.depth("digest").visible == 1)
        deployed.settle()
    finally:
        sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
    told = [notice.title.split()[-1] for notice in deployed.slack("slack-warning")]
    assert told == [deployed.alarms[_alarm(deployed, "warning")].name]


def _alarm(deployed: Deployed, route: str) -> str:
    """Any alarm of a route."""
    return next(key for key, alarm in deployed.alarms.items() if alarm.route.value == route)


def _denied(line: dict[str, str]) -> bool:
    return line["message"] == "secret_unusable" and "AccessDenied" in line["reason"]


@contextmanager
def _without(deployed: Deployed, function: str, name: str) -> Iterator[None]:
    """Meanwhile a function's role lacks one permission; before and after it starts anew."""
    iam = deployed.aws("iam")
    role = next(one.role_name for one in deployed.monitoring.functions if one.key == function)
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    rest = [statement for statement in whole["Statement"] if statement["Sid"] != name]
    assert len(rest) == len(whole["Statement"]) - 1

    def become(document: dict[str, object]) -> None:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
        deployed.forget_functions(function)

    become({**whole, "Statement": rest})
    try:
        yield
    finally:
        become(whole)
