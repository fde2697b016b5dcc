"""Every alarm that is deployed reaches each channel of its route once, and no other."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from modules.spec.alarms import Alarm, Route
from ops.local.deployments import plan
from tests.builders import CONFIG
from tests.e2e.deployed import Deployed
from tests.e2e.tunings import stray, tuned

ALARMS = plan(CONFIG.parent, {})[1].alarms
SLACK = ("slack-critical", "slack-warning")
PLACES = {
    Route.CRITICAL: ("slack-critical", "PagerDuty of critical", "mail of critical"),
    Route.WARNING: ("slack-warning", "mail of warning"),
    Route.INFO: ("digest",),
    Route.DELIVERY: ("PagerDuty of delivery", "mail of delivery"),
}

Heard = Counter[tuple[str, str, str]]
"""How often something was told: where, of which alarm, in which state."""


@pytest.fixture(scope="module")
def quiet(_deployed: Deployed) -> Iterator[Deployed]:
    """The deployment with all alarms OK; each webhook takes ten times as much as Slack's."""
    _deployed.reset()
    with ExitStack() as stack:
        for channel in SLACK:
            stack.enter_context(tuned(_deployed, channel, MESSAGE_INTERVAL_SECONDS=0.2))
        yield _deployed


@pytest.fixture(scope="module")
def heard(quiet: Deployed) -> Heard:
    """What is heard when every alarm goes off, and then recovers."""
    return _heard(quiet, "ALARM", "OK")


@pytest.fixture(scope="module")
def heard_at_first(quiet: Deployed) -> Heard:
    """What is heard when every alarm gets its first data, and all is well."""
    return _heard(quiet, "INSUFFICIENT_DATA", "OK")


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.key)
def test_alarm_and_recovery_reach_each_channel_of_their_route_once_and_no_other(
    heard: Heard, alarm: Alarm
) -> None:
    found = {(place, state): times for (place, name, state), times in heard.items() if name == alarm.name}
    assert found == {(place, state): 1 for place in PLACES[alarm.route] for state in ("ALARM", "OK")}


def test_nobody_hears_of_anything_else(heard: Heard, quiet: Deployed) -> None:
    assert {name for _, name, _ in heard} == {alarm.name for alarm in ALARMS}
    assert stray(quiet) == {}


def test_first_data_of_an_alarm_that_is_well_disturb_nobody(heard_at_first: Heard) -> None:
    silent = ("slack-", "mail of ")
    assert heard_at_first == {
        (place, alarm.name, "OK"): 1
        for alarm in ALARMS
        for place in PLACES[alarm.route]
        if not place.startswith(silent)
    }


def _heard(deployed: Deployed, *states: str) -> Heard:
    """Bring all alarms into each of these states, and listen everywhere until all is quiet."""
    deployed.reset()
    logged = len(deployed.logged("digest"))
    for state in states:
        for alarm in ALARMS:
            deployed.set_state(alarm.key, state)
    deployed.settle()
    deployed.invoke("digest")
    time.sleep(1)  # for whatever would come twice
    return Heard(
        [
            *((place, one.title.split()[-1], one.state) for place in SLACK for one in deployed.slack(place)),
            *_paged(deployed),
            *_mailed(deployed),
            *_digested(deployed, deployed.logged("digest")[logged:]),
        ]
    )


def _paged(deployed: Deployed) -> Iterator[tuple[str, str, str]]:
    states = {"trigger": "ALARM", "resolve": "OK"}
    for route in Route:
        for event in deployed.pagerduty(route.value):
            yield f"PagerDuty of {route.value}", event.details["AlarmName"], states[event.action]


def _mailed(deployed: Deployed) -> Iterator[tuple[str, str, str]]:
    for mail in deployed.mails():
        if mail.route != Route.DIGEST.value:
            yield f"mail of {mail.route}", mail.alarm["AlarmName"], mail.alarm["NewStateValue"]


def _digested(deployed: Deployed, logged: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """The notices that the digest's function logged, once for each mail that tells of their alarm."""
    notices = [line for line in logged if line["message"] == "notice"]
    for mail in deployed.mails(Route.DIGEST.value):
        for notice in notices:
            if notice["name"] in mail.body:
                yield "digest", notice["name"], notice["new_state"]
