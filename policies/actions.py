"""An alarm reaches the people that its severity and role call for, and tells them when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules import facts
from modules.spec.alarms import Role, Route, Severity, route_of
from policies.engine import rule
from policies.findings import Breach, Level
from policies.resources import STATES, Alarm, MetricAlarm, Topic
from policies.stacks import Stack
from policies.values import Unknown, is_known, reference

_CATALOG = "the generator sets it from severity and role; set alarms.<key>.severity in config/ to re-route"


@rule(
    "MON-ACT-001", level=Level.ERROR, why="An alarm without actions changes colour on a page nobody looks at."
)
def alarm_notifies(alarm: Alarm) -> Iterator[Breach]:
    """Every alarm has an action for ALARM and for OK."""
    for state in ("alarm", "ok"):
        if not any(alarm.actions(state)):
            wanted = "the topic of its severity and role"
            yield alarm.finding(found=f"no {state}_actions", wanted=wanted, fix=_CATALOG)


@rule("MON-ACT-002", level=Level.ERROR, why="An alarm on another topic wakes the wrong people, or nobody.")
def alarm_uses_its_topic(alarm: Alarm, stack: Stack) -> Iterator[Breach]:
    """An alarm acts on the topic of this stack that its severity and role call for, and on nothing else."""
    route = called_for(alarm)
    if route is None:
        return
    for state in STATES:
        for action in alarm.actions(state):
            if not _reaches(action, route, stack):
                wanted = f"the topic of this stack with Route={route}"
                yield alarm.finding(found=f"{state}_actions: {action}", wanted=wanted, fix=_CATALOG)


@rule(
    "MON-ACT-003", level=Level.ERROR, why="Switched-off actions silence an alarm while it still looks alive."
)
def alarm_actions_are_on(alarm: Alarm) -> Iterator[Breach]:
    """No alarm has its actions switched off."""
    enabled = alarm.get("actions_enabled")
    if enabled is not None and is_known(enabled) and enabled not in (True, "true"):
        found = f"actions_enabled = {str(enabled).lower()}"
        yield alarm.finding(found=found, wanted="true", fix="remove actions_enabled from the alarm")


@rule("MON-ACT-004", level=Level.ERROR, why="CloudWatch refuses more.")
def alarm_actions_are_few(alarm: Alarm) -> Iterator[Breach]:
    """An alarm has at most five actions for each state."""
    most = facts.limit("alarm_actions_per_state")
    for state in STATES:
        count = len(alarm.actions(state))
        if count > most:
            found = f"{count} {state}_actions"
            yield alarm.finding(found=found, wanted=f"at most {most}", fix="act on one topic")


@rule(
    "MON-ACT-005",
    level=Level.ERROR,
    why="What tells of a broken path must not need that path: nobody would ever hear of it.",
)
def alarm_does_not_use_what_it_watches(alarm: MetricAlarm, stack: Stack) -> Iterator[Breach]:
    """No alarm acts on a topic whose own delivery it watches."""
    watched = [one.resource.address for one in stack.watches.by.get(alarm.address, ())]
    for topic in _topics(alarm, stack) if watched else ():
        passed = sorted(stack.paths.behind[topic.address].intersection(watched))
        if passed:
            found = f"acts on {topic.address}, which needs {', '.join(passed)}"
            fix = "set its role in the catalog: delivery, or page for what the delivery topic needs"
            yield alarm.finding(found=found, wanted="a topic that does without", fix=fix)


def _topics(alarm: Alarm, stack: Stack) -> tuple[Topic, ...]:
    """The topics of this stack that it acts on, each once."""
    found = [stack.paths.topic(action) for state in STATES for action in alarm.actions(state)]
    return tuple({topic.address: topic for topic in found if topic}.values())


def called_for(alarm: Alarm) -> Route | None:
    """The route that severity and role call for; `None` where one of them is not legal or not known."""
    if alarm.severity not in tuple(Severity) or alarm.role not in tuple(Role):
        return None
    return route_of(Severity(alarm.severity), Role(alarm.role))


def _reaches(action: Any, route: Route, stack: Stack) -> bool:
    """Whether an action is a topic of this stack with this route, or may still turn out to be."""
    topic = stack.at(Topic, action, "arn", "id")
    if topic is not None:
        return topic.route == route or isinstance(topic.route, Unknown)
    if isinstance(action, Unknown):
        return True
    # In a plan the topic's own ARN may be unknown while the alarm's action is an ARN already.
    return reference(action) is None and any(_may_be(item, action, route) for item in stack.of(Topic))


def _may_be(topic: Topic, action: Any, route: Route) -> bool:
    unknown = isinstance(topic.get("arn"), Unknown)
    name = topic.text("name")
    return unknown and topic.route == route and name is not None and str(action).endswith(f":{name}")
