"""What is broken, and how the embedded AWS gets to know it: one play for each route.

The emulator does not run metric filters; their values are worked out with our own model of CloudWatch and
published. It evaluates alarms on one metric without regard to dimensions, so where several alarms watch a
metric of one name the state is set instead. Everything that happened carries a time so long ago that it
has just left the alarm's window when the recovery is played.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from modules.catalog import publisher
from modules.errors import ToolError
from modules.spec.alarms import Alarm, Route
from modules.spec.logs import MetricFilter
from modules.spec.metrics import Metric, Stat
from modules.spec.queues import Queue
from ops.local.alarms import ALARM, beyond, breaches, set_state, statistic, within
from ops.local.databases import DATABASE, ROWS
from ops.local.log_lines import GROUP, error_line, published, request_line, response_line
from ops.local.scenes import Scene, long_ago

_MOST_LINES = 1000
_STREAM = "incident"


class Play(Protocol):
    """Something that goes wrong, and recovers."""

    alarm: Alarm

    def until(self, state: str) -> Iterator[str]:
        """Do what brings the alarm into a state, ALARM or OK; yields what was done, in words."""
        ...


@dataclass
class LogPlay:
    """Lines in the backend's log, and the stack's own metric filters."""

    scene: Scene
    alarm: Alarm
    filter: MetricFilter

    def until(self, state: str) -> Iterator[str]:
        """Write lines that are bad, or good."""
        at = long_ago(self.alarm) if state == ALARM else time.time()
        group = next(one.name for one in self.scene.monitoring.log_groups if one.key == GROUP)
        events = self._through_the_log(group, self._bad_lines() if state == ALARM else self._good_lines(), at)
        yield f"{len(events)} lines in {group}, such as {events[0]}"
        filters = [one for one in self.scene.monitoring.filters if one.group == GROUP]
        for one in published(filters, events):
            if one.values:
                self.scene.put_metric(one.metric, list(one.values), at)
                yield f"filter {one.filter.name} makes {_counted(one.values)} of {one.metric.name}"
        yield self.scene.judge(self.alarm, state, _compared(self.alarm, self.filter, events))

    def _good_lines(self) -> list[str]:
        """Requests where a line that does not match counts too, else quick responses."""
        line = response_line if self.filter.default is None else request_line
        return [line(self.scene.log, number) for number in range(5)]

    def _bad_lines(self) -> list[str]:
        """As many as it takes: errors if the filter counts them, else responses that take too long."""
        log, beyond_it = self.scene.log, beyond(self.alarm.condition)
        errors = [error_line(log, number) for number in range(min(int(beyond_it) + 1, _MOST_LINES))]
        if _found(self.filter, errors):
            return errors
        return [response_line(log, number, beyond_it) for number in range(5)]

    def _through_the_log(self, group: str, lines: list[str], at: float) -> list[str]:
        """Write the lines and read them back, as the filters of CloudWatch would get them."""
        logs, stream = self.scene.aws("logs"), f"{_STREAM}-{time.time_ns()}"
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = [{"timestamp": int(at * 1000), "message": line} for line in lines]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, logStreamNames=[stream])
        return [event["message"] for page in pages for event in page["events"]]


@dataclass
class MetricPlay:
    """Values of a metric that something outside of this project publishes."""

    scene: Scene
    alarm: Alarm
    metric: Metric

    def until(self, state: str) -> Iterator[str]:
        """Publish a value that breaches, or one that does not."""
        bad = state == ALARM
        value = (beyond if bad else within)(self.alarm.condition)
        at = long_ago(self.alarm) if bad else time.time()
        self.scene.put_metric(self.metric, [value], at)
        yield f"{self.metric.name} of {value:g} is published into {self.metric.namespace}"
        yield self.scene.judge(self.alarm, state, f"{self.metric.name} was {value:g}")


@dataclass
class CountedPlay:
    """Rows in the database, counted by the stack's own function and published."""

    scene: Scene
    alarm: Alarm
    metric: Metric

    def until(self, state: str) -> Iterator[str]:
        """Put in as many rows as it takes, or take them out; then count."""
        rows, number = ROWS[self.metric.name], int(beyond(self.alarm.condition)) + 1
        bad = state == ALARM
        self.scene.database.sql((rows.more if bad else rows.fewer) % number, database=DATABASE)
        yield f"{number} {rows.words}" if bad else f"{number} of them are over"
        began = self.scene.run(publisher.KEY)
        for metric in self._published():
            value = self.scene.metric(metric, began)
            if value is None:
                raise ToolError(f"{metric.name} was counted, and is not in CloudWatch")
            yield f"CloudWatch holds {metric.name} = {value:g} in {metric.namespace}, as counted"
        yield self.scene.judge(self.alarm, state, f"{self.metric.name} was {self._value(began):g}")

    def _published(self) -> list[Metric]:
        namespace = self.scene.monitoring.namespace
        counted = sorted(self.scene.counted.items())
        return [Metric(namespace, name, dict(metric.dimensions), metric.unit) for name, metric in counted]

    def _value(self, since: float) -> float:
        """What was counted; a count that does not bring the alarm where it is to go is no play."""
        return self.scene.metric(self.metric, since) or 0.0


@dataclass
class QueuePlay:
    """A notice that lies among dead letters: the depth is really so, the state is set."""

    scene: Scene
    alarm: Alarm
    queue: Queue

    def until(self, state: str) -> Iterator[str]:
        """Put a notice there, or take it out."""
        sqs = self.scene.aws("sqs")
        url = sqs.get_queue_url(QueueName=self.queue.name)["QueueUrl"]
        if state == ALARM:
            sqs.send_message(QueueUrl=url, MessageBody="a notice that nobody could deliver")
        else:
            sqs.purge_queue(QueueUrl=url)
        depth = self.scene.depth(url)
        yield f"{self.queue.name} holds {depth}"
        if breaches(self.alarm.condition, depth) != (state == ALARM):
            raise ToolError(
                f"{self.queue.name} holds {depth}, which does not bring {self.alarm.name} to {state}"
            )
        set_state(self.scene.aws, self.alarm, state, f"the queue held {depth}")
        yield f"{self.alarm.name} is {state}: set by SetAlarmState, for no queue's depth is published here"


@dataclass
class StatePlay:
    """Where nothing else will do: the state alone."""

    scene: Scene
    alarm: Alarm

    def until(self, state: str) -> Iterator[str]:
        """Set it."""
        set_state(self.scene.aws, self.alarm, state, "an incident is played")
        yield f"{self.alarm.name} is {state}: set by SetAlarmState"


def plays(scene: Scene) -> list[Play]:
    """One for each route that alarms act on, as true to life as its alarms allow; and what is counted."""
    found = []
    for route in (Route.CRITICAL, Route.WARNING, Route.INFO, Route.DELIVERY):
        alarms = [alarm for alarm in scene.monitoring.alarms if alarm.route is route]
        ranked = [play for alarm in alarms for play in _candidates(scene, alarm)]
        if ranked:
            found.append(min(ranked, key=lambda play: _ORDER.index(type(play))))
    counted = [play for alarm in scene.monitoring.alarms for play in _candidates(scene, alarm)]
    return found + [play for play in counted if isinstance(play, CountedPlay) and play not in found]


_ORDER: list[type] = [LogPlay, QueuePlay, CountedPlay, MetricPlay, StatePlay]


def _candidates(scene: Scene, alarm: Alarm) -> Iterator[Play]:
    yield StatePlay(scene, alarm)
    if not isinstance(alarm.signal, Stat):
        return
    metric = alarm.signal.metric
    makers = [one for one in scene.monitoring.filters if one.metric == metric]
    if any(one.group == GROUP for one in makers):
        yield LogPlay(scene, alarm, makers[0])
    elif metric.name in scene.counted:
        if metric.name in ROWS:
            yield CountedPlay(scene, alarm, metric)
    elif metric.namespace == scene.monitoring.namespace and not makers and metric.name != publisher.HEARTBEAT:
        yield MetricPlay(scene, alarm, metric)
    named = metric.dimensions.get("QueueName")
    for queue in scene.monitoring.queues:
        if queue.name == named and queue.serves and not queue.dead_letters:
            yield QueuePlay(scene, alarm, queue)


def _found(one: MetricFilter, lines: list[str]) -> bool:
    (result,) = published([one], lines)
    return any(value != one.default for value in result.values)


def _compared(alarm: Alarm, one: MetricFilter, events: list[str]) -> str:
    """The alarm's own comparison, in words."""
    (result,) = published([one], events)
    name = alarm.signal.statistic if isinstance(alarm.signal, Stat) else ""
    value = statistic(name, result.values)
    return f"{name} of {one.metric.name} was {value:g}" if value is not None else "an incident is played"


def _counted(values: tuple[float, ...]) -> str:
    """Values in a few words: `16 x 1`."""
    kinds = sorted(set(values))
    if len(kinds) == 1:
        return f"{len(values)} x {kinds[0]:g}"
    return f"{len(values)} values from {kinds[0]:g} to {kinds[-1]:g}"
