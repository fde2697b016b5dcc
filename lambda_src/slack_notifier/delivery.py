"""Notices to Slack: the grave ones first, several to a message, and an account of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from log import Log
from message import encode, fits
from notice import Notice
from options import SEVERITIES, Options
from secret import Secret, SecretError
from sender import Outcome, Sender


@dataclass(frozen=True, eq=False)
class Queued:
    """A notice, and the records of the queue that brought it: more than one if it came twice."""

    notice: Notice
    items: tuple[str, ...]
    fingerprint: str = ""


@dataclass
class Account:
    """What became of each notice; `refused` counts those of the failed that no retry will mend."""

    accepted: list[Queued] = field(default_factory=list)
    failed: list[Queued] = field(default_factory=list)
    refused: int = 0


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


class Delivery:
    """Delivers one batch, and ends in time.

    Parameters
    ----------
    deadline
        On the sender's clock; nothing is begun that cannot end before it.
    """

    def __init__(
        self, *, options: Options, secret: Secret, sender: Sender, log: Log, deadline: float
    ) -> None:
        self._options, self._secret, self._sender = options, secret, sender
        self._log, self._deadline = log, deadline
        self._refetched = False
        self._stopped: Outcome | None = None
        self.account = Account()

    def run(self, queued: Iterable[Queued]) -> Account:
        """Deliver what can be; every notice ends up in the account, accepted or failed."""
        for group in groups(in_order(queued), self._options):
            self._deliver(group)
        return self.account

    def _deliver(self, group: list[Queued]) -> None:
        outcome = self._stopped or self._outcome(group)
        if outcome is Outcome.BAD_MESSAGE and len(group) > 1:
            self._log.warning("message_split", notices=len(group))
            for one in group:
                self._deliver([one])
        elif outcome is Outcome.ACCEPTED:
            self.account.accepted += group
        else:
            self._fail(group, outcome)

    def _outcome(self, group: list[Queued]) -> Outcome:
        try:
            return self._send(encode([one.notice for one in group], self._options))
        except SecretError as error:
            self._log.error("secret_unusable", reason=str(error))
            self._stopped = Outcome.LATER
        except Exception as error:  # a defect of ours must not lose what the queue still has
            self._log.error("delivery_defect", error=type(error).__name__)
        return Outcome.LATER

    def _send(self, body: bytes) -> Outcome:
        url = self._secret.url(self._left())
        outcome = self._sender.send(url, body, self._deadline)
        if outcome is Outcome.DEAD_WEBHOOK and not self._refetched:
            self._refetched = True
            renewed = self._secret.fetched(self._left())
            if renewed != url:
                self._log.info("secret_rotated")
                outcome = self._sender.send(renewed, body, self._deadline)
        if outcome is Outcome.DEAD_WEBHOOK:
            self._stopped = outcome
        return outcome

    def _left(self) -> float:
        return max(self._deadline - self._sender.clock.now(), 0.0)

    def _fail(self, group: list[Queued], outcome: Outcome) -> None:
        final = outcome is not Outcome.LATER
        self.account.failed += group
        self.account.refused += len(group) * final
        told = self._log.error if final else self._log.warning
        for one in group:
            title = one.notice.title[:200]
            told("notice_refused" if final else "notice_returned", items=" ".join(one.items), title=title)
