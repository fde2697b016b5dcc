"""What is played, worked out without an AWS: log lines, values, choices, the table."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from modules.errors import ToolError
from modules.settings import Settings
from modules.spec.alarms import Comparison, Condition, Route
from modules.spec.system import Monitoring
from ops.emulator import serve, without_aws
from ops.local.alarms import beyond, breaches, statistic, within
from ops.local.applies import followed
from ops.local.deployments import NOBODY, plan
from ops.local.log_lines import error_line, published, request_line, response_line
from ops.local.outcomes import Outcome, table
from ops.local.plays import CountedPlay, LogPlay, QueuePlay, StatePlay, plays
from ops.local.scenes import Scene
from ops.local.screens import Screen
from ops.local.watches import Arrival, Channel, channels
from tests.builders import CONFIG, good_settings, monitorings


@pytest.fixture(scope="module")
def local() -> tuple[Settings, Monitoring]:
    return plan(CONFIG.parent, {})


def scene(local: tuple[Settings, Monitoring], **changes: Any) -> Scene:
    settings, monitoring = local
    counted = settings.business_metrics.metrics
    monitoring = replace(monitoring, **changes)
    return Scene(None, monitoring, settings.backend.log, None, counted)  # type: ignore[arg-type]


# --- log lines through the stack's own filters -----------------------------------------------------


def values(local: tuple[Settings, Monitoring], *lines: str) -> dict[str, tuple[float, ...]]:
    filters = [one for one in local[1].filters if one.group == "backend"]
    return {one.filter.key: one.values for one in published(filters, lines)}


def test_error_lines_count_as_errors_alone(local: tuple[Settings, Monitoring]) -> None:
    log = local[0].backend.log
    found = values(local, *[error_line(log, number) for number in range(3)])
    assert found == {"error-count": (1, 1, 1), "response-time": (), "success-count": (0, 0, 0)}


def test_responses_tell_their_time_and_count_as_successes(local: tuple[Settings, Monitoring]) -> None:
    log = local[0].backend.log
    found = values(local, response_line(log, 1, 420), response_line(log, 2, 4500))
    assert found == {"error-count": (0, 0), "response-time": (420, 4500), "success-count": (1, 1)}


def test_requests_are_quiet_but_are_log_lines(local: tuple[Settings, Monitoring]) -> None:
    found = values(local, request_line(local[0].backend.log, 1))
    assert found == {"error-count": (0,), "response-time": (), "success-count": (0,)}


def test_no_lines_publish_nothing(local: tuple[Settings, Monitoring]) -> None:
    assert set(values(local).values()) == {()}


def test_each_line_counts_once_for_a_filter_with_a_default(local: tuple[Settings, Monitoring]) -> None:
    log = local[0].backend.log
    found = values(local, error_line(log, 1), response_line(log, 2), error_line(log, 3))
    assert found == {"error-count": (1, 0, 1), "response-time": (420,), "success-count": (0, 1, 0)}


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("log.level", {"log": {"level": "error"}}),
        ("['log.level']", {"log.level": "error"}),
        ("ecs.['log.level']", {"ecs": {"log.level": "error"}}),
    ],
)
def test_lines_are_spelled_as_configured(field: str, part: dict[str, Any]) -> None:
    log = {
        "level_field": field,
        "event_field": "event",
        "error_levels": ["error"],
        "info_level": "info",
    }
    settings = good_settings({"backend": {"log": log}})
    line = json.loads(error_line(settings.backend.log, 1))
    assert part.items() <= line.items()
    (monitoring,) = monitorings(settings)
    assert values((settings, monitoring), json.dumps(line))["error-count"] == (1,)
    assert values((settings, monitoring), json.dumps({"log": "error"}))["error-count"] == (0,)


# --- alarms ----------------------------------------------------------------------------------------


@given(st.sampled_from(Comparison), st.floats(-1e9, 1e9))
def test_value_beyond_breaches(comparison: Comparison, threshold: float) -> None:
    condition = Condition(comparison, threshold, "")
    assert breaches(condition, beyond(condition))


@given(st.sampled_from(Comparison), st.floats(0.5, 1e9))
def test_value_within_does_not_breach(comparison: Comparison, threshold: float) -> None:
    condition = Condition(comparison, threshold, "")
    assert not breaches(condition, within(condition))


@pytest.mark.parametrize(
    ("name", "value"),
    [("Sum", 6), ("Average", 2), ("Maximum", 3), ("Minimum", 1), ("SampleCount", 3), ("p99", None)],
)
def test_statistic(name: str, value: float | None) -> None:
    assert statistic(name, [1, 2, 3]) == value
    assert statistic(name, []) is None


# --- which play ------------------------------------------------------------------------------------


def test_each_route_of_an_alarm_has_a_play_as_true_to_life_as_can_be(
    local: tuple[Settings, Monitoring],
) -> None:
    all_plays = [(play.alarm.route, type(play), play.alarm.key) for play in plays(scene(local))]
    assert (Route.WARNING, CountedPlay, "active-sessions") in all_plays
    found = {route: (kind, key) for route, kind, key in reversed(all_plays)}
    assert found[Route.CRITICAL] == (LogPlay, "error-count")
    assert found[Route.WARNING] == (LogPlay, "response-time")
    assert found[Route.INFO] == (CountedPlay, "total-messages")
    assert found[Route.DELIVERY][0] is QueuePlay
    assert len(found) == 4


def test_route_whose_alarms_cannot_be_driven_is_played_by_its_state(
    local: tuple[Settings, Monitoring],
) -> None:
    alarms = [alarm for alarm in local[1].alarms if alarm.key == "high-error-rate"]
    (play,) = plays(scene(local, alarms=tuple(alarms)))
    assert type(play) is StatePlay


def test_severity_of_configuration_decides_the_route() -> None:
    settings = good_settings({"alarms": {"error-count": {"severity": "warning"}}})
    (monitoring,) = monitorings(settings)
    found = {play.alarm.route: play.alarm.key for play in plays(scene((settings, monitoring)))}
    assert found[Route.WARNING] == "error-count"
    assert found[Route.CRITICAL] != "error-count"


def test_bad_lines_reach_a_threshold_that_was_raised(local: tuple[Settings, Monitoring]) -> None:
    (play,) = [one for one in plays(scene(local)) if one.alarm.key == "error-count"]
    assert isinstance(play, LogPlay)
    play.alarm = replace(play.alarm, condition=replace(play.alarm.condition, threshold=200))
    assert breaches(play.alarm.condition, len(play._bad_lines()))


# --- what the table says ---------------------------------------------------------------------------


def outcome(*arrivals: Arrival, expected: set[Channel] | None = None) -> Outcome:
    wanted = {Channel.SLACK} if expected is None else expected
    return Outcome("response-time", "warning", "ALARM", 100.0, frozenset(wanted), arrivals)


def arrival(channel: Channel = Channel.SLACK, route: str = "warning", at: float = 100.5) -> Arrival:
    return Arrival(channel, route, at, None)  # type: ignore[arg-type]  # what it was is of no matter here


@pytest.mark.parametrize(
    ("found", "good", "text"),
    [
        (outcome(arrival()), True, "✓ 0.5 s"),
        (outcome(), False, "NOT DELIVERED"),
        (outcome(arrival(), arrival(route="critical")), False, "WHERE IT DOES NOT BELONG"),
        (outcome(arrival(), expected=set()), False, "WHERE IT DOES NOT BELONG"),
        (outcome(expected=set()), True, "-"),
        (outcome(arrival(at=99.9)), True, "✓ 0.0 s"),
    ],
)
def test_cell_says_what_became_of_a_notification(found: Outcome, good: bool, text: str) -> None:
    assert found.good is good
    assert found.cell(Channel.SLACK).plain == text


def test_stray_in_another_channel_is_no_good_end() -> None:
    found = outcome(arrival(), arrival(Channel.PAGERDUTY))
    assert not found.good
    assert found.cell(Channel.PAGERDUTY).plain == "WHERE IT DOES NOT BELONG"


def test_table_shows_every_route_and_state() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(table([outcome(arrival()), replace(outcome(arrival()), state="OK")]))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert shown.count("✓ 0.5 s") == 2
    assert shown.count("warning") == 1


def test_channels_are_those_of_the_issue(local: tuple[Settings, Monitoring]) -> None:
    """The table of severities and channels in the README."""
    found = {topic.key: channels(topic) for topic in local[1].topics}
    assert found["critical"] == {Channel.PAGERDUTY, Channel.SLACK, Channel.EMAIL}
    assert found["warning"] == {Channel.SLACK, Channel.EMAIL}
    assert found["info"] == {Channel.DIGEST}
    assert found["delivery"] == {Channel.PAGERDUTY, Channel.EMAIL}


# --- Terraform's words -----------------------------------------------------------------------------


def lines(*events: dict[str, Any]) -> Iterator[str]:
    return (json.dumps(event) + "\n" for event in events)


def test_progress_counts_what_is_applied_of_what_is_planned() -> None:
    told: list[tuple[int, int]] = []
    events = [{"type": "planned_change"}] * 2 + [{"type": "apply_start"}] + [{"type": "apply_complete"}] * 2

    assert list(followed(lines(*events), lambda done, planned: told.append((done, planned)))) == []
    assert told == [(1, 2), (2, 2)]


def test_errors_are_terraforms_own_words_without_secrets() -> None:
    detail = "POST https://127.0.0.1:1/integration/0123abcd/enqueue refused"
    warning = {"severity": "warning", "summary": "old", "detail": ""}
    error = {"severity": "error", "summary": "no topic", "detail": detail, "address": "aws_sns_topic.a"}
    events = [{"type": "diagnostic", "diagnostic": one} for one in (warning, error)]

    said = list(followed([*lines(*events), "panic: oh\n"], lambda done, planned: None))

    assert said == [
        "aws_sns_topic.a: no topic: POST https://127.0.0.1:1/(sensitive) refused",
        "panic: oh",
    ]


def test_mail_has_a_reader_that_is_nobody(local: tuple[Settings, Monitoring]) -> None:
    mailed = {topic.key for topic in local[1].topics if NOBODY in topic.emails}
    assert {"critical", "warning", "delivery"} <= mailed


def test_address_of_the_environment_takes_nobodys_place() -> None:
    _, monitoring = plan(CONFIG.parent, {"SNS_EMAIL": "dev@team.example"})
    assert all(NOBODY not in topic.emails for topic in monitoring.topics)


# --- the emulator's environment and its mended answers ---------------------------------------------


def test_nothing_of_the_users_aws_is_left() -> None:
    found = without_aws(
        {"AWS_PROFILE": "prod", "AWS_ENDPOINT_URL_SNS": "x", "HOME": "/h", "NO_PROXY": "intern"}
    )
    assert {name for name in found if name.startswith("AWS_")} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
    }
    assert found["HOME"] == "/h"
    assert found["NO_PROXY"] == found["no_proxy"] == "intern,127.0.0.1,localhost"


class Sns:
    """As much of the emulator's SNS as is mended."""

    def _p(self, params: dict[str, str], name: str) -> str:
        return params.get(name, "")

    def _subscribe(self, params: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b"<a><SubscriptionArn>pending confirmation</SubscriptionArn></a>"

    def _get_topic(self, arn: str) -> tuple[dict[str, Any], None]:
        mail = {"protocol": "email", "endpoint": "other", "arn": "arn:1"}
        return {"subscriptions": [mail, {"protocol": "https", "endpoint": "e", "arn": "arn:2"}]}, None


@pytest.mark.parametrize(("asked", "arn"), [("true", "arn:2"), ("", "pending confirmation")])
def test_subscribe_tells_the_arn_to_who_asks_for_it(asked: str, arn: str) -> None:
    params = {"TopicArn": "t", "Protocol": "https", "Endpoint": "e", "ReturnSubscriptionArn": asked}
    _, _, body = serve.telling_the_arn(Sns())(params)
    assert body == f"<a><SubscriptionArn>{arn}</SubscriptionArn></a>".encode()


@pytest.mark.parametrize(
    ("service", "action", "needed"),
    [
        ("sqs", "sqs:DeleteMessageBatch", "sqs:DeleteMessage"),
        ("sqs", "sqs:DeleteMessage", "sqs:DeleteMessage"),
        ("dynamodb", "dynamodb:GetBatch", "dynamodb:GetBatch"),
        ("sqs", None, None),
    ],
)
def test_batch_needs_the_permission_for_one(service: str, action: str | None, needed: str | None) -> None:
    actions = SimpleNamespace(extract_iam_action=lambda *_: action)
    assert serve.of_single_messages(actions)(service, "POST", "/") == needed


def test_idle_connection_is_never_closed_under_a_request() -> None:
    class Config:
        keep_alive_timeout = 5.0
        bind = "here"

    config = serve.patient(Config)()
    config.keep_alive_timeout = 75
    assert config.keep_alive_timeout > 3600
    assert config.bind == "here"


def test_log_of_the_emulator_holds_no_key() -> None:
    told = "SNS HTTP delivery to %s: 202"
    record = logging.LogRecord(
        "sns", logging.INFO, "", 1, told, ("https://h:1/integration/abc/enqueue",), None
    )
    assert serve.without_keys(record)
    assert record.getMessage() == "SNS HTTP delivery to https://h:1/integration/…/enqueue: 202"


# --- the screen ------------------------------------------------------------------------------------


def test_elsewhere_than_on_a_terminal_progress_is_a_few_lines() -> None:
    console = Console(file=io.StringIO(), width=80)
    screen = Screen(console)
    with screen.counted("apply") as tell:
        for done in range(1, 101):
            tell(done, 100)
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue().splitlines()
    assert said[:-1] == ["apply: 25 of 100", "apply: 50 of 100", "apply: 75 of 100"]
    assert said[-1].startswith("apply: 0.")


def test_times_add_up() -> None:
    console = Console(file=io.StringIO(), width=80)
    screen = Screen(console)
    screen.stages += [("up", 60.0), ("down", 30.5)]
    screen.times()
    assert isinstance(console.file, io.StringIO)
    assert "90.5" in console.file.getvalue()


def test_stage_that_fails_is_no_finished_stage() -> None:
    screen = Screen(Console(file=io.StringIO()))
    with pytest.raises(ToolError), screen.stage("broken"):
        raise ToolError("no")
    assert screen.stages == []
