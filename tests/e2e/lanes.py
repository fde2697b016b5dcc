"""A Slack channel on which tests make things go wrong: what they do to it, and what became of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ops.local.notices import notices
from ops.local.slack import Behaviour, Message
from tests.e2e.deployed import Deployed


@dataclass
class Lane:
    """One channel; two of them do not touch each other, so their faults may last at the same time.

    Attributes
    ----------
    scripts
        What Slack does to messages that tell of an alarm, by its key: these in turn, and the last one from
        then on. Any other message is taken.
    keys
        The alarms of its route.
    """

    deployed: Deployed
    channel: str
    scripts: dict[str, list[Behaviour]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        route = self.channel.removeprefix("slack-")
        self.keys = [key for key, alarm in self.deployed.alarms.items() if alarm.route.value == route]
        self.route, self.dead_letters = route, f"{self.channel}-dead"
        self._in_alarm: set[str] = set()
        self._logged = len(self.deployed.logged(self.channel))

    def decide(self, message: Message) -> Behaviour | None:
        """What Slack does to a message."""
        for key in self.told(message):
            if script := self.scripts.get(key):
                return script.pop(0) if len(script) > 1 else script[0]
        return None

    def notify(self, key: str, reason: str = "set by a test") -> None:
        """Have an alarm change its state."""
        self._in_alarm ^= {key}
        self.deployed.set_state(key, "ALARM" if key in self._in_alarm else "OK", reason)

    def told(self, message: Message) -> list[str]:
        """The keys of the alarms that a message tells of."""
        return [self._key(notice.title.split()[-1]) for notice in notices(message)]

    def asked(self, key: str) -> list[float]:
        """When Slack was asked to take what tells of an alarm."""
        asked = list(self.deployed.stand_ins.slack.asked)
        return [one.at for one in asked if one.channel == self.channel and key in self.told(one.message)]

    def taken(self) -> Counter[str]:
        """How often Slack took what tells of each alarm."""
        return Counter(key for post in self.deployed.posts(self.channel) for key in self.told(post.message))

    def came_back(self) -> Counter[str]:
        """How often the function gave back what tells of each alarm."""
        lines = [*self.lines("notice_returned"), *self.lines("notice_refused")]
        return Counter(self._key(line["title"]) for line in lines)

    def lines(self, message: str) -> list[dict[str, Any]]:
        """The lines of a kind that the function logged since the lane was made."""
        logged = self.deployed.logged(self.channel)[self._logged :]
        return [line for line in logged if line["message"] == message]

    def said(self) -> str:
        """All that is in the function's log."""
        groups = self.deployed.monitoring.log_groups
        group = next(one.name for one in groups if one.key == f"delivery/{self.channel}")
        pages = self.deployed.aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def dead(self, letters: int) -> list[str]:
        """Wait for so many dead letters; takes them, or as many as there are when the time is over."""
        with patience():
            self.deployed.until(lambda: self.deployed.depth(self.dead_letters).total >= letters)
        return self.deployed.take(self.dead_letters)

    def of(self, letter: str) -> str:
        """The key of the alarm that a message of a queue tells of."""
        return self._key(json.loads(json.loads(letter)["Message"])["AlarmName"])

    def send_again(self, letters: Sequence[str]) -> None:
        """Put dead letters back into the queue, as a redrive does, and wait until it is empty."""
        for letter in letters:
            self.deployed.send(self.channel, letter)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing waits any more."""
        with patience():
            self.deployed.until(lambda: not self.deployed.depth(self.channel).total)

    def _key(self, name: str) -> str:
        return name.removeprefix(f"{self.deployed.monitoring.prefix}-")


@contextmanager
def patience() -> Iterator[None]:
    """Go on when something does not come in time: what is missing shows in what is found then."""
    try:
        yield
    except AssertionError as error:
        print(error)
