"""What is removed: a weakening, of no consequence, or not known here; and plans that leave something out."""

from __future__ import annotations

import pytest

from ops.review import Effect, review
from ops.review.json_report import as_data
from ops.review.markdown import markdown
from tests.review.builders import Tree, entry, plan, reviewed

UNKNOWN_HERE = "Removed; what hangs on it is not known here (1)"
HARMLESS = "Removed, without effect on alerting (1)"


@pytest.mark.parametrize(
    "kind",
    [
        "aws_applicationinsights_application",
        "aws_cloudtrail",
        "aws_cloudwatch_event_permission",
        "aws_devopsguru_notification_channel",
        "aws_iam_policy_attachment",
        "aws_kms_grant",
        "aws_lambda_alias",
        "aws_networkmonitor_probe",
        "aws_notifications_notification_configuration",
        "aws_pipes_pipe",
        "aws_prometheus_alert_manager_definition",
        "aws_prometheus_rule_group_namespace",
        "aws_route53_health_check",
        "aws_ssmcontacts_contact",
        "datadog_monitor",
        "pagerduty_service_integration",
    ],
)
def test_loss_of_what_watches_or_delivers_is_a_weakening(kind: str) -> None:
    found = reviewed({"name": "x"}, None, kind=kind)

    assert [one.effect for one in found.verdicts] == [Effect.WEAKENED]
    assert found.failed


def test_loss_of_what_nobody_knows_is_never_called_harmless() -> None:
    found = reviewed({"name": "x"}, None, kind="aws_other")

    assert [one.effect for one in found.verdicts] == [Effect.REMOVED_UNKNOWN]
    assert UNKNOWN_HERE in markdown(found)
    assert "without effect" not in markdown(found)
    assert as_data(found)["counts"]["removed_unknown"] == 1
    assert not found.failed


def test_what_nobody_knows_and_nobody_manages_any_more_is_never_called_harmless() -> None:
    found = reviewed({"name": "x"}, None, kind="aws_other", actions=["forget"])

    assert [one.effect for one in found.verdicts] == [Effect.REMOVED_UNKNOWN]


def test_loss_of_a_dashboard_has_no_effect_on_alerting() -> None:
    found = reviewed({"dashboard_name": "x"}, None, kind="aws_cloudwatch_dashboard")

    assert [one.effect for one in found.verdicts] == [Effect.REMOVED]
    assert HARMLESS in markdown(found)


@pytest.mark.parametrize(
    ("parts", "told"), [({"complete": False}, True), ({"complete": True}, False), ({}, False)]
)
def test_plan_that_leaves_something_out_is_told_so(parts: Tree, told: bool) -> None:
    change = entry({"name": "x"}, {"name": "y"}, kind="aws_other")

    found = review(plan(change, **parts))

    assert any("does not cover everything" in note for note in found.notes) is told
    assert ("does not cover everything" in markdown(found)) is told
