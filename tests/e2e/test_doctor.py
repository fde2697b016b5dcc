"""`ops doctor --after-deploy` on a real deployment in the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest

from modules.settings import load
from ops.doctor.expectations import expectations
from ops.doctor.gathering import Account, Examination, examine
from ops.local.aws import environment
from tests.builders import CONFIG
from tests.e2e.deployed import Deployed


@pytest.fixture
def account(deployed: Deployed) -> Iterator[Account]:
    region = deployed.monitoring.place.region
    with environment(**deployed.emulator.environ):
        yield Account(boto3.Session(region_name=region), region)


def examined(account: Account, deployed: Deployed) -> Examination:
    (settings,) = load(("local",), CONFIG, {})
    wanted = expectations(settings, deployed.monitoring, account.place())
    return examine(account, wanted, datetime.now(UTC))


def subjects(result: Examination, check: str) -> list[str]:
    return [finding.subject for finding in result.findings if finding.check == check]


def test_fresh_deployment_lacks_nothing_but_confirmations_and_traffic(
    account: Account, deployed: Deployed
) -> None:
    result = examined(account, deployed)

    assert not result.unread
    unconfirmed = [finding for finding in result.findings if finding.check == "subscriptions"]
    assert all("email subscription is not confirmed" in finding.evidence for finding in unconfirmed)
    assert subjects(result, "alarms") == []
    assert subjects(result, "metrics")


def test_alarm_that_fires_is_found(account: Account, deployed: Deployed) -> None:
    deployed.set_state("lambda-errors", "ALARM", "planted by a test")

    result = examined(account, deployed)

    assert subjects(result, "alarms") == [deployed.alarms["lambda-errors"].name]
    assert deployed.stand_ins.pagerduty_url not in repr(result)
