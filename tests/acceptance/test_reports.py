"""The estimate before a run, and the report after it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from ops.acceptance.estimates import Forecast, forecast
from ops.acceptance.reports import Report, as_json, markdown
from ops.acceptance.steps import Result, Step, Steps
from tests.acceptance.fakes import denied

REPORT = Report(
    name="acceptance-123abc",
    started=datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
    passed=False,
    seconds=125.4,
    facts={"account": "111122223333", "provider aws": "6.25.0"},
    steps=[
        Step("deploy", Result.PASSED, 60.0, "110 resources created"),
        Step("metric filters", Result.SKIPPED, 0.1, "the embedded AWS does not implement TestMetricFilter"),
        Step("alarms", Result.FAILED, 45.0, "not received: a|b\nsecond line"),
    ],
    left=["arn:aws:kms:eu-west-1:111122223333:key/k: customer key, deleted on 2026-12-31"],
)


def test_report_for_a_ticket() -> None:
    assert markdown(REPORT) == (
        "# Acceptance run acceptance-123abc\n\n| | |\n|---|---|\n"
        "| result | FAILED, 1 failed, 1 skipped |\n"
        "| started | 2026-12-01 09:30 UTC |\n"
        "| duration | 2 min 5 s |\n"
        "| account | 111122223333 |\n"
        "| provider aws | 6.25.0 |\n\n"
        "## Steps\n\n| step | result | seconds | details |\n|---|---|---:|---|\n"
        "| deploy | passed | 60.0 | 110 resources created |\n"
        "| metric filters | **skipped** | 0.1 | the embedded AWS does not implement TestMetricFilter |\n"
        "| alarms | **failed** | 45.0 | not received: a\\|b second line |\n\n"
        "## Left behind\n\n"
        "- arn:aws:kms:eu-west-1:111122223333:key/k: customer key, deleted on 2026-12-31\n"
    )


def test_report_for_programs_has_the_same(tmp_path: Path) -> None:
    path = REPORT.write(tmp_path)
    values = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert values == json.loads(as_json(REPORT))
    assert values["started"] == "2026-12-01T09:30:00+00:00"
    assert [step["result"] for step in values["steps"]] == ["passed", "skipped", "failed"]
    assert (path, values["passed"]) == (tmp_path / "build" / "acceptance-123abc.md", False)


def test_report_without_leftovers_says_nothing_is_left() -> None:
    assert markdown(Report("n", REPORT.started)).endswith("## Left behind\n\n- nothing\n")


# --- steps -----------------------------------------------------------------------------------------


def raising(error: BaseException) -> Any:
    def action() -> str:
        raise error

    return action


def test_step_that_fails_does_not_end_the_run() -> None:
    lines: list[str] = []
    steps = Steps(lines.append)
    assert not steps.step("one", raising(ToolError("no quota")))
    assert not steps.step("two", raising(denied("SetAlarmState")))
    assert steps.step("three", lambda: "done")
    assert [step.result for step in steps.done] == ["failed", "failed", "passed"]
    assert "AccessDenied" in steps.done[1].detail
    assert lines[-1] == "three: passed (0.0 s): done"
    assert not steps.passed


def test_operation_that_only_the_emulator_lacks_is_skipped() -> None:
    error = denied("TestMetricFilter")
    error.args = ("Unknown action: TestMetricFilter",)
    for emulated, result in ((True, Result.SKIPPED), (False, Result.FAILED)):
        steps = Steps(lambda line: None, emulated=emulated)
        steps.step("metric filters", raising(error))
        assert steps.done[0].result is result
    steps = Steps(lambda line: None, emulated=True)
    steps.step("alarms", raising(denied("SetAlarmState")))
    assert steps.done[0].result is Result.FAILED


@pytest.mark.parametrize(
    ("error", "detail"),
    [(KeyboardInterrupt(), "interrupted"), (SystemExit(143), "terminated"), (SystemExit("late"), "late")],
)
def test_interrupt_is_recorded_and_goes_on(error: BaseException, detail: str) -> None:
    steps = Steps(lambda line: None)
    with pytest.raises(type(error)):
        steps.step("one", raising(error))
    assert [(step.result, step.detail) for step in steps.done] == [(Result.FAILED, detail)]


def test_addresses_with_a_key_are_not_repeated() -> None:
    steps = Steps(lambda line: None)
    steps.step(
        "one", raising(ToolError("https://events.pagerduty.com/integration/0123456789/enqueue failed"))
    )
    assert steps.done[0].detail == "https://events.pagerduty.com/integration/(sensitive) failed"


# --- the estimate ----------------------------------------------------------------------------------


def test_shipped_system_is_within_ten_minutes_and_a_dollar(prod_stack: dict[str, Any]) -> None:
    alarms = len(prod_stack["resource"]["aws_cloudwatch_metric_alarm"])
    expected = forecast(prod_stack, alarms, emulated=False)
    assert (expected.minutes, expected.warning) == (8, "")
    assert Decimal("0.02") <= expected.dollars <= Decimal("0.20")
    expected.check()
    assert str(expected) == f"about 8 minutes and {expected.dollars} US dollars"
    assert forecast(prod_stack, alarms, emulated=True).dollars == 0


def test_run_above_a_dollar_is_refused() -> None:
    with pytest.raises(ToolError, match=r"the run would cost 1\.01 US dollars, and the limit is 1"):
        Forecast(5, Decimal("1.01")).check()
    Forecast(5, Decimal("1.00")).check()


def test_long_run_is_announced(prod_stack: dict[str, Any]) -> None:
    assert forecast(prod_stack, 300, emulated=False).warning.startswith("longer than 10 minutes")
