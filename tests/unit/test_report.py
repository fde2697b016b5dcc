"""What a run says about findings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modules.errors import PolicyError
from modules.report import report, told
from modules.synthesis import _refuse
from policies import check
from policies.context import Waiver
from tests.builders import TODAY, good_context, monitorings, shipped


@pytest.fixture
def short_retention(prod_stack: dict) -> tuple:
    settings = shipped()
    (found,) = monitorings(settings)
    settings = settings.model_copy(
        update={"retention": settings.retention.model_copy(update={"minimum_days": 60})}
    )
    return settings, found, good_context(settings, found)


def test_findings_that_differ_in_place_alone_are_told_once(prod_stack: dict, short_retention: tuple) -> None:
    *_, context = short_retention
    lines = list(told(check(prod_stack, context)))
    assert sum("MON-RET-002" in line for line in lines) == 1
    assert sum("aws_cloudwatch_log_group." in line for line in lines) == 13
    assert sum(line.strip().startswith("fix: set retention") for line in lines) == 1


def test_errors_stop_the_run_and_are_counted(prod_stack: dict, short_retention: tuple) -> None:
    *_, context = short_retention
    with pytest.raises(PolicyError, match=r"13 findings of level error; nothing was written\.$"):
        _refuse({"a": check(prod_stack, context)})


def test_waived_findings_are_shown_and_stop_nothing(prod_stack: dict, short_retention: tuple) -> None:
    settings, found, context = short_retention
    waiver = Waiver(rule="MON-RET-002", address="aws_cloudwatch_log_group.*", reason="trial", expires=TODAY)
    findings = check(prod_stack, replace(context, waivers=(waiver,)))
    _refuse({"a": findings})
    text = report({"a": (settings, found)}, {"a": prod_stack}, {"a": findings}, "out")
    assert "policies: 13 waived" in text
    assert f"waived until {TODAY}: trial" in text
