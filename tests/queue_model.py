"""A queue that a function reads, second by second, and what SQS reports of it to CloudWatch.

SQS takes one sample a minute of each metric, and not of all metrics in the same second. A message that was
received three times leaves `ApproximateAgeOfOldestMessage`. Source:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules.spec.alarms import Alarm
from modules.spec.metrics import Math, Stat

MINUTE = 60
RECEIVES_IN_THE_AGE = 3
VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"
AGE, REDRIVEN = "ApproximateAgeOfOldestMessage", "NumberOfNotificationsRedrivenToDlq"
# By metric name: the samples by second.
Samples = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, kw_only=True)
class Path:
    """Settings of a queue, the pause before a visible message is received, and the time of an attempt."""

    visibility_seconds: int
    max_receive_count: int
    pause_seconds: int = 1
    attempt_seconds: int = 1


@dataclass(frozen=True)
class Message:
    """The times at which it was sent and received, and left the queue."""

    sent: int
    received: tuple[int, ...]
    gone: int
    visibility_seconds: int

    def is_there(self, at: int) -> bool:
        return self.sent <= at < self.gone

    def is_in_flight(self, at: int) -> bool:
        return self.is_there(at) and any(
            start <= at < start + self.visibility_seconds for start in self.received
        )

    def is_in_the_age(self, at: int) -> bool:
        return self.is_there(at) and sum(start <= at for start in self.received) < RECEIVES_IN_THE_AGE


def journey(sent: int, path: Path, is_up: Callable[[int], bool]) -> Message:
    """A message until it is delivered, or moved to the dead letter queue."""
    received: list[int] = []
    at = sent + path.pause_seconds
    while len(received) < path.max_receive_count:
        received.append(at)
        if is_up(at):
            return Message(sent, tuple(received), at + path.attempt_seconds, path.visibility_seconds)
        at += path.visibility_seconds + path.pause_seconds
    return Message(sent, tuple(received), at, path.visibility_seconds)


def samples(
    messages: Sequence[Message],
    until: int,
    *,
    phase: int = 0,
    skew: int = 0,
    every: int = MINUTE,
    least_in_flight: int = 1,
) -> Samples:
    """Samples of SQS in each minute at `phase`, and of messages in flight `skew` seconds later.

    By its documentation SQS reports messages in flight only while there are some.
    """
    moments = range(phase, until, every)
    return {
        VISIBLE: {
            at: sum(each.is_there(at) and not each.is_in_flight(at) for each in messages) for at in moments
        },
        IN_FLIGHT: {
            at: count
            for at in moments
            if (count := sum(each.is_in_flight(at + skew) for each in messages)) >= least_in_flight
        },
        AGE: {
            at: at - min(each.sent for each in messages if each.is_in_the_age(at))
            for at in moments
            if any(each.is_in_the_age(at) for each in messages)
        },
    }


def states(alarm: Alarm, found: Samples, until: int) -> dict[int, bool]:
    """True for each minute in which the alarm is in ALARM; CloudWatch evaluates it once a minute."""
    evaluation = alarm.evaluation
    period = evaluation.period_seconds
    minutes = range(MINUTE, until + 1, MINUTE)
    breaching = {end for end in minutes if _breaches(alarm, _value(alarm.signal, found, end, period))}
    return {
        now: sum(now - period * back in breaching for back in range(evaluation.of)) >= evaluation.datapoints
        for now in minutes
    }


def spans(found: Mapping[int, bool]) -> list[tuple[int, int]]:
    """From when to when it is in ALARM; the end is the first minute in OK."""
    ordered = sorted(found)
    starts = [at for at in ordered if found[at] and not found.get(at - MINUTE, False)]
    ends = [at for at in ordered if not found[at] and found.get(at - MINUTE, False)]
    return list(zip(starts, [*ends, ordered[-1] + MINUTE], strict=False))


def _breaches(alarm: Alarm, value: float | None) -> bool:
    """Missing data counts as not breaching, and every alarm here fires above its threshold."""
    return value is not None and value > alarm.condition.threshold


def _value(signal: Stat | Math, found: Samples, end: int, period: int) -> float | None:
    if isinstance(signal, Stat):
        return _statistic(signal, found, end, period)
    assert signal.expression == f"SUM([{', '.join(signal.inputs)}])"
    values = [_statistic(stat, found, end, period) for stat in signal.inputs.values()]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


_STATISTICS: Mapping[str, Callable[[Iterable[float]], Any]] = {"Maximum": max, "Minimum": min, "Sum": sum}


def _statistic(stat: Stat, found: Samples, end: int, period: int) -> float | None:
    taken = found.get(stat.metric.name, {})
    values = [taken[at] for at in range(end - period, end) if at in taken]
    return float(_STATISTICS[stat.statistic](values)) if values else None
