"""A deployed target, with one thing wrong: read through boto3 page by page, and judged by the checks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import NoCredentialsError

from lambda_src.watchdog.checks import PENDING, Metric
from modules.errors import ToolError
from ops.common.accounts import actions
from ops.doctor.gathering import CHECKS, DAYS, POLICY, Examination
from ops.doctor.reports import report
from tests.builders import good_settings, monitorings
from tests.doctor.accounts import (
    EMAIL,
    MONITORING,
    SETTINGS,
    Deployed,
    examined,
    expected,
    healthy,
    state,
)

PREFIX = "scheduling-agent"


def text(result: Examination) -> str:
    return "\n".join(report(result))


def errors_of(function: str) -> Metric:
    return Metric("AWS/Lambda", "Invocations", (("FunctionName", function),))


def unconfirmed(protocol: str) -> Callable[[Deployed], None]:
    def change(account: Deployed) -> None:
        first = next(item for item in account.subscriptions if item["Protocol"] == protocol)
        first["SubscriptionArn"] = PENDING

    return change


def without_queue(account: Deployed) -> None:
    del account.subscriptions[
        next(i for i, one in enumerate(account.subscriptions) if one["Protocol"] == "sqs")
    ]


def firing(account: Deployed) -> None:
    account.alarms[3] = state(account.alarms[3]["AlarmName"], "ALARM")


def unevaluated(account: Deployed) -> None:
    account.alarms[5] = state(account.alarms[5]["AlarmName"], "INSUFFICIENT_DATA", "Unchecked")


def without_alarm(account: Deployed) -> None:
    del account.alarms[7]


def empty_secret(account: Deployed) -> None:
    del account.secrets[f"{PREFIX}/slack-warning"]["VersionIdsToStages"]


def without_secret(account: Deployed) -> None:
    del account.secrets[f"{PREFIX}/slack-warning"]


def idle_database(account: Deployed) -> None:
    account.data = {metric for metric in account.data if metric.namespace != "AWS/RDS"}


FAULTS = {
    "subscriptions": [unconfirmed("email"), unconfirmed("https"), without_queue],
    "alarms": [firing, unevaluated, without_alarm],
    "secrets": [empty_secret, without_secret],
    "metrics": [idle_database],
}


def test_healthy_deployment_has_no_findings() -> None:
    result = examined(healthy())

    assert result.is_healthy
    assert text(result).splitlines() == [f"  {check}: ok" for check in CHECKS]


@pytest.mark.parametrize(
    ("check", "fault"), [(check, fault) for check, faults in FAULTS.items() for fault in faults]
)
def test_each_fault_is_one_finding(check: str, fault: Callable[[Deployed], None]) -> None:
    account = healthy()
    fault(account)

    result = examined(account)

    assert [finding.check for finding in result.findings] == [check]
    assert not result.is_healthy
    assert f"  {check}: 1 finding\n" in text(result)
    assert "      fix: " in text(result)
    assert "THE-KEY" not in text(result)


def test_every_alarm_subscription_and_secret_of_the_target_is_expected() -> None:
    found = expected()

    assert {alarm.name for alarm in found.alarms} == {alarm.name for alarm in MONITORING.alarms}
    assert {secret.name for secret in found.secrets} == {secret.name for secret in MONITORING.secrets}
    listeners = [(len(t.emails), len(t.queues), t.pagerduty) for t in MONITORING.topics]
    assert len(found.subscriptions) == sum(map(sum, listeners))
    assert {subscription.subscriber for subscription in found.subscriptions} >= {
        EMAIL,
        "PagerDuty",
        "queue scheduling-agent-digest",
    }


def test_terraform_addresses_exist_in_the_stack(doctor_stack: dict[str, dict[str, object]]) -> None:
    found = expected()
    for item in (*found.subscriptions, *found.alarms, *found.secrets):
        kind, name = item.address.split(".")
        assert name in doctor_stack[kind]


def test_error_count_of_an_idle_function_is_found_until_it_is_invoked() -> None:
    account = healthy()
    account.data.discard(errors_of(f"{PREFIX}-notes-actions"))

    found = examined(account).findings

    assert [finding.subject for finding in found] == [
        f"AWS/Lambda Errors (FunctionName={PREFIX}-notes-actions)",
        f"AWS/Lambda Throttles (FunctionName={PREFIX}-notes-actions)",
    ]
    assert {finding.fix for finding in found} == {
        f"invoke the function {PREFIX}-notes-actions once, or correct its name in lambda.functions "
        "(config/base.yaml)"
    }
    account.data.add(errors_of(f"{PREFIX}-notes-actions"))
    assert examined(account).is_healthy


@pytest.mark.parametrize(
    ("identifier", "fix"),
    [
        (None, "its name is a guess: set database.identifier (config/base.yaml)"),
        (
            "orders",
            "check that orders exists in this account and region, or correct database.identifier (config/",
        ),
    ],
)
def test_database_without_data_says_whether_its_name_is_a_guess(identifier: str | None, fix: str) -> None:
    settings = good_settings({"database": {"identifier": identifier}} if identifier else {})
    (monitoring,) = monitorings(settings)
    wanted = expected(settings, monitoring)

    (found,) = [watched.fix for watched in wanted.metrics if watched.metric.namespace == "AWS/RDS"]

    assert found.startswith(fix)


def test_every_metric_has_a_remedy_of_its_own() -> None:
    for watched in expected().metrics:
        assert watched.fix != "check its namespace, name and dimensions", watched.metric


def test_count_of_matches_without_a_default_is_proven_by_the_events_of_its_log_group() -> None:
    """Such a metric exists only after a match; a healthy system may have none."""
    filters = tuple(replace(item, default=None) for item in MONITORING.filters)
    found = expected(SETTINGS, replace(MONITORING, filters=filters)).metrics

    activities = {watched.metric.name: watched.activity for watched in found}
    group = (("LogGroupName", f"/aws/{PREFIX}/backend"),)
    assert activities["ErrorCount"] == Metric("AWS/Logs", "IncomingLogEvents", group)
    assert activities["ResponseTime"] is None


# --- large accounts, missing permissions ----------------------------------------------------------


def test_answers_are_read_page_by_page() -> None:
    account = healthy()
    account.page = 2

    assert examined(account).is_healthy
    assert account.asked["cloudwatch:DescribeAlarms"] > 10
    assert account.asked["cloudwatch:GetMetricData"] > 10


def test_thousand_alarms_are_asked_for_in_as_many_calls_as_aws_allows() -> None:
    alarms = tuple(
        replace(MONITORING.alarms[0], key=f"a-{number}", name=f"a-{number}") for number in range(1000)
    )
    account = healthy()
    account.alarms = [state(alarm.name, "OK") for alarm in alarms]
    wanted = expected(SETTINGS, replace(MONITORING, alarms=alarms))

    examined(account, wanted)

    assert account.asked["cloudwatch:DescribeAlarms"] == 10
    assert len(wanted.metrics) == 1


@pytest.mark.parametrize("action", sorted(actions(POLICY) - {"sts:GetCallerIdentity"}))
def test_missing_permission_is_one_line_and_the_other_checks_go_on(action: str) -> None:
    account = healthy()
    account.deny(action)
    unconfirmed("email")(account)
    firing(account)
    empty_secret(account)
    idle_database(account)

    result = examined(account)

    (check,) = result.unread
    assert {finding.check for finding in result.findings} == set(CHECKS) - {check}
    lines = [line for line in text(result).splitlines() if "not checked" in line]
    hint = "ops/doctor/policy.json lists the permissions"
    assert lines == [f"  {check}: not checked in full: {action} is not allowed; {hint}"]
    assert not result.is_healthy


def test_what_was_read_before_throttling_is_judged() -> None:
    account = healthy()
    account.deny("secretsmanager:DescribeSecret", code="ThrottlingException", after=1)
    del account.secrets[f"{PREFIX}/slack-critical"]["VersionIdsToStages"]

    result = examined(account)

    assert [finding.subject for finding in result.findings] == [f"{PREFIX}/slack-critical"]
    assert "DescribeSecret was throttled, again and again; run this later" in text(result)


def test_metric_that_cloudwatch_fails_to_read_is_not_called_missing() -> None:
    account = healthy()
    database = next(metric for metric in account.data if metric.namespace == "AWS/RDS")
    account.failed.add(database)

    result = examined(account)

    assert not result.findings
    assert result.unread == {"metrics": ["cloudwatch:GetMetricData gave no answer for some metrics"]}


def test_credentials_that_aws_does_not_take_end_the_run() -> None:
    account = healthy()
    account.faults["sns:ListSubscriptionsByTopic"] = (0, NoCredentialsError())

    with pytest.raises(ToolError, match="there are no AWS credentials"):
        examined(account)


def test_doctor_only_reads() -> None:
    verbs = {action.partition(":")[2] for action in actions(POLICY)}
    assert all(verb.startswith(("Describe", "Get", "List")) for verb in verbs)
    assert "GetSecretValue" not in json.dumps(sorted(verbs))


def test_time_covers_a_drill_every_two_weeks() -> None:
    assert DAYS > 14
