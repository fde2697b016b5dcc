"""Alarms on queues, over the life of messages: what SQS reports, and what the alarms make of it."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest

from modules.spec.alarms import Alarm
from modules.spec.metrics import Math, Metric, Stat
from modules.spec.queues import Queue
from tests.builders import good_monitoring
from tests.queue_model import (
    AGE,
    MINUTE,
    REDRIVEN,
    VISIBLE,
    Message,
    Path,
    Samples,
    journey,
    samples,
    spans,
    states,
)

HOUR = 60 * MINUTE
EMAILS = {name: {"emails": ["ops@team.example"]} for name in ("critical", "warning", "info", "delivery")}
FOUND = good_monitoring({"routes": EMAILS})
ALARMS: dict[str, Alarm] = {alarm.key: alarm for alarm in FOUND.alarms}
QUEUES: dict[str, Queue] = {queue.key: queue for queue in FOUND.queues}
WAITING = ALARMS["slack-critical-waiting"]
SENT = 600
UNTIL = SENT + 2 * HOUR
# When SQS takes its samples, how far apart those of the two metrics are, and how soon Lambda receives again.
MOMENTS = list(product(range(0, MINUTE, 13), (-3, 0, 3), (1, 20)))


def path(pause_seconds: int = 1) -> Path:
    queue = QUEUES["slack-critical"]
    return Path(
        visibility_seconds=queue.visibility_seconds,
        max_receive_count=queue.most_receives,
        pause_seconds=pause_seconds,
    )


def on_age() -> Alarm:
    """The alarm as it was: the age of the oldest message above 240 s in one period of 300 s."""
    queue = {"QueueName": QUEUES["slack-critical"].name}
    return replace(
        WAITING,
        signal=Stat(Metric("AWS/SQS", AGE, queue, "Seconds"), "Maximum"),
        condition=replace(WAITING.condition, threshold=240),
        evaluation=replace(WAITING.evaluation, datapoints=1, of=1, period_seconds=300),
    )


def never_up(_: int) -> bool:
    return False


def test_age_of_the_oldest_message_falls_while_slack_is_down() -> None:
    message = journey(SENT, path(), never_up)

    ((start, end),) = spans(states(on_age(), samples([message], UNTIL), UNTIL))

    assert (start - SENT) / MINUTE < 8
    assert (end - SENT) / MINUTE <= 12
    assert (message.gone - SENT) / MINUTE > 60


@pytest.mark.parametrize(("phase", "skew", "pause"), MOMENTS)
def test_waiting_alarm_stays_until_the_notice_is_a_dead_letter(phase: int, skew: int, pause: int) -> None:
    message = journey(SENT, path(pause), never_up)

    ((start, end),) = spans(states(WAITING, samples([message], UNTIL, phase=phase, skew=skew), UNTIL))

    assert len(message.received) == QUEUES["slack-critical"].most_receives
    assert start - SENT <= 8 * MINUTE
    assert message.gone - MINUTE <= end <= message.gone + 5 * MINUTE


@pytest.mark.parametrize(("phase", "skew", "pause"), MOMENTS)
def test_waiting_alarm_stays_until_the_notices_are_delivered(phase: int, skew: int, pause: int) -> None:
    """Slack is down for 25 minutes, in which a notice comes every four."""
    back = SENT + 25 * MINUTE
    sent = range(SENT, back, 4 * MINUTE)
    messages = [journey(at, path(pause), lambda now: now >= back) for at in sent]
    last = max(message.gone for message in messages)

    ((start, end),) = spans(states(WAITING, samples(messages, UNTIL, phase=phase, skew=skew), UNTIL))

    assert start - SENT <= 8 * MINUTE
    assert last - MINUTE <= end <= last + 5 * MINUTE


def test_waiting_alarm_sees_notices_that_nothing_receives() -> None:
    """The event source mapping is disabled: nothing is ever in flight."""
    message = Message(SENT, (), UNTIL, 180)

    ((start, end),) = spans(states(WAITING, samples([message], UNTIL), UNTIL))

    assert start - SENT <= 8 * MINUTE
    assert end > UNTIL


@pytest.mark.parametrize(("phase", "skew", "pause"), MOMENTS)
def test_one_failed_attempt_raises_no_alarm(phase: int, skew: int, pause: int) -> None:
    message = journey(SENT, path(pause), lambda now: now > SENT + MINUTE)
    assert len(message.received) == 2

    assert spans(states(WAITING, samples([message], UNTIL, phase=phase, skew=skew), UNTIL)) == []


@pytest.mark.parametrize(("phase", "skew", "pause"), MOMENTS)
def test_burst_that_leaves_within_minutes_raises_no_alarm(phase: int, skew: int, pause: int) -> None:
    """240 notices at once, of which Slack takes one a second."""
    burst = [Message(SENT, (SENT + number,), SENT + number + 1, 180) for number in range(240)]

    assert spans(states(WAITING, samples(burst, UNTIL, phase=phase, skew=skew), UNTIL)) == []


@pytest.mark.parametrize("seed", range(20))
def test_busy_hour_raises_no_alarm(seed: int) -> None:
    """Four notices a minute on average, each in the queue for two seconds."""
    chance = random.Random(seed)
    sent = sorted(SENT + chance.randrange(HOUR) for _ in range(240))
    messages = [journey(at, path(), lambda _: True) for at in sent]

    assert spans(states(WAITING, samples(messages, UNTIL, phase=seed), UNTIL)) == []


def test_lowest_number_of_each_metric_would_return_to_ok() -> None:
    """With several samples in a minute, both minima are 0 in the minute in which a message moves."""
    message = journey(SENT, path(20), never_up)
    assert isinstance(WAITING.signal, Math)
    lowest = {name: replace(stat, statistic="Minimum") for name, stat in WAITING.signal.inputs.items()}
    alarm = replace(WAITING, signal=replace(WAITING.signal, inputs=lowest))
    found = samples([message], UNTIL, every=10, least_in_flight=0)

    assert len(spans(states(alarm, found, UNTIL))) > 1
    assert len(spans(states(WAITING, found, UNTIL))) == 1


LATE = 15 * MINUTE


def redriven(at: int, emptied: int) -> Samples:
    """SNS counts a dead letter at once; SQS reports an idle queue 15 minutes late."""
    minutes = range(0, UNTIL, MINUTE)
    return {
        REDRIVEN: {moment: float(at <= moment < at + MINUTE) for moment in minutes},
        VISIBLE: {moment: float(moment < emptied) for moment in minutes if moment >= at + LATE},
    }


@pytest.mark.parametrize("route", ["critical", "warning", "info", "digest", "delivery"])
def test_undelivered_notice_raises_its_alarm_at_once_and_once(route: str) -> None:
    emptied = SENT + HOUR
    alarm = ALARMS[f"{route}-undelivered"]

    ((start, end),) = spans(states(alarm, redriven(SENT, emptied), UNTIL))

    assert start - SENT <= 5 * MINUTE
    assert emptied <= end <= emptied + 21 * MINUTE


def test_depth_of_an_idle_queue_alone_would_be_late_and_one_period_would_end_too_early() -> None:
    alarm = ALARMS["critical-undelivered"]
    assert isinstance(alarm.signal, Math)
    depth = replace(alarm, signal=alarm.signal.inputs["m1"])
    short = replace(alarm, evaluation=replace(alarm.evaluation, of=1))
    found = redriven(SENT, SENT + HOUR)

    assert spans(states(depth, found, UNTIL))[0][0] - SENT >= LATE
    assert len(spans(states(short, found, UNTIL))) == 2


def test_digest_that_fails_has_another_alarm_than_the_age() -> None:
    """Three runs fail on the first day, after which SQS leaves the notice out of the age."""
    message = Message(0, (10 * HOUR, 10 * HOUR + 60, 10 * HOUR + 120), 48 * HOUR, 1)
    found = samples([message], 48 * HOUR)
    failed_run = {VISIBLE: dict.fromkeys(range(10 * HOUR, 48 * HOUR, MINUTE), 1.0)}

    assert spans(states(ALARMS["digest-waiting"], found, 48 * HOUR)) == []
    assert spans(states(ALARMS["digest-runs-dead"], failed_run, 48 * HOUR)) == [
        (10 * HOUR + MINUTE, 48 * HOUR + MINUTE)
    ]


def test_digest_that_nothing_starts_raises_the_alarm_on_the_age() -> None:
    message = Message(0, (), 48 * HOUR, 1)

    ((start, _),) = spans(states(ALARMS["digest-waiting"], samples([message], 48 * HOUR), 48 * HOUR))

    assert 26 * HOUR <= start <= 26 * HOUR + 10 * MINUTE
