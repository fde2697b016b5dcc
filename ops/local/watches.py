"""What reached a person, by channel: gathered from the stand-ins, the taps and the digest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from modules.spec.alarms import Alarm, Route
from modules.spec.routing import Topic
from modules.spec.system import Monitoring
from ops.local import control
from ops.local.alarms import ALARM
from ops.local.aws import Aws
from ops.local.notices import Notice, notices
from ops.local.pagerduty import Event
from ops.local.slack import Post
from ops.local.taps import Mail, Taps

_PAUSE_SECONDS = 0.05


class Channel(StrEnum):
    """How a person hears of something."""

    PAGERDUTY = "PagerDuty"
    SLACK = "Slack"
    EMAIL = "e-mail"
    DIGEST = "digest"


@dataclass(frozen=True)
class Arrival:
    """Something that arrived: where, when in seconds since 1970, and what."""

    channel: Channel
    route: str
    at: float
    what: Notice | Event | Mail


def channels(topic: Topic) -> frozenset[Channel]:
    """The channels that a route has."""
    has = {
        Channel.PAGERDUTY: topic.pagerduty,
        Channel.SLACK: f"slack-{topic.key}" in topic.queues,
        Channel.EMAIL: bool(topic.emails),
        Channel.DIGEST: Route.DIGEST.value in topic.queues,
    }
    return frozenset(channel for channel, there in has.items() if there)


def until(wanted: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition, at most for some seconds; return whether it came true."""
    deadline = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


class Watch:
    """Looks at all channels at once."""

    def __init__(self, aws: Aws, monitoring: Monitoring, control_url: str) -> None:
        self._taps, self._control_url = Taps(aws, monitoring), control_url
        self._routes = {topic.name: topic.key for topic in monitoring.topics}
        self._mails: list[Mail] = []

    def forget(self) -> None:
        """Begin anew."""
        control.reset(self._control_url)
        self._taps.read()
        self._mails.clear()

    def arrivals(self, alarm: Alarm, state: str, since: float) -> list[Arrival]:
        """All that tells of an alarm's state, on whatever route it came."""
        self._mails += self._taps.read()
        received = control.received(self._control_url)
        found = [
            *self._paged(received.pagerduty, alarm, state),
            *_posted(received.slack, alarm, state),
            *_mailed(self._mails, alarm, state),
        ]
        return [one for one in found if one.at >= since]

    def _paged(self, events: list[Event], alarm: Alarm, state: str) -> Iterator[Arrival]:
        action = "trigger" if state == ALARM else "resolve"
        for event in events:
            if event.action == action and event.details.get("AlarmName") == alarm.name:
                yield Arrival(Channel.PAGERDUTY, self._routes.get(event.topic, event.topic), event.at, event)


def _posted(posts: list[Post], alarm: Alarm, state: str) -> Iterator[Arrival]:
    for post in posts:
        for notice in notices(post.message):
            if notice.tells_of(alarm.name) and notice.state == state:
                yield Arrival(Channel.SLACK, post.channel.removeprefix("slack-"), post.at, notice)


def _mailed(mails: list[Mail], alarm: Alarm, state: str) -> Iterator[Arrival]:
    """Mails of the alarm itself, and digests: each tells of all that came since the one before."""
    for mail in mails:
        if mail.route == Route.DIGEST.value:
            if f" {state} since " in _part(mail.body, f"{alarm.name} ("):
                yield Arrival(Channel.DIGEST, alarm.route.value, mail.at, mail)
        elif (mail.alarm.get("AlarmName"), mail.alarm.get("NewStateValue")) == (alarm.name, state):
            yield Arrival(Channel.EMAIL, mail.route, mail.at, mail)


def _part(digest: str, start: str) -> str:
    """What a digest says of one alarm: from its name to the next empty line."""
    return digest.partition(start)[2].partition("\n\n")[0]
