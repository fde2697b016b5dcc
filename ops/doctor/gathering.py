"""Reads the state of a target from AWS and runs the checks on it; reports what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from lambda_src.watchdog.checks import (
    Described,
    Finding,
    Metric,
    check_alarms,
    check_metrics,
    check_secrets,
    check_subscriptions,
)
from ops.common import accounts
from ops.common.faults import Unread
from ops.doctor.expectations import Expectations

POLICY = Path(__file__).parent / "policy.json"
CHECKS = ("subscriptions", "alarms", "secrets", "metrics")
# Topics, dead-letter queues and what delivers to Slack report only when they are used. Over two weeks one
# drill, or one `terraform plan`, proves their dimensions. Data points of one hour are kept for 455 days.
DAYS = 15
# Only whether there are data points matters.
PERIOD_SECONDS = 3_600
# Source: CloudWatch API Reference, "DescribeAlarms" and "GetMetricData".
MOST_ALARMS, MOST_QUERIES = 100, 500

T = TypeVar("T")


class Account(accounts.Account):
    """An account, with the actions that the checks need."""

    policy = POLICY
    purpose = "the doctor"


@dataclass
class Examination:
    """The findings of a target, and why some state could not be read, by check."""

    findings: list[Finding] = field(default_factory=list)
    unread: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_healthy(self) -> bool:
        """Return whether everything was checked and nothing was found."""
        return not self.findings and not self.unread

    def add_unread(self, check: str, gap: Unread) -> None:
        """Keep each reason once."""
        reasons = self.unread.setdefault(check, [])
        if str(gap) not in reasons:
            reasons.append(str(gap))


def examine(account: accounts.Account, expected: Expectations, now: datetime) -> Examination:
    """Run every check on what can be read.

    Raises
    ------
    ToolError
        AWS does not take the credentials.
    """
    result = Examination()
    result.findings += check_subscriptions(
        expected.subscriptions, dict(_subscriptions(account, expected, result))
    )
    result.findings += _alarm_findings(account, expected, result)
    result.findings += check_secrets(expected.secrets, dict(_secrets(account, expected, result)))
    metrics = [watched.metric for watched in expected.metrics]
    metrics += [watched.activity for watched in expected.metrics if watched.activity]
    counts = _counts(account, list(dict.fromkeys(metrics)), now, result)
    result.findings += check_metrics(expected.metrics, counts, days=DAYS)
    return result


def _subscriptions(
    account: accounts.Account, expected: Expectations, result: Examination
) -> Iterator[tuple[str, Sequence[Described]]]:
    for name, arn in expected.topics.items():
        try:
            pages = account.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
            yield name, list(pages)
        except Unread as gap:
            result.add_unread("subscriptions", gap)


def _alarm_findings(
    account: accounts.Account, expected: Expectations, result: Examination
) -> Iterator[Finding]:
    for alarms in _chunks(expected.alarms, MOST_ALARMS):
        try:
            described = list(
                account.pages(
                    "cloudwatch",
                    "describe_alarms",
                    "MetricAlarms",
                    "CompositeAlarms",
                    AlarmNames=[alarm.name for alarm in alarms],
                    AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                )
            )
        except Unread as gap:
            result.add_unread("alarms", gap)
        else:
            yield from check_alarms(alarms, described)


def _secrets(
    account: accounts.Account, expected: Expectations, result: Examination
) -> Iterator[tuple[str, Described | None]]:
    """DescribeSecret lists versions and their stages, never a value."""
    for secret in expected.secrets:
        try:
            yield secret.name, account.get("secretsmanager", "describe_secret", SecretId=secret.name)
        except Unread as gap:
            result.add_unread("secrets", gap)


def _counts(
    account: accounts.Account, metrics: Sequence[Metric], now: datetime, result: Examination
) -> Mapping[Metric, int]:
    """Count data points; a metric that could not be read is left out."""
    counts: dict[Metric, int] = {}
    for chunk in _chunks(metrics, MOST_QUERIES):
        by_id = {f"m{index}": metric for index, metric in enumerate(chunk)}
        try:
            counts |= _counted(account, by_id, now)
        except Unread as gap:
            result.add_unread("metrics", gap)
            continue
        if by_id.values() - counts.keys():
            result.add_unread(
                "metrics", Unread("cloudwatch:GetMetricData", "gave no answer for some metrics")
            )
    return counts


def _counted(account: accounts.Account, by_id: Mapping[str, Metric], now: datetime) -> dict[Metric, int]:
    counts: dict[Metric, int] = {}
    results = account.pages(
        "cloudwatch",
        "get_metric_data",
        "MetricDataResults",
        MetricDataQueries=[_query(name, metric) for name, metric in by_id.items()],
        StartTime=now - timedelta(days=DAYS),
        EndTime=now,
    )
    for item in results:
        values = len(item.get("Values") or ())
        if values or item.get("StatusCode") not in ("InternalError", "Forbidden"):
            metric = by_id[str(item["Id"])]
            counts[metric] = counts.get(metric, 0) + values
    return counts


def _query(name: str, metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in metric.dimensions]
    described = {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
    return {
        "Id": name,
        "MetricStat": {"Metric": described, "Period": PERIOD_SECONDS, "Stat": "SampleCount"},
        "ReturnData": True,
    }


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
