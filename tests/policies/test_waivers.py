"""A breach can be accepted, for a reason and until a date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from modules.semantics.globs import matches
from policies import Finding, Waiver, check, errors
from tests.policies.mutations import GROUP, first
from tests.policies.stacks import TODAY, good_context, good_stack

ADDRESS = "aws_cloudwatch_log_group.backend"


def waiver(**changes: Any) -> Waiver:
    given = {"rule": "MON-RET-001", "address": ADDRESS, "reason": "moves to S3", "expires": TODAY}
    return Waiver(**{**given, **changes})


def found_with(*waivers: Waiver) -> tuple[Finding, ...]:
    stack = good_stack()
    first(stack, GROUP)["retention_in_days"] = 17
    return check(stack, good_context(waivers=waivers))


def rules_of(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


def test_unwaived_finding_is_an_error() -> None:
    assert rules_of(errors(found_with())) == ["MON-RET-001"]


@pytest.mark.parametrize("address", [ADDRESS, "aws_cloudwatch_log_group.*", "*", "*.backen?"])
def test_waived_finding_is_kept_and_is_no_error(address: str) -> None:
    accepted = waiver(address=address)

    (finding,) = found_with(accepted)

    assert finding.waived_by == accepted
    assert "waived MON-RET-001" in str(finding)
    assert "moves to S3" in str(finding)
    assert errors([finding]) == ()


@pytest.mark.parametrize("changes", [{"rule": "MON-RET-002"}, {"address": "aws_cloudwatch_log_group.notes"}])
def test_waiver_of_something_else_is_unused(changes: dict[str, str]) -> None:
    assert rules_of(found_with(waiver(**changes))) == ["MON-RET-001", "MON-WAV-002"]


def test_expired_waiver_waives_nothing_and_is_an_error() -> None:
    found = found_with(waiver(expires=TODAY - timedelta(days=1)))

    assert rules_of(errors(found)) == ["MON-RET-001", "MON-WAV-001"]


def test_findings_about_waivers_cannot_be_waived() -> None:
    expired = waiver(expires=date(2020, 1, 1))
    cover = waiver(rule="MON-WAV-001", address="*")

    assert rules_of(errors(found_with(expired, cover))) == ["MON-RET-001", "MON-WAV-001"]


def test_brackets_in_an_address_stand_for_themselves() -> None:
    assert matches('module.a.aws_sns_topic.x["a b"]', 'module.a.aws_sns_topic.x["a b"]')
    assert not matches("aws_sns_topic.[ab]", "aws_sns_topic.a")
