"""The checks against an AWS that behaves, and against one that does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given

from modules.errors import ToolError
from modules.semantics import parse_pattern
from modules.settings import Settings
from ops.acceptance import checks
from ops.doctor.gathering import Account
from ops.local import taps
from ops.local.log_lines import sample_lines
from tests.acceptance.fakes import FakeAws, system
from tests.builders import good_settings, monitorings
from tests.doctor import accounts as doctored
from tests.strategies import all_settings

MONITORING = system()
LINES = sample_lines(good_settings().backend.log)
REASON = "set by acceptance run acceptance-123abc"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LONGEST_DELIVERY_SECONDS", 0.0)


# --- metric filters --------------------------------------------------------------------------------

# Which of the sample lines each filter of the shipped system counts, by what they begin with.
MATCHES = {
    "error-count": ["chat_request_failed"] * 2 + ["notice_returned"],
    "response-time": ["chat_response_sent"] * 2,
    "success-count": ["chat_response_sent"] * 4,
    "slack-critical-errors": ["chat_request_failed", "notice_returned"],
    "slack-warning-errors": ["chat_request_failed", "notice_returned"],
    "digest-errors": ["chat_request_failed", "notice_returned"],
}


def test_expected_lines_of_each_shipped_filter() -> None:
    found = {
        item.key: [json.loads(line)["message"] for line in checks.expected_values(item, LINES)]
        for item in MONITORING.filters
    }
    assert found == MATCHES


def test_expected_values_are_the_durations_in_the_lines() -> None:
    item = next(item for item in MONITORING.filters if item.key == "response-time")
    assert [*checks.expected_values(item, LINES).values()] == [420, 0]


@given(all_settings)
def test_every_filter_of_any_configuration_has_lines_that_match_and_lines_that_do_not(
    settings: Settings,
) -> None:
    lines = sample_lines(settings.backend.log)
    assert len(set(lines)) == len(lines)
    for item in monitorings(settings)[0].filters:
        matching = sum(map(parse_pattern(item.pattern).matches, lines))
        assert 0 < matching < len(lines), item.pattern


Answers = list[dict[str, Any]]


@pytest.fixture
def aws() -> Iterator[Callable[[Answers], Any]]:
    """The logs client with canned answers; the stubber checks each request against the API's model."""
    client = boto3.client("logs", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:

        def answering(answers: Answers) -> Any:
            for item, answer in zip(MONITORING.filters, answers, strict=True):
                request = {"filterPattern": item.pattern, "logEventMessages": list(LINES)}
                stubber.add_response("test_metric_filter", {"matches": answer["matches"]}, request)
            return lambda service: client

        yield answering
        stubber.assert_no_pending_responses()


def right_answers() -> Answers:
    answers = []
    for item in MONITORING.filters:
        values = checks.expected_values(item, LINES)
        matches = [
            {
                "eventNumber": LINES.index(line),
                "eventMessage": line,
                "extractedValues": {item.value: str(value)},
            }
            for line, value in values.items()
        ]
        answers.append({"key": item.key, "matches": matches})
    return answers


def test_filters_that_match_as_expected_pass(aws: Callable[[Answers], Any]) -> None:
    said = checks.metric_filters(aws(right_answers()), MONITORING, LINES)
    assert said == "6 metric filters match as expected, 12 log lines each"


def test_line_that_aws_does_not_match_is_named(aws: Callable[[Answers], Any]) -> None:
    answers = right_answers()
    lost = answers[0]["matches"].pop()
    with pytest.raises(ToolError) as error:
        checks.metric_filters(aws(answers), MONITORING, LINES)
    assert str(error.value) == f"acceptance-123abc-error-count: AWS does not match {lost['eventMessage']}"


def test_line_that_only_aws_matches_is_named(aws: Callable[[Answers], Any]) -> None:
    answers = right_answers()
    answers[1]["matches"].append({"eventNumber": 1, "eventMessage": LINES[-1]})
    with pytest.raises(ToolError, match=r"response-time: AWS matches \{$"):
        checks.metric_filters(aws(answers), MONITORING, LINES)


def test_value_that_aws_extracts_otherwise_is_named(aws: Callable[[Answers], Any]) -> None:
    answers = right_answers()
    answers[1]["matches"][0]["extractedValues"] = {"$.processing_time_ms": "42"}
    with pytest.raises(ToolError, match=r"AWS extracts 42, expected 420\.0, from"):
        checks.metric_filters(aws(answers), MONITORING, LINES)


@pytest.mark.parametrize("extracted", [{}, {"$.processing_time_ms": "soon"}])
def test_value_that_aws_does_not_extract_is_named(
    aws: Callable[[Answers], Any], extracted: dict[str, str]
) -> None:
    answers = right_answers()
    answers[1]["matches"][0]["extractedValues"] = extracted
    with pytest.raises(ToolError, match=r"AWS extracts (None|soon), expected 420\.0, from"):
        checks.metric_filters(aws(answers), MONITORING, LINES)


def test_sample_that_cannot_fail_proves_nothing() -> None:
    with pytest.raises(ToolError, match="error-count: 0 of 1 sample lines match, so"):
        checks.metric_filters(FakeAws(MONITORING), MONITORING, ("{",))


# --- the doctor ------------------------------------------------------------------------------------


def doctor(account: doctored.Deployed) -> str:
    reader = Account(account.session(), doctored.REGION)
    return checks.after_deploy(reader, doctored.SETTINGS, doctored.MONITORING, doctored.PLACE, doctored.NOW)


def sandbox() -> doctored.Deployed:
    """A new deployment that no one uses."""
    account = doctored.healthy()
    account.data = set()
    account.secrets = {name: {"Name": name} for name in account.secrets}
    account.alarms = [doctored.state(alarm["AlarmName"], "INSUFFICIENT_DATA") for alarm in account.alarms]
    account.alarms[0] = doctored.state(account.alarms[0]["AlarmName"], "ALARM")
    return account


def test_healthy_deployment_has_no_findings() -> None:
    assert doctor(doctored.healthy()) == "no unexpected findings; expected in a sandbox: none"


def test_what_a_sandbox_lacks_is_counted_and_accepted() -> None:
    account = sandbox()
    said = doctor(account)
    assert f"{len(account.alarms) - 1} alarms that are new" in said
    assert "1 alarms on a system without traffic" in said
    assert "3 secrets that no one has filled" in said
    assert "metrics without traffic" in said


def without_a_subscription(account: doctored.Deployed) -> None:
    account.subscriptions.pop()


def unconfirmed(account: doctored.Deployed) -> None:
    account.subscriptions[0]["SubscriptionArn"] = "PendingConfirmation"


def without_an_alarm(account: doctored.Deployed) -> None:
    account.alarms.pop()


def without_a_secret(account: doctored.Deployed) -> None:
    account.secrets.popitem()


@pytest.mark.parametrize(
    ("disturb", "problem"),
    [
        (without_a_subscription, "subscription does not exist"),
        (unconfirmed, "subscription is not confirmed"),
        (without_an_alarm, "the alarm does not exist"),
        (without_a_secret, "the secret does not exist"),
    ],
)
def test_what_every_deployment_has_is_missed(
    disturb: Callable[[doctored.Deployed], None], problem: str
) -> None:
    account = sandbox()
    disturb(account)
    with pytest.raises(ToolError, match=problem) as error:
        doctor(account)
    assert ";" not in str(error.value)


def test_part_that_the_doctor_cannot_read_fails() -> None:
    account = sandbox()
    account.faults = {"secretsmanager:DescribeSecret": (0, "AccessDeniedException")}
    with pytest.raises(ToolError, match="secrets not checked: secretsmanager:DescribeSecret"):
        doctor(account)


# --- alarms ----------------------------------------------------------------------------------------


def test_message_of_every_alarm_is_received() -> None:
    aws = FakeAws(MONITORING)
    said = checks.alarms(aws, MONITORING, REASON)
    count = len(MONITORING.alarms)
    assert said == f"{count} alarms set to ALARM, and every message received over 5 encrypted topics"
    assert set(aws.states.values()) == {"ALARM"}
    assert aws.published == count + 1  # no alarm acts on the topic of the digest


def test_queues_have_the_key_of_their_topic_and_admit_it_alone() -> None:
    aws = FakeAws(MONITORING)
    checks.alarms(aws, MONITORING, REASON)
    assert len(aws.queues) == len(MONITORING.topics)
    for name, queue in aws.queues.items():
        assert queue["attributes"]["KmsMasterKeyId"] == "key-1"
        statements = json.loads(queue["attributes"]["Policy"])["Statement"]
        (allowed,) = (statement for statement in statements if statement["Effect"] == "Allow")
        topic = f"arn:aws:sns:eu-west-1:111122223333:{name.replace('-tap-', '-')}"
        assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": topic}}


def test_alarm_that_fires_already_is_set_to_ok_first() -> None:
    aws = FakeAws(MONITORING)
    aws.states = dict.fromkeys(aws.states, "ALARM")
    checks.alarms(aws, MONITORING, REASON)


def test_message_that_was_dropped_before_the_policy_was_in_force_is_sent_again() -> None:
    aws = FakeAws(MONITORING)
    aws.deliver = lambda topic, number: topic if number > 5 else None
    checks.alarms(aws, MONITORING, REASON)
    assert aws.published == len(MONITORING.alarms) + 1 + 5


def test_missing_messages_are_named() -> None:
    aws = FakeAws(MONITORING)
    delivery = MONITORING.place.arn("sns", "acceptance-123abc-delivery")
    aws.deliver = lambda topic, number: None if topic == delivery else topic
    with pytest.raises(ToolError, match=r"^not received: acceptance-123abc-.* on delivery, ") as error:
        checks.alarms(aws, MONITORING, REASON)
    assert "on critical" not in str(error.value)


def test_message_on_another_topic_is_named() -> None:
    aws = FakeAws(MONITORING)
    critical, info = (
        MONITORING.place.arn("sns", f"acceptance-123abc-{name}") for name in ("critical", "info")
    )
    aws.deliver = lambda topic, number: critical if topic == info else topic
    with pytest.raises(ToolError, match=r"not received: .* on info; unexpected: .* on critical"):
        checks.alarms(aws, MONITORING, REASON)


def test_alarm_that_does_not_exist_is_named() -> None:
    aws = FakeAws(MONITORING)
    del aws.states["acceptance-123abc-error-count"]
    with pytest.raises(ToolError, match=r"alarms that do not exist: acceptance-123abc-error-count$"):
        checks.alarms(aws, MONITORING, REASON)


def test_topic_without_a_customer_key_is_named() -> None:
    with pytest.raises(ToolError, match="topic acceptance-123abc-critical is not encrypted"):
        checks.alarms(FakeAws(MONITORING, encrypted=False), MONITORING, REASON)


def test_taps_of_other_prefixes_stay() -> None:
    aws = FakeAws(MONITORING)
    checks.alarms(aws, MONITORING, REASON)
    aws.create_queue(QueueName="acceptance-999999-tap-critical", Attributes={})
    aws.subscribe(TopicArn="arn:aws:sns:x:y:z", Endpoint="arn:aws:sqs:x:y:acceptance-999999-tap-critical")

    taps.remove(aws, "acceptance-123abc")

    assert [*aws.queues] == ["acceptance-999999-tap-critical"]
    assert [*aws.subscriptions] == ["arn:aws:sqs:x:y:acceptance-999999-tap-critical"]
