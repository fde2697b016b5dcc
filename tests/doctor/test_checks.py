"""The checks on described state: a healthy state yields nothing, each fault exactly one finding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lambda_src.watchdog import checks
from lambda_src.watchdog.checks import Alarm, Finding, Metric, Secret, Subscription, WatchedMetric

TOPIC, ARN = "scheduling-agent-critical", "arn:aws:sns:us-east-1:111122223333:scheduling-agent-critical"
ADDRESS = "aws_sns_topic_subscription.pagerduty-critical"
KEY = "https://events.pagerduty.com/integration/THE-KEY/enqueue"

MAIL = Subscription(
    topic=TOPIC, protocol="email", endpoint="ops@team.example", subscriber="ops@team.example", address="e"
)
PAGER = Subscription(topic=TOPIC, protocol="https", endpoint=None, subscriber="PagerDuty", address=ADDRESS)
ERRORS = Alarm(name="lambda-errors", runbook="docs/runbooks/lambda-errors.md", address="a.lambda-errors")
WEBHOOK = Secret(name="scheduling-agent/slack-critical", summary='as {"url": "…"}', address="s")
FAILED = Metric("AWS/Lambda", "Errors", (("FunctionName", "notes"),))
CALLED = Metric("AWS/Lambda", "Invocations", (("FunctionName", "notes"),))
WATCHED = WatchedMetric(metric=FAILED, alarms=("lambda-errors",), fix="invoke it", activity=CALLED)

Tree = dict[str, Any]


def item(subscription: Subscription = MAIL, arn: str = f"{ARN}:1", endpoint: str = "") -> Tree:
    endpoint = endpoint or subscription.endpoint or KEY
    return {"Protocol": subscription.protocol, "Endpoint": endpoint, "SubscriptionArn": arn, "TopicArn": ARN}


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    assert finding.subject
    assert finding.fix
    return finding


# --- subscriptions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subscription", "items"),
    [
        (MAIL, [item()]),
        (MAIL, [item(endpoint="Ops@Team.example")]),
        (MAIL, [item(arn=checks.PENDING), item()]),
        (MAIL, [item(PAGER), item(endpoint="dev@team.example"), item()]),
        (PAGER, [item(PAGER)]),
    ],
    ids=[
        "confirmed",
        "other capitals",
        "confirmed next to an unconfirmed one",
        "among others",
        "secret endpoint",
    ],
)
def test_confirmed_subscription_is_fine(subscription: Subscription, items: list[Tree]) -> None:
    assert not list(checks.check_subscriptions([subscription], {TOPIC: items}))


@pytest.mark.parametrize(
    ("subscription", "items", "evidence", "fix"),
    [
        (MAIL, [], "the email subscription does not exist", "terraform apply"),
        (MAIL, [item(arn=checks.DELETED)], "the email subscription does not exist", "terraform apply"),
        (
            MAIL,
            [item(endpoint="dev@team.example")],
            "the email subscription does not exist",
            "terraform apply",
        ),
        (MAIL, [item(arn=checks.PENDING)], "is not confirmed", "confirmation e-mail"),
        (PAGER, [item(MAIL)], "the https subscription does not exist", "terraform apply"),
        (PAGER, [item(PAGER, checks.PENDING)], "is not confirmed", f"`terraform untaint {ADDRESS}`"),
        (
            PAGER,
            [item(PAGER, endpoint="https://old.example"), item(PAGER, checks.PENDING)],
            "is not confirmed",
            f"`terraform untaint {ADDRESS}`",
        ),
    ],
)
def test_subscription_that_gets_nothing_is_found(
    subscription: Subscription, items: list[Tree], evidence: str, fix: str
) -> None:
    finding = only(list(checks.check_subscriptions([subscription], {TOPIC: items})))

    assert finding.check == "subscriptions"
    assert finding.subject == f"{subscription.subscriber} on topic {TOPIC}"
    assert evidence in finding.evidence
    assert fix in finding.fix
    assert "THE-KEY" not in repr(finding)


def test_topic_that_could_not_be_read_is_not_judged() -> None:
    assert not list(checks.check_subscriptions([MAIL], {}))


# --- alarms ---------------------------------------------------------------------------------------


def state(value: str, **more: Any) -> Tree:
    return {"AlarmName": ERRORS.name, "StateValue": value, "StateReason": "3 errors", **more}


def test_alarm_in_ok_is_fine() -> None:
    assert not list(checks.check_alarms([ERRORS], [state("OK"), state("ALARM", AlarmName="another")]))


@pytest.mark.parametrize(
    ("described", "evidence", "fix"),
    [
        ([], "the alarm does not exist (a.lambda-errors)", "terraform apply"),
        ([state("ALARM")], "in ALARM: 3 errors", "docs/runbooks/lambda-errors.md"),
        ([state("INSUFFICIENT_DATA")], "in INSUFFICIENT_DATA: 3 errors", "wait some minutes"),
    ],
)
def test_alarm_that_is_missing_or_not_in_ok_is_found(described: list[Tree], evidence: str, fix: str) -> None:
    finding = only(list(checks.check_alarms([ERRORS], described)))

    assert (finding.check, finding.subject, finding.evidence) == ("alarms", ERRORS.name, evidence)
    assert fix in finding.fix


def test_alarm_reports_since_when_in_utc_and_its_reason_on_one_line() -> None:
    since = datetime(2026, 11, 23, 11, 30, tzinfo=timezone(timedelta(hours=2)))
    described = state(
        "ALARM",
        StateReason="Threshold\nCrossed \x1b[31m" + "x" * 400,
        StateTransitionedTimestamp=since,
        StateUpdatedTimestamp=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    )

    (finding,) = checks.check_alarms([ERRORS], [described])

    assert finding.evidence.startswith("in ALARM since 2026-11-23 09:30 UTC: Threshold Crossed [31mxxx")
    assert finding.evidence.endswith("x…")
    assert finding.evidence.isprintable()


# --- secrets --------------------------------------------------------------------------------------


def test_secret_with_a_current_value_is_fine() -> None:
    stages = {"1": ["AWSPREVIOUS"], "2": ["AWSCURRENT", "own"]}
    assert not list(checks.check_secrets([WEBHOOK], {WEBHOOK.name: {"VersionIdsToStages": stages}}))


@pytest.mark.parametrize(
    ("described", "evidence", "fix"),
    [
        (None, "the secret does not exist", "terraform apply"),
        ({"DeletedDate": datetime(2026, 11, 23, tzinfo=UTC)}, "scheduled for deletion", "restore-secret"),
        ({}, "the secret is empty", "put-secret-value --secret-id scheduling-agent/slack-critical"),
        ({"VersionIdsToStages": {}}, "the secret is empty", "put-secret-value"),
        ({"VersionIdsToStages": {"1": ["AWSPENDING"]}}, "the secret is empty", "put-secret-value"),
    ],
)
def test_secret_without_a_current_value_is_found(described: Tree | None, evidence: str, fix: str) -> None:
    finding = only(list(checks.check_secrets([WEBHOOK], {WEBHOOK.name: described})))

    assert (finding.check, finding.subject) == ("secrets", WEBHOOK.name)
    assert evidence in finding.evidence
    assert fix in finding.fix


def test_secret_that_could_not_be_read_is_not_judged() -> None:
    assert not list(checks.check_secrets([WEBHOOK], {}))


# --- metrics --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "counts",
    [{FAILED: 1, CALLED: 0}, {FAILED: 0, CALLED: 9}, {FAILED: 2, CALLED: 3}, {FAILED: 0}, {CALLED: 0}, {}],
    ids=["itself", "its activity", "both", "activity not read", "itself not read", "neither read"],
)
def test_metric_with_data_or_that_could_not_be_read_is_fine(counts: dict[Metric, int]) -> None:
    assert not list(checks.check_metrics([WATCHED], counts, days=3))


def test_metric_without_data_is_found_with_its_dimensions() -> None:
    finding = only(list(checks.check_metrics([WATCHED], {FAILED: 0, CALLED: 0}, days=3)))

    assert finding == Finding(
        check="metrics",
        subject="AWS/Lambda Errors (FunctionName=notes)",
        evidence="no data points in the last 3 days, and neither has Invocations; read by lambda-errors",
        fix="invoke it",
    )


def test_metric_that_any_use_publishes_is_judged_by_itself() -> None:
    watched = WatchedMetric(metric=Metric("Own", "Beats"), alarms=("silent",), fix="look")

    finding = only(list(checks.check_metrics([watched], {Metric("Own", "Beats"): 0, CALLED: 1}, days=3)))

    assert finding.subject == "Own Beats (no dimensions)"
    assert "neither" not in finding.evidence
