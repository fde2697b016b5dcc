"""A whole run against a queue and a topic in memory: what is mailed, and what stays."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lambdas.digest_fakes import (
    QUEUE,
    TOPIC,
    AwsFaultError,
    Clock,
    FakeSns,
    FakeSqs,
    alarm_body,
    good_envelope,
)
from tests.lambdas.loader import SOURCES, load, load_folder

digest = load("digest")
DigestError = digest.settings.DigestError
# Lambda's own reading of a line: with another timestamp it would call an error INFO.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
ENVIRONMENT = {"QUEUE_URL": QUEUE, "TOPIC_ARN": TOPIC, "ENVIRONMENT": "prod", "TIME_ZONE": "Europe/Zurich"}


def run(sqs: FakeSqs, sns: FakeSns, **environment: str) -> dict[str, Any]:
    settings = digest.settings.Settings.read(ENVIRONMENT | environment)
    result: dict[str, Any] = digest.handler.run(settings, sqs, sns, sqs.clock.remaining)
    return result


def queue(bodies: list[str], **changes: Any) -> tuple[FakeSqs, FakeSns]:
    clock = changes.pop("clock", None) or Clock()
    return FakeSqs(clock, bodies, **changes), FakeSns(clock)


def alarms(count: int) -> list[str]:
    return [alarm_body(f"sns-{i}", AlarmName=f"alarm-{i % 7}") for i in range(count)]


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_thousands_are_mailed_once_and_deleted() -> None:
    sqs, sns = queue(alarms(3000))

    result = run(sqs, sns)

    assert result == {"mailed": "digest", "taken": 3000, "not_deleted": 0, "more_wait": False}
    assert sqs.stored == {}
    ((subject, body),) = sns.mails
    assert "7 alarms (7 in ALARM)" in subject
    assert "3000 notices of 7 alarms and 0 other notices." in body


def test_lines_name_function_and_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "prod")
    load("digest").log.log.info("done")

    (line,) = logged(capsys)
    assert (line["function"], line["environment"]) == ("digest", "prod")


def test_every_notice_is_logged_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    run(*queue([*alarms(3), good_envelope("é" * 70_000, "sns-plain")]))

    lines = logged(capsys)

    assert {line["id"] for line in lines if line["message"] == "notice"} == {"sns-0", "sns-1", "sns-2"}
    assert "".join(line["text"] for line in lines if line["message"] == "other_notice") == "é" * 70_000
    assert max(len(json.dumps(line)) for line in lines) < 256 * 1024


def test_every_line_begins_as_lambda_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(*queue(alarms(3), delete_fails=lambda name: name == "m1"))

    lines = logged(capsys)

    assert {line["level"] for line in lines} == {"INFO", "WARNING", "ERROR"}
    for line in lines:
        assert list(line)[:5] == ["timestamp", "level", "message", "function", "environment"]
        assert RFC_3339.fullmatch(line["timestamp"])
        assert abs(datetime.now(UTC) - datetime.fromisoformat(line["timestamp"])) < timedelta(hours=1)


@pytest.mark.parametrize("bodies", [alarms(25), []])
def test_topic_without_a_confirmed_reader_is_an_error_that_touches_no_notice(
    bodies: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sqs, sns = queue(bodies)
    sns.readers, sns.pending = 0, 2

    with pytest.raises(DigestError, match="none is confirmed, and 2 wait for a click"):
        run(sqs, sns, ALL_CLEAR="mail")

    assert (sns.mails, len(sqs.visible())) == ([], len(bodies))
    assert {one.receives for one in sqs.stored.values()} <= {0}
    (line,) = logged(capsys)
    assert (line["message"], line["level"], line["pending"]) == ("nobody_subscribed", "ERROR", 2)


def test_notices_that_waited_for_a_reader_are_mailed_to_the_first() -> None:
    sqs, sns = queue(alarms(25))
    sns.readers = 0
    with pytest.raises(DigestError):
        run(sqs, sns)

    sns.readers = 1

    assert run(sqs, sns)["taken"] == 25
    assert (len(sns.mails), sqs.stored) == (1, {})


@pytest.mark.parametrize("readers", [0, 1])
def test_digest_without_readers_on_purpose_is_logged_and_deleted(
    readers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs, sns = queue([*alarms(25), good_envelope("Budget", "sns-plain")])
    sns.readers = readers

    result = run(sqs, sns, MAIL="no", ALL_CLEAR="mail")

    assert result == {"mailed": "nothing", "taken": 26, "not_deleted": 0, "more_wait": False}
    assert (sns.mails, sqs.stored) == ([], {})
    counts = Counter(line["message"] for line in logged(capsys))
    assert counts == {"notice": 25, "other_notice": 1}


def test_nothing_is_deleted_when_the_mail_is_refused() -> None:
    sqs, sns = queue(alarms(25))
    sns.fault = "refused"

    with pytest.raises(AwsFaultError, match="publish"):
        run(sqs, sns)

    # The retry, which may come at once, finds everything.
    assert len(sqs.visible()) == 25
    sns.fault = None
    assert run(sqs, sns)["taken"] == 25


def test_fault_of_the_mail_is_raised_even_if_the_release_fails(capsys: pytest.CaptureFixture[str]) -> None:
    sqs, sns = queue(alarms(25), visibility_fails=True)
    sns.fault = "refused"

    with pytest.raises(AwsFaultError, match="publish"):
        run(sqs, sns)

    assert len(sqs.stored) == 25
    assert "release_failed" in {line["message"] for line in logged(capsys)}


def test_fault_amid_collecting_gives_all_back() -> None:
    sqs, sns = queue(alarms(60), receive_fault_at=4)

    with pytest.raises(AwsFaultError, match="receive"):
        run(sqs, sns)

    assert len(sqs.visible()) == 60
    assert sns.mails == []


def test_short_time_mails_what_was_collected_and_says_that_more_waits() -> None:
    sqs, sns = queue(alarms(500), clock=Clock(remaining_ms=50_000, cost_ms=500))

    result = run(sqs, sns)

    assert 0 < result["taken"] < 500
    assert result["more_wait"]
    assert len(sqs.stored) == 500 - result["taken"]
    assert "MORE NOTICES WAIT" in sns.mails[0][1]


def test_no_time_at_all_is_an_error_that_names_the_cause() -> None:
    sqs, sns = queue(alarms(5), clock=Clock(remaining_ms=30_000))

    with pytest.raises(DigestError, match="timeout is below a minute"):
        run(sqs, sns, ALL_CLEAR="mail")

    assert (len(sqs.visible()), sns.mails) == (5, [])


def test_messages_stay_hidden_until_the_run_can_no_longer_go_on() -> None:
    sqs, _ = queue(alarms(40), clock=Clock(remaining_ms=120_000))
    inbox = digest.inbox.Inbox(sqs, QUEUE, sqs.clock.remaining)

    inbox.collect()

    assert min(one.visible_at_ms for one in sqs.stored.values()) > 120_000


def test_one_run_takes_no_more_than_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest.inbox, "MOST", 30)
    sqs, sns = queue(alarms(100))

    assert run(sqs, sns)["more_wait"]
    assert 60 < len(sqs.stored) <= 70


@pytest.mark.parametrize(
    ("wish", "mail", "mails"), [("mail", "yes", 1), ("none", "yes", 0), ("mail", "no", 0)]
)
def test_empty_queue_brings_what_is_configured(wish: str, mail: str, mails: int) -> None:
    sqs, sns = queue([])

    result = run(sqs, sns, ALL_CLEAR=wish, MAIL=mail)

    assert result["mailed"] == ("all clear" if mails else "nothing")
    assert len(sns.mails) == mails
    assert all("all clear" in subject for subject, _ in sns.mails)


def test_no_all_clear_while_a_broken_run_hides_messages() -> None:
    sqs, sns = queue(alarms(5))
    for one in sqs.stored.values():
        one.visible_at_ms = 10_000_000

    with pytest.raises(DigestError, match="holds about 5 messages"):
        run(sqs, sns, ALL_CLEAR="mail")

    assert sns.mails == []


def test_doubled_delivery_counts_once_and_is_deleted_twice() -> None:
    sqs, sns = queue([alarm_body("sns-1"), alarm_body("sns-1"), alarm_body("sns-2")])

    result = run(sqs, sns)

    assert (result["taken"], sqs.stored) == (3, {})
    assert "2 notices of 1 alarm " in sns.mails[0][1]


def test_message_that_comes_again_early_is_deleted_with_its_latest_receipt() -> None:
    sqs, sns = queue(alarms(40), early_returns=10)

    result = run(sqs, sns)

    assert (sqs.early_returns, result["taken"], result["not_deleted"]) == (0, 40, 0)
    assert sqs.stored == {}
    assert "40 notices of 7 alarms" in sns.mails[0][1]


def test_deletion_that_fails_in_part_is_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    failures = Counter[str]()

    def fails_once(name: str) -> bool:
        failures[name] += 1
        return name in {"m3", "m17"} and failures[name] == 1

    sqs, sns = queue(alarms(25), delete_fails=fails_once)

    assert run(sqs, sns)["not_deleted"] == 0
    assert sqs.stored == {}
    assert Counter(line["message"] for line in logged(capsys))["delete_failed"] == 2


def test_deletion_that_fails_for_good_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    sqs, sns = queue(alarms(25), delete_fails=lambda name: name == "m3")

    result = run(sqs, sns)

    assert (result["not_deleted"], list(sqs.stored)) == (1, ["m3"])
    errors = [line for line in logged(capsys) if line["level"] == "ERROR"]
    assert [(line["message"], line["count"]) for line in errors] == [("messages_come_again", 1)]


def test_deletion_that_raises_does_not_undo_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs, sns = queue(alarms(25))

    def broken(**_: object) -> None:
        raise AwsFaultError("delete")

    monkeypatch.setattr(sqs, "delete_message_batch", broken)

    assert run(sqs, sns)["not_deleted"] == 25


def plain(index: int) -> str:
    return good_envelope(f"<{index}>", f"sns-{index}")


kinds = st.sampled_from(
    [
        lambda i: alarm_body(f"sns-{i}", AlarmName=f"<{i}>"),
        plain,
        lambda i: f"<{i}> is no JSON",
        lambda i: json.dumps({"AlarmName": f"<{i}>", "NewStateValue": ["?"]}),
    ]
)


@given(
    makers=st.lists(kinds, max_size=60),
    seed=st.integers(0, 2**32),
    clock=st.builds(Clock, remaining_ms=st.integers(0, 90_000), cost_ms=st.sampled_from([1, 50, 900, 6000])),
    early_returns=st.integers(0, 5),
    receive_fault_at=st.none() | st.integers(1, 8),
    stuck=st.sets(st.integers(0, 59)),
    fault=st.sampled_from([None, None, "refused", "unanswered"]),
    readers=st.sampled_from([1, 1, 0]),
    mail=st.sampled_from(["yes", "yes", "no"]),
    visibility_fails=st.booleans(),
)
def test_every_message_is_told_and_deleted_or_still_there(
    *,
    makers: list[Any],
    seed: int,
    clock: Clock,
    fault: str | None,
    readers: int,
    mail: str,
    stuck: set[int],
    **faults: Any,
) -> None:
    # given
    bodies = [make(i) for i, make in enumerate(makers)]
    random = Random(seed)
    clock = Clock(clock.remaining_ms, 0, clock.cost_ms)
    sqs = FakeSqs(clock, bodies, random, delete_fails=lambda name: int(name[1:]) in stuck, **faults)
    sns = FakeSns(clock, fault, readers)

    # when
    with redirect_stdout(io.StringIO()) as log:
        try:
            result = run(sqs, sns, MAIL=mail)
        except (AwsFaultError, DigestError):
            result = None

    # then
    mailed = {f"m{found}" for _, body in sns.mails for found in re.findall(r"<(\d+)>", body)}
    told = mailed if mail == "yes" else {f"m{found}" for found in re.findall(r"<(\d+)>", log.getvalue())}
    assert set(sqs.deleted) | set(sqs.stored) == {f"m{i}" for i in range(len(bodies))}
    assert set(sqs.deleted) <= told
    assert mail == "yes" or not mailed
    if result is None:
        assert sqs.deleted == {}
    else:
        assert mail == "no" or (readers and (fault is None or not bodies))
        assert result["taken"] == len(told)
        assert result["not_deleted"] == len(told - set(sqs.deleted))
        assert result["more_wait"] or told == {f"m{i}" for i in range(len(bodies))}


def test_handler_reads_its_environment_and_reports(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs, sns = queue(alarms(12))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    clients = {"sqs": sqs, "sns": sns}
    monkeypatch.setattr(digest.shared.aws, "client", lambda name, **_: clients[name])

    result = digest.handler.handler({}, SimpleNamespace(get_remaining_time_in_millis=sqs.clock.remaining))

    assert result["taken"] == 12
    assert logged(capsys)[-1]["result"] == result


def test_calls_have_timeouts_that_fit_into_the_time_kept_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = digest.shared.aws.client("sqs", read_seconds=digest.inbox.READ_SECONDS).meta.config

    attempts = config.retries["total_max_attempts"]
    assert attempts * (config.connect_timeout + config.read_timeout) * 1000 < digest.inbox._CALL_MS
    assert config.read_timeout > digest.inbox._WAIT_SECONDS


@pytest.mark.parametrize("name", ["QUEUE_URL", "TOPIC_ARN", "ENVIRONMENT"])
def test_missing_setting_is_named(name: str) -> None:
    with pytest.raises(DigestError, match=name):
        digest.settings.Settings.read({**ENVIRONMENT, name: ""})


@pytest.mark.parametrize("name", ["ALL_CLEAR", "MAIL"])
def test_unknown_wish_is_refused(name: str) -> None:
    with pytest.raises(DigestError, match=f"{name}: 'always' is neither"):
        digest.settings.Settings.read({**ENVIRONMENT, name: "always"})


def test_digest_that_knows_of_no_wish_deletes_nothing_unmailed() -> None:
    assert digest.settings.Settings.read(ENVIRONMENT).mails


@pytest.mark.parametrize("name", ["Mars/Olympus", "/etc/localtime", "..", "Europe"])
def test_unknown_time_zone_costs_no_digest(name: str) -> None:
    sqs, sns = queue(alarms(1))

    run(sqs, sns, TIME_ZONE=name)

    assert f"Times are UTC (there is no time zone {name!r} here)." in sns.mails[0][1]


def test_functions_with_files_of_one_name_load_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text("from text import WORD\n", "utf-8")
    (tmp_path / "text.py").write_text("WORD = 'another'\n", "utf-8")

    other = load_folder(tmp_path)
    again = load("digest")

    assert other.handler.WORD == "another"
    assert again.handler.__file__ == str(SOURCES / "digest" / "handler.py")
    assert again.handler is not digest.handler
