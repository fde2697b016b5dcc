"""`ops local incident`: something of each kind breaks, and everybody hears of it; then all is mended."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from modules.spec.alarms import Alarm, Route
from modules.spec.system import Monitoring
from ops.local.alarms import ALARM, OK, calm, states
from ops.local.aws import Aws
from ops.local.deployments import plan
from ops.local.outcomes import Outcome, table
from ops.local.plays import Play, plays
from ops.local.postgres import Postgres
from ops.local.scenes import STAYS_SECONDS, Scene
from ops.local.screens import Screen
from ops.local.shows import show
from ops.local.states import Home
from ops.local.watches import Channel, Watch, channels, until

LONGEST_DELIVERY_SECONDS = 30


def incident(root: Path, environ: Mapping[str, str], screen: Screen) -> bool:
    """Play it; tells whether every notification arrived where it was to, and nowhere else.

    Raises
    ------
    MonitoringError
        Nothing is deployed, or something else than configured.
    """
    home = Home(root)
    state = home.running()
    settings, monitoring = plan(root, environ)
    aws = Aws(state.emulator_url)
    _same(monitoring, aws)
    watch = Watch(aws, monitoring, state.control_url)
    with home.working(state), screen.scene("incident"):
        database = Postgres.running(Path(state.folders[0]), state.database_port)
        counted = settings.business_metrics.metrics
        scene = Scene(aws, monitoring, settings.backend.log, database, counted)
        outcomes = _Incident(scene, watch, screen).run()
    screen.say()
    screen.console.print(table(outcomes))
    good = all(one.good for one in outcomes)
    screen.say(
        "Every notification arrived." if good else "NOT EVERY NOTIFICATION ARRIVED AS IT SHOULD.", "bold"
    )
    return good


def _same(monitoring: Monitoring, aws: Aws) -> None:
    missing = {alarm.name for alarm in monitoring.alarms} - states(aws).keys()
    if missing:
        raise ToolError(
            f"not deployed: {', '.join(sorted(missing))}; the configuration has changed since "
            "`python -m ops local up`: run it again"
        )


@dataclass(frozen=True)
class _Told:
    """A state of a play's alarm, and since when."""

    play: Play
    state: str
    since: float


class _Incident:
    """All plays, one after the other, and then their recoveries."""

    def __init__(self, scene: Scene, watch: Watch, screen: Screen) -> None:
        self._scene, self._watch, self._screen = scene, watch, screen
        self._topics = {topic.route: topic for topic in scene.monitoring.topics}

    def run(self) -> list[Outcome]:
        """Play; what became of every notification, by route."""
        quiet = calm(self._scene.aws, "nothing has happened yet")
        self._screen.say(f"{quiet} alarms had no data yet: they are OK now, as after a quiet hour.")
        self._watch.forget()
        broken = [self._broken(play) for play in plays(self._scene)]
        mended = [self._mended(one) for one in broken]
        return [self._outcome(one) for pair in zip(broken, mended, strict=True) for one in pair]

    def _broken(self, play: Play) -> _Told:
        self._screen.title(f"{play.alarm.route.value.upper()}: {play.alarm.summary}")
        return self._told(_Told(play, ALARM, time.time()), play.until(ALARM))

    def _mended(self, broken: _Told) -> _Told:
        play = broken.play
        self._screen.title(f"{play.alarm.route.value.upper()}: it recovers")
        time.sleep(max(broken.since + STAYS_SECONDS + 1 - time.time(), 0))
        return self._told(_Told(play, OK, time.time()), play.until(OK))

    def _told(self, one: _Told, steps: Iterator[str]) -> _Told:
        for step in steps:
            self._screen.say(f"  {step}")
        if Channel.DIGEST in self._channels(one.play.alarm):
            digest(self._scene, self._screen)
        self._show(one)
        return one

    def _show(self, one: _Told) -> None:
        """Show what arrives, as it does, until every channel of the route has it."""
        wanted, seen = self._channels(one.play.alarm), set[Channel]()

        def complete() -> bool:
            for arrival in self._watch.arrivals(one.play.alarm, one.state, one.since):
                if arrival.channel not in seen:
                    seen.add(arrival.channel)
                    show(self._screen, arrival, one.since)
            return wanted <= seen

        if not until(complete, LONGEST_DELIVERY_SECONDS):
            missing = ", ".join(sorted(wanted - seen))
            self._screen.say(f"  not within {LONGEST_DELIVERY_SECONDS} s: {missing}", "red")

    def _outcome(self, one: _Told) -> Outcome:
        alarm = one.play.alarm
        arrivals = tuple(self._watch.arrivals(alarm, one.state, one.since))
        return Outcome(alarm.key, alarm.route.value, one.state, one.since, self._channels(alarm), arrivals)

    def _channels(self, alarm: Alarm) -> frozenset[Channel]:
        return channels(self._topics[alarm.route])


def digest(scene: Scene, screen: Screen) -> None:
    """Run the digest's function, as its schedule does once a day, when the notice is in its queue."""
    queue = next(one for one in scene.monitoring.queues if one.key == Route.DIGEST.value)
    url = scene.aws("sqs").get_queue_url(QueueName=queue.name)["QueueUrl"]
    until(lambda: scene.depth(url) > 0, LONGEST_DELIVERY_SECONDS)
    screen.say(
        f"  {queue.name} holds {scene.depth(url)}: the schedule's hour is here, so the digest's function runs"
    )
    began = scene.run(Route.DIGEST.value)
    function = next(one for one in scene.monitoring.functions if one.key == Route.DIGEST.value)
    for line in _logged(scene, function.group, began):
        screen.say(f"  logged: {line['name']} {line['old_state']} → {line['new_state']}")


def _logged(scene: Scene, group: str, since: float) -> Iterator[dict[str, Any]]:
    """The notices in a function's log."""
    name = next(one.name for one in scene.monitoring.log_groups if one.key == group)
    pages = (
        scene.aws("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=name, startTime=int(since * 1000))
    )
    for event in (event for page in pages for event in page["events"]):
        if event["message"].startswith("{") and (line := json.loads(event["message"]))["message"] == "notice":
            yield line
