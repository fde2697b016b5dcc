"""`ops doctor --after-deploy`: targets, accounts and the exit status."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from modules.errors import MonitoringError
from ops.__main__ import app
from ops.doctor.gathering import Account
from tests.adopt.accounts import NUMBER, FakeAccount
from tests.builders import ROOT
from tests.doctor.accounts import EMAIL, healthy, state
from tests.doctor.test_gathering import empty_secret, idle_database, unconfirmed
from tests.projects import project

OTHER = "444455556666"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration that may be changed; prod has PagerDuty, as the healthy account does."""
    folder = project(tmp_path / "project") / "config"
    monkeypatch.setattr("ops.doctor.command.CONFIG", folder)
    monkeypatch.setattr(os, "environ", os.environ | {"SNS_EMAIL": EMAIL, "AWS_REGION": "us-east-1"})
    return folder


def run(account: FakeAccount, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    monkeypatch.setattr(Account, "found", lambda region: Account(account.session(), region))
    return CliRunner().invoke(app, ["doctor", *options])


def targets(config: Path, *accounts: str) -> None:
    path = config / "prod.yaml"
    lines = [
        f'  - {{region: us-east-1, account: "{account}", partition: aws, name: t{index}}}\n'
        for index, account in enumerate(accounts)
    ]
    path.write_text(path.read_text("utf-8") + "targets:\n" + "".join(lines), "utf-8")


def test_healthy_target_ends_with_0(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(healthy(), monkeypatch, "--after-deploy", "--env", "prod")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        f"scheduling-agent-us-east-1 (account {NUMBER}, us-east-1)",
        "  subscriptions: ok",
        "  alarms: ok",
        "  secrets: ok",
        "  metrics: ok",
    ]


def test_finding_ends_with_1(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = healthy()
    account.alarms[0] = state(account.alarms[0]["AlarmName"], "ALARM", "9 sessions")

    result = run(account, monkeypatch, "--after-deploy", "--env", "prod")

    assert result.exit_code == 1
    assert "in ALARM since 2026-11-23 09:30 UTC: 9 sessions" in result.output


def test_documentation_shows_what_the_command_prints(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = healthy()
    for fault in (unconfirmed("email"), unconfirmed("https"), empty_secret, idle_database):
        fault(account)

    result = run(account, monkeypatch, "--after-deploy", "--env", "prod")

    assert result.output in (ROOT / "docs" / "doctor.md").read_text("utf-8"), result.output


def test_check_that_could_not_run_ends_with_1(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = healthy()
    account.deny("cloudwatch:GetMetricData")

    result = run(account, monkeypatch, "--after-deploy", "--env", "prod")

    assert result.exit_code == 1
    assert "metrics: not checked in full: cloudwatch:GetMetricData is not allowed" in result.output


def test_target_of_another_account_is_skipped_and_ends_with_1(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets(config, NUMBER, OTHER)

    result = run(healthy(), monkeypatch, "--after-deploy", "--env", "prod")

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"scheduling-agent-t0 (account {NUMBER}, us-east-1)",
        "  subscriptions: ok",
        "  alarms: ok",
        "  secrets: ok",
        "  metrics: ok",
        f"scheduling-agent-t1 (account {NUMBER}, us-east-1)",
        f"  skipped: its account is {OTHER}; use credentials of that account",
    ]


def test_one_target_can_be_chosen(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets(config, NUMBER, OTHER)

    result = run(healthy(), monkeypatch, "--after-deploy", "--env", "prod", "--target", "t0")

    assert result.exit_code == 0, result.output
    assert "t1" not in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--env", "prod"), "no set of checks is chosen; add --after-deploy"),
        (("--after-deploy", "--env", "qa"), "'qa' is not an environment"),
        (
            ("--after-deploy", "--env", "prod", "--target", "mars"),
            "mars is not a target; known: us-east-1",
        ),
    ],
)
def test_input_that_cannot_be_used_is_reported(
    config: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    """`main` prints the text of such an error and ends with 2."""
    result = run(healthy(), monkeypatch, *options)

    assert isinstance(result.exception, MonitoringError)
    assert message in str(result.exception)
