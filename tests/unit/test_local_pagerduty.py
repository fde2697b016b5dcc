"""The stand-in for PagerDuty: SNS's envelopes in, events out."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.local.servers import Act, Endpoint, Exchange, reply
from ops.local.stand_ins import StandIns
from tests.https import post

TOPIC = "arn:aws:sns:us-east-1:000000000000:p-critical"

Send = Callable[..., int]


def alarm(state: str = "ALARM", **more: Any) -> dict[str, Any]:
    place = {"AWSAccountId": "000000000000", "Region": "us-east-1"}
    return {"AlarmName": "p-errors", "NewStateValue": state, "NewStateReason": "12 > 5", **place, **more}


def notification(message: object) -> dict[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Type": "Notification", "TopicArn": TOPIC, "Message": text}


@pytest.fixture
def stand_ins() -> Iterator[StandIns]:
    with StandIns([]) as running:
        yield running


@pytest.fixture
def send(stand_ins: StandIns, tmp_path: Path) -> Send:
    stand_ins.authority.write(tmp_path / "authorities.pem")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "authorities.pem"))

    def send(body: object, path: str = stand_ins.pagerduty.path) -> int:
        return post(stand_ins.pagerduty_endpoint.url + path, json.dumps(body).encode(), trusted).status

    return send


def test_alarm_triggers_and_its_recovery_resolves_the_same_incident(stand_ins: StandIns, send: Send) -> None:
    for state in ("ALARM", "OK"):
        assert send(notification(alarm(state))) == 202

    trigger, resolve = stand_ins.pagerduty.events
    assert (trigger.action, resolve.action) == ("trigger", "resolve")
    assert trigger.dedup_key == resolve.dedup_key == "000000000000/us-east-1/p-errors"
    assert (trigger.topic, trigger.summary) == ("p-critical", "p-errors: 12 > 5")


def test_arn_of_the_alarm_is_the_key_where_the_notification_tells_it(stand_ins: StandIns, send: Send) -> None:
    send(notification(alarm(AlarmArn="arn:aws:cloudwatch:x")))
    assert [event.dedup_key for event in stand_ins.pagerduty.events] == ["arn:aws:cloudwatch:x"]


def test_state_without_meaning_for_an_incident_makes_no_event(stand_ins: StandIns, send: Send) -> None:
    assert send(notification(alarm("INSUFFICIENT_DATA"))) == 202
    assert stand_ins.pagerduty.events == []


@pytest.mark.parametrize("body", [alarm(), [], notification("plain text"), notification({"detail": 1})])
def test_what_is_no_alarm_in_an_envelope_is_refused(stand_ins: StandIns, send: Send, body: object) -> None:
    assert send(body) == 400
    assert stand_ins.pagerduty.events == []


def test_wrong_key_is_not_found(stand_ins: StandIns, send: Send) -> None:
    assert send(notification(alarm()), "/integration/other/enqueue") == 404


def test_subscription_is_confirmed_by_asking_its_address(stand_ins: StandIns, send: Send) -> None:
    asked = []

    def confirm(exchange: Exchange) -> Act:
        asked.append((exchange.command, exchange.path))
        return reply(200)

    with Endpoint(confirm) as sns:
        body = {"Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "SubscribeURL": f"{sns.url}/?Token=t"}
        assert send(body) == 200

    assert asked == [("GET", "/?Token=t")]
    assert stand_ins.pagerduty.confirmed == ["p-critical"]
    assert send(body) == 502  # nobody listens there any more
    assert stand_ins.pagerduty.confirmed == ["p-critical"]


@pytest.mark.parametrize("url", ["https://sns.example/?Token=t", "", "file:///etc/passwd"])
def test_address_elsewhere_is_never_asked(stand_ins: StandIns, send: Send, url: str) -> None:
    assert send({"Type": "SubscriptionConfirmation", "SubscribeURL": url}) == 400
    assert stand_ins.pagerduty.confirmed == []
