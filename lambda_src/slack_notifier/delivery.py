"""Notices to Slack: the grave ones first, several to a message; and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from message import encode, fits
from notice import Notice
from options import SEVERITIES, Options
from secret import Secret, SecretError
from sender import Outcome, Sender
from shared.logs import Log


@dataclass(frozen=True, eq=False)
class Queued:
    """A notice, and the records of the queue that brought it: more than one if it came twice."""

    notice: Notice
    items: tuple[str, ...]
    fingerprint: object = None

    @property
    def named(self) -> dict[str, str]:
        """What a log line says of it."""
        return {"items": " ".join(self.items), "title": self.notice.title[:200]}


def in_order(queued: Iterable[Queued]) -> list[Queued]:
    """P1 first, then as they happened."""
    return sorted(queued, key=lambda one: (SEVERITIES.index(one.notice.severity), one.notice.at or 0.0))


def groups(queued: Sequence[Queued], options: Options) -> Iterator[list[Queued]]:
    """Neighbours that fit into one message."""
    group: list[Queued] = []
    for one in queued:
        if group and not fits([each.notice for each in (*group, one)], options):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


@dataclass(kw_only=True)
class Delivery:
    """Delivers one batch; nothing is begun that cannot end before `deadline` on the sender's clock."""

    options: Options
    secret: Secret
    sender: Sender
    log: Log
    deadline: float
    refetched: bool = False
    stopped: Outcome | None = None

    def run(self, queued: Iterable[Queued]) -> Iterator[tuple[Queued, Outcome]]:
        """Deliver what can be, and tell of every notice what became of it."""
        for group in groups(in_order(queued), self.options):
            yield from self._deliver(group)

    def _deliver(self, group: list[Queued]) -> Iterator[tuple[Queued, Outcome]]:
        outcome = self.stopped or self._outcome(group)
        if outcome is Outcome.BAD_MESSAGE and len(group) > 1:
            self.log.warning("message_split", notices=len(group))
            for one in group:
                yield from self._deliver([one])
        else:
            for one in group:
                self._tell(one, outcome)
                yield one, outcome

    def _outcome(self, group: list[Queued]) -> Outcome:
        try:
            return self._send(encode([one.notice for one in group], self.options))
        except SecretError as error:
            self.log.error("secret_unusable", reason=str(error))
            self.stopped = Outcome.LATER
        except Exception as error:  # a defect of ours must not lose what the queue still has
            self.log.error("delivery_defect", error=type(error).__name__)
        return Outcome.LATER

    def _send(self, body: bytes) -> Outcome:
        url = self.secret.url(self._left())
        outcome = self.sender.send(url, body, self.deadline)
        if outcome is Outcome.DEAD_WEBHOOK and not self.refetched:
            self.refetched = True
            renewed = self.secret.fetched(self._left())
            if renewed != url:
                self.log.info("secret_rotated")
                outcome = self.sender.send(renewed, body, self.deadline)
        if outcome is Outcome.DEAD_WEBHOOK:
            self.stopped = outcome
        return outcome

    def _left(self) -> float:
        return max(self.deadline - self.sender.clock.now(), 0.0)

    def _tell(self, one: Queued, outcome: Outcome) -> None:
        if outcome is Outcome.ACCEPTED:
            self.log.info("notice_posted", **one.named)
        elif outcome is Outcome.LATER:
            self.log.warning("notice_returned", **one.named)
        else:
            self.log.error("notice_refused", **one.named)
