"""Messages of the queue, read as notices."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import secret_texts as texts
from tests.lambdas.digest_fakes import alarm_body, good_alarm, good_envelope, received
from tests.lambdas.loader import load

digest = load("digest")
parse = digest.notices.parse
Notice, Plain = digest.notices.Notice, digest.notices.Plain

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_alarm_notice_is_read_from_its_envelope() -> None:
    notice = parse(received(alarm_body("sns-7")))

    assert notice == Notice(
        id="sns-7",
        alarm="111122223333\nUS East (N. Virginia)\nhigh-latency",
        name="high-latency",
        region="US East (N. Virginia)",
        old_state="OK",
        new_state="ALARM",
        at=datetime(2026, 11, 23, 6, tzinfo=UTC),
        reason="Threshold Crossed: 1 datapoint [6000.0] was greater than 5000.0.",
    )


def test_raw_delivery_is_known_by_its_queue_id() -> None:
    notice = parse(received(json.dumps(good_alarm()), MessageId="raw-1"))

    assert (notice.id, notice.name) == ("sqs:raw-1", "high-latency")


def test_arn_tells_alarms_of_one_name_apart() -> None:
    one = parse(received(alarm_body(AlarmArn="arn:aws:cloudwatch:us-east-1:111122223333:alarm:a")))
    other = parse(received(alarm_body(AlarmArn="arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a")))

    assert one.name == other.name
    assert one.alarm != other.alarm


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-23T06:00:00.123+0000", datetime(2026, 11, 23, 6, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-11-23T07:00:00+01:00", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("2026-11-23T06:00:00", datetime(2026, 11, 23, 6, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)),
        ("0001-01-01T12:00:00Z", datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)),
        (None, datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)),
    ],
)
def test_time_falls_back_to_that_of_the_envelope(written: str | None, at: datetime) -> None:
    assert parse(received(alarm_body(StateChangeTime=written))).at == at


def test_time_falls_back_to_that_of_the_queue() -> None:
    raw = json.dumps(good_alarm(StateChangeTime=None))

    assert parse(received(raw)).at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert isinstance(parse(received(raw, Attributes={})), Plain)


@pytest.mark.parametrize(
    "changes",
    [{"AlarmName": ""}, {"AlarmName": 7}, {"NewStateValue": "BAD"}, {"NewStateValue": None}],
)
def test_what_is_no_alarm_is_kept_as_text(changes: dict[str, object]) -> None:
    text = json.dumps(good_alarm(**changes))

    assert parse(received(good_envelope(text))) == Plain("sns-1", text)


def test_subject_leads_a_plain_notice() -> None:
    body = good_envelope("disk is full", Subject="Database")

    assert parse(received(body)) == Plain("sns-1", "Database\ndisk is full")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "7", "plain", "[" * 100_000, '{"Type": "Notification"}']
)
def test_unreadable_body_is_kept_as_it_came(body: str) -> None:
    assert parse(received(body)) == Plain("sqs:m1", body)


def test_signatures_and_tokens_of_an_envelope_are_dropped() -> None:
    body = good_envelope(
        "visit the URL", Type="SubscriptionConfirmation", Token="t0ken", SubscribeURL="t0ken"
    )

    assert parse(received(body)) == Plain("sns-1", "visit the URL")


@pytest.mark.parametrize("secret", texts.CERTAIN)
def test_secrets_are_redacted(secret: str) -> None:
    plain = parse(received(good_envelope(f"cannot post to {secret}")))
    notice = parse(received(alarm_body(NewStateReason=f"cannot post to {secret}", AlarmName=f"x {secret}")))

    for text in (plain.text, notice.reason, notice.name):
        assert [part for part in texts.PARTS if part in text] == []
        assert "(sensitive)" in text
    assert plain.text.startswith("cannot post to ")


def test_event_of_eventbridge_is_read_as_the_topic_has_it() -> None:
    event = {
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "111122223333",
        "time": "2022-07-14T13:56:40Z",
        "region": "us-east-1",
        "resources": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:X"],
        "detail": {
            "alarmName": "X",
            "state": {"value": "ALARM", "reason": "r", "timestamp": "2022-07-22T15:57:45.394+0000"},
            "previousState": {"value": "OK"},
            "configuration": {"metrics": []},
        },
    }

    assert parse(received(good_envelope(json.dumps(event)))) == Notice(
        id="sns-1",
        alarm="arn:aws:cloudwatch:us-east-1:111122223333:alarm:X",
        name="X",
        region="us-east-1",
        old_state="OK",
        new_state="ALARM",
        at=datetime(2022, 7, 22, 15, 57, 45, 394_000, tzinfo=UTC),
        reason="r",
    )


@given(body=st.text() | json_values.map(json.dumps), extra=st.dictionaries(st.text(), json_values))
def test_nothing_makes_it_raise_or_vanish(body: str, extra: dict[str, Any]) -> None:
    assert parse({**extra, **received(body)}).id


@given(
    changes=st.dictionaries(st.sampled_from(list(good_alarm())), json_values),
    outer=st.dictionaries(
        st.sampled_from(["Type", "MessageId", "Message", "Timestamp", "Subject"]), json_values
    ),
)
def test_no_alarm_out_of_shape_makes_it_raise(changes: dict[str, Any], outer: dict[str, Any]) -> None:
    one = parse(received(good_envelope(json.dumps(good_alarm(**changes)), **outer)))

    assert isinstance(one, Plain) or (
        one.at.utcoffset() == timedelta() and one.new_state in digest.notices.STATES
    )
