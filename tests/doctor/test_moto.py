"""The reading of an account, with real boto3 against an emulator that answers in AWS's shapes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from lambda_src.watchdog.checks import Alarm, Metric, Secret, Subscription, WatchedMetric
from ops.doctor.expectations import Expectations
from ops.doctor.gathering import Account, Examination, examine
from ops.emulator import REGION
from ops.local.aws import Aws, environment
from tests.e2e.moto import moto

TOPIC, NAMES = "arn:aws:sns:us-east-1:000000000000:alerts", ("used", "unused")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account with one of each: complete, and not."""
    with moto(tmp_path_factory.mktemp("moto")) as emulator, environment(**emulator.environ):
        aws = Aws(emulator.url)
        aws("sns").create_topic(Name="alerts")
        aws("sns").subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="used@team.example")
        for number in range(150):  # more than a page
            aws("sns").subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=f"{number}@team.example")
        for name in NAMES:
            aws("cloudwatch").put_metric_alarm(
                AlarmName=name,
                Namespace="Own",
                MetricName=name,
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
            aws("secretsmanager").create_secret(Name=f"secret-{name}")
        aws("cloudwatch").set_alarm_state(AlarmName="used", StateValue="OK", StateReason="fine")
        aws("cloudwatch").set_alarm_state(AlarmName="unused", StateValue="ALARM", StateReason="2 errors")
        aws("secretsmanager").put_secret_value(SecretId="secret-used", SecretString="{}")
        aws("cloudwatch").put_metric_data(
            Namespace="Own",
            MetricData=[
                {"MetricName": "beats", "Dimensions": [{"Name": "Of", "Value": "used"}], "Value": 1},
            ],
        )
        yield Account(boto3.Session(region_name=REGION), REGION)


def expected(*names: str) -> Expectations:
    return Expectations(
        topics={"alerts": TOPIC},
        subscriptions=tuple(
            Subscription(topic="alerts", protocol="email", endpoint=mail, subscriber=mail, address="a.b")
            for mail in (f"{name}@team.example" for name in names)
        ),
        alarms=tuple(Alarm(name=name, runbook=f"{name}.md", address="a.b") for name in names),
        secrets=tuple(Secret(name=f"secret-{name}", summary="text", address="a.b") for name in names),
        metrics=tuple(
            WatchedMetric(metric=Metric("Own", "beats", (("Of", name),)), alarms=(name,), fix="beat")
            for name in names
        ),
    )


def examined(account: Account, *names: str) -> Examination:
    return examine(account, expected(*names), datetime.now(UTC) + timedelta(minutes=5))


def test_what_is_complete_has_no_findings(account: Account) -> None:
    assert examined(account, "used") == Examination()


def test_what_is_not_is_found(account: Account) -> None:
    result = examined(account, *NAMES)

    assert not result.unread
    assert [(finding.check, finding.subject) for finding in result.findings] == [
        ("subscriptions", "unused@team.example on topic alerts"),
        ("alarms", "unused"),
        ("secrets", "secret-unused"),
        ("metrics", "Own beats (Of=unused)"),
    ]
    assert ": 2 errors" in result.findings[1].evidence


def test_what_does_not_exist_is_found(account: Account) -> None:
    assert [finding.check for finding in examined(account, "absent").findings] == [
        "subscriptions",
        "alarms",
        "secrets",
        "metrics",
    ]
