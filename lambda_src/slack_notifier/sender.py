"""One message to Slack: paced, tried again while that makes sense, and judged.

Source: Slack, "Sending messages using incoming webhooks" (an accepted message is answered with 200 and
`ok`; 400, 403, 404 and 410 are for good) and "Rate limits" (one message a second, 429, Retry-After).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from shared.client import Answer
from shared.fields import number, parse_json
from shared.logs import Log

Post = Callable[[str, bytes, float], Answer]  # to an address, a body, within some seconds
ATTEMPT_SECONDS = 5.0
MOST_FAULTS = 5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 8.0
SHORTEST_ATTEMPT_SECONDS = 0.3
_BAD_MESSAGE, _TRY_AGAIN = {400, 413, 422}, {408, 425, 429}
_SERVER_FAULT, _OK, _TOO_MANY = 500, 200, 429


class Outcome(Enum):
    """What became of a message."""

    ACCEPTED = auto()
    LATER = auto()
    BAD_MESSAGE = auto()
    DEAD_WEBHOOK = auto()
    RETRY = auto()


@dataclass(frozen=True)
class Clock:
    """The time, and waiting; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform


def judge(answer: Answer) -> Outcome:
    """What an answer means. A 200 that does not say `ok` is no proof that Slack has the message."""
    if answer.status == _OK and answer.body == "ok":
        return Outcome.ACCEPTED
    if answer.status in _BAD_MESSAGE:
        return Outcome.BAD_MESSAGE
    if answer.status <= _OK or answer.status >= _SERVER_FAULT or answer.status in _TRY_AGAIN:
        return Outcome.RETRY
    return Outcome.DEAD_WEBHOOK


class Sender:
    """Posts to one webhook at a time, with some seconds at least between two messages."""

    def __init__(self, post: Post, interval_seconds: float, clock: Clock, log: Log) -> None:
        self._post, self._interval, self.clock, self._log = post, interval_seconds, clock, log
        self._next_at = 0.0

    def start(self) -> None:
        """Begin an invocation: a long pause that Slack asked for in an earlier one is over.

        A frozen function's clock may stand still, so such a pause could otherwise last for ever.
        """
        self._next_at = min(self._next_at, self.clock.now() + self._interval)

    def send(self, url: str, body: bytes, deadline: float) -> Outcome:
        """Post until it is accepted, refused, or the time is up; never `RETRY`."""
        faults, pause = 0, 0.0
        while faults < MOST_FAULTS and self._wait(pause, deadline):
            answer = self._post(url, body, min(ATTEMPT_SECONDS, deadline - self.clock.now()))
            self._next_at = self.clock.now() + self._interval
            outcome = judge(answer)
            if outcome is not Outcome.RETRY:
                self._tell(outcome, answer)
                return outcome
            faults += answer.status != _TOO_MANY
            pause = self._pause(answer, faults)
            if answer.status == _TOO_MANY:
                # Not the whole interval again: two copies refused at once would stay in step.
                self._next_at = self.clock.now() + pause
            self._tell(outcome, answer, pause_seconds=round(pause, 3))
        return Outcome.LATER

    def _wait(self, pause: float, deadline: float) -> bool:
        """Wait for the pause and for the webhook's turn; false, at once, where the time is too short."""
        seconds = max(pause, self._next_at - self.clock.now(), 0)
        if self.clock.now() + seconds + SHORTEST_ATTEMPT_SECONDS > deadline:
            return False
        if seconds:
            self.clock.sleep(seconds)
        return True

    def _pause(self, answer: Answer, faults: int) -> float:
        """As long as Slack asks for, else longer with each fault."""
        asked = number(parse_json(answer.retry_after)) or 0
        most = min(FIRST_PAUSE_SECONDS * 2**faults, LONGEST_PAUSE_SECONDS)
        return asked if asked > 0 else self.clock.jitter(most / 2, most)

    def _tell(self, outcome: Outcome, answer: Answer, **fields: object) -> None:
        if outcome is Outcome.ACCEPTED:
            return
        told = self._log.warning if outcome is Outcome.RETRY else self._log.error
        told(
            f"slack_{outcome.name.lower()}",
            status=answer.status,
            fault=answer.fault,
            answer=answer.body[:200],
            **fields,
        )
