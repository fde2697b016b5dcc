"""What the notifier reads out of a queued record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lambdas import slack_samples as samples
from tests.lambdas.loader import load

slack = load("slack_notifier")
OPTIONS = slack.options.read_options({"ENVIRONMENT": "prod", "AWS_REGION": "us-east-1"})


def read(message: object, **wrapping: Any) -> Any:
    return slack.events.read(samples.envelope(message, **wrapping), OPTIONS)


def facts(message: object) -> dict[str, str]:
    return dict(read(message).facts)


def test_metric_alarm_is_understood() -> None:
    notice = read(samples.metric_alarm())

    assert notice.alarm == notice.title == "scheduling-agent-lambda-errors-notes-actions"
    assert (notice.old_state, notice.state, notice.severity) == ("OK", "ALARM", "critical")
    assert notice.at == datetime(2026, 11, 23, 10, 15, 30, 123000, UTC).timestamp()
    assert notice.place == slack.links.Place("aws", "us-east-1", samples.ACCOUNT)
    assert notice.runbook.endswith("/lambda-errors.md")
    assert "Runbook:" not in notice.text
    assert "more often than its callers can absorb" in notice.text
    assert "Threshold Crossed" in notice.text
    assert notice.window_seconds == 300
    assert not notice.drill
    assert dict(notice.facts) == {
        "Value": "12",
        "Threshold": "> 5",
        "Evaluation": "1 of 1 x 300 s",
        "Metric": "Sum Errors (AWS/Lambda) FunctionName=scheduling-agent-notes-actions",
    }


def test_metric_math_is_named_by_its_expression_and_not_by_its_inputs() -> None:
    assert facts(samples.math_alarm())["Metric"] == "Failed invocations = SUM([m1, m2])"
    assert facts(samples.math_alarm())["Value"] == "31"
    assert read(samples.math_alarm()).window_seconds == 600


def test_anomaly_shows_the_band() -> None:
    found = facts(samples.anomaly_alarm())

    assert found["Value"] == "3"
    assert found["Threshold"] == "outside of the expected band 41.7 to 88.1"


def test_anomaly_without_a_band_in_its_reason_still_says_what_kind_it_is() -> None:
    assert facts(samples.anomaly_alarm(NewStateReason="?"))["Threshold"] == "outside of the expected band"


def test_composite_names_the_children_in_alarm() -> None:
    notice = read(samples.composite_alarm())

    assert notice.alarm == "scheduling-agent-outage"
    assert dict(notice.facts)["In alarm"] == (
        "scheduling-agent-db-connections-high, scheduling-agent-lambda-errors"
    )
    assert "ALARM(" in dict(notice.facts)["Rule"]


def test_alarm_event_is_an_alarm() -> None:
    notice = read(samples.alarm_event())

    assert (notice.alarm, notice.old_state, notice.state) == ("scheduling-agent-response-time", "OK", "ALARM")
    assert dict(notice.facts)["Value"] == "3,411.5"
    assert dict(notice.facts)["Threshold"] == "3,000"
    assert dict(notice.facts)["Metric"] == "Average ResponseTime (SchedulingAgent)"
    assert notice.window_seconds == 300
    assert notice.runbook == "docs/runbooks/response-time.md"


def test_other_event_is_told_by_its_detail() -> None:
    notice = read(samples.function_event())

    assert (notice.title, notice.alarm, notice.state) == ("RDS DB Instance Event", "", "")
    assert dict(notice.facts)["Source"] == "aws.rds"
    assert notice.place.region == "eu-central-1"
    assert "failover" in notice.text


def test_budget_notice_shows_its_figures() -> None:
    notice = read(samples.BUDGET, subject=samples.BUDGET_SUBJECT)

    assert notice.title == samples.BUDGET_SUBJECT
    assert dict(notice.facts)["ACTUAL Amount"] == "$95.06"
    assert "Budget Type" not in notice.text
    assert "is $95.06" in notice.text


def test_plain_text_is_shown_as_it_came() -> None:
    notice = read("first line\nsecond line")

    assert (notice.title, notice.text) == ("first line", "first line\nsecond line")


def test_subject_is_the_title_of_plain_text() -> None:
    assert read("body", subject="Nightly export").title == "Nightly export"


def test_raw_delivery_is_read_too() -> None:
    notice = slack.events.read(json.dumps(samples.metric_alarm()), OPTIONS)

    assert notice.state == "ALARM"
    assert notice.severity == "warning"  # there is no topic to tell


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_severity_is_the_ending_of_the_topic(severity: str) -> None:
    assert read(samples.metric_alarm(), topic=samples.topic_of(severity)).severity == severity


def test_topic_without_severity_gets_the_configured_one() -> None:
    options = slack.options.read_options({"SEVERITY": "info"})
    body = samples.envelope("x", topic=samples.topic_of("alarms"))

    assert slack.events.read(body, options).severity == "info"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("INSUFFICIENT_DATA", "OK", False),
        ("INSUFFICIENT_DATA", "ALARM", True),
        ("ALARM", "OK", True),
        ("OK", "ALARM", True),
        ("ALARM", "INSUFFICIENT_DATA", True),
        ("", "OK", True),
    ],
)
def test_first_data_is_no_news(old: str, new: str, *, wanted: bool) -> None:
    assert read(samples.metric_alarm(OldStateValue=old, NewStateValue=new)).wanted is wanted


@pytest.mark.parametrize("reason", ["DRILL", "DRILL: x", "[DRILL] x", "x, y [DRILL]", " *DRILL* x"])
def test_drill_is_marked(reason: str) -> None:
    assert read(samples.metric_alarm(NewStateReason=reason)).drill


@pytest.mark.parametrize("reason", ["", "A DRILL of holes", "drill", "DRILLED", "Threshold Crossed"])
def test_real_alarm_is_no_drill(reason: str) -> None:
    assert not read(samples.metric_alarm(NewStateReason=reason)).drill


@pytest.mark.parametrize(
    "changes",
    [
        {"AlarmDescription": None},
        {"Trigger": None},
        {"Trigger": "x"},
        {"Trigger": {"Metrics": [None, {}, {"MetricStat": 3}], "Period": "60", "Dimensions": 1}},
        {"StateChangeTime": "yesterday"},
        {"StateChangeTime": None, "AlarmArn": 7, "AWSAccountId": 123456789012},
        {"NewStateValue": None, "OldStateValue": ["OK"]},
        {"AlarmName": "Ünïcode 警报 🚨"},
        {"NewStateReason": "\ud800 \x00"},
        {"NewStateReason": "x" * 300_000, "AlarmDescription": " " * 100_000 + "y"},
        {"Trigger": {"Threshold": 1e308, "Period": 1e308, "EvaluationPeriods": 1e308}},
    ],
)
def test_damaged_alarm_is_still_an_alarm(changes: dict[str, Any]) -> None:
    notice = read(samples.metric_alarm() | changes)

    assert notice.alarm
    slack.message.encode([notice], OPTIONS)


@pytest.mark.parametrize(
    "body",
    [
        None,
        7,
        [],
        {},
        "",
        "{",
        "null",
        "[" * 100_000,
        "9" * 5000,
        '{"Message": null, "Type": "Notification"}',
        '{"Message": {"AlarmName": 1, "NewStateValue": 2}, "TopicArn": 3}',
        samples.envelope(samples.metric_alarm())[:-200],
    ],
)
def test_anything_else_degrades_to_a_plain_notice(body: object) -> None:
    notice = slack.events.read(body, OPTIONS)

    assert notice.title
    assert notice.severity == "warning"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
SAMPLES = [message for message in samples.ALL.values() if isinstance(message, dict)]


@st.composite
def disturbed(draw: st.DrawFn) -> object:
    """A real notification with any of its values, at any depth, replaced by anything."""
    message = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    for _ in range(draw(st.integers(1, 4))):
        part = message
        while True:
            key = draw(
                st.sampled_from(sorted(part)) if isinstance(part, dict) else st.integers(0, len(part) - 1)
            )
            if not part[key] or not isinstance(part[key], dict | list) or draw(st.booleans()):
                part[key] = draw(JSON)
                break
            part = part[key]
    return message


@given(JSON | disturbed())
def test_no_shape_of_message_raises(message: Any) -> None:
    for body in (message, json.dumps(message), samples.envelope(message), {"Message": message, "Type": "x"}):
        notice = slack.events.read(body, OPTIONS)

        assert notice.title
        assert notice.severity in {"critical", "warning", "info"}


@given(st.text())
def test_no_text_raises(body: str) -> None:
    assert slack.events.read(body, OPTIONS).title


def test_modules_of_a_function_do_not_stay_behind() -> None:
    import sys

    load("slack_notifier")

    assert not {"handler", "notice", "log", "client"} & sys.modules.keys()
