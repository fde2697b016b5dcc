"""An event of the queue, delivered and accounted for record by record."""

from __future__ import annotations

from collections import deque
from hashlib import sha256
from typing import Any

import secret
from delivery import Delivery, Queued
from events import read
from links import place_of
from notice import Notice, plain
from options import Options
from sender import Clock, Outcome, Post, Sender
from shared import client
from shared.fields import Fields, parse_json
from shared.logs import Log

# What is left for the answer after the last attempt; and the time without a word from Lambda.
RESERVE_SECONDS, DEFAULT_SECONDS = 1.5, 20.0
MOST_REMEMBERED = 2000

Failures = dict[str, list[dict[str, str]]]


class NotDeliveredError(Exception):
    """An event that is no batch, so that no part of it can be reported, was not delivered."""


class Notifier:
    """What outlives one invocation: the secret, the pace, and which notifications Slack already has.

    Secrets Manager, HTTP and time are parameters for the tests, which bring their own.
    """

    def __init__(
        self,
        options: Options,
        *,
        get: secret.Fetch = secret.fetch,
        post: Post = client.post,
        clock: Clock | None = None,
    ) -> None:
        self._options, self._clock = options, clock or Clock()
        self._log = Log(environment=options.environment)
        self._secret = secret.Secret(options, get, self._clock.now, self._log)
        self._sender = Sender(post, options.message_interval_seconds, self._clock, self._log)
        self._delivered: deque[object] = deque(maxlen=MOST_REMEMBERED)
        for mistake in options.mistakes:
            self._log.error("option_mistake", reason=mistake)

    def run(self, event: object, context: object) -> Failures:
        """Deliver an event; the answer names the records that are to go back to the queue.

        A record without an id is named by an empty one, which brings the whole batch back.

        Raises
        ------
        NotDeliveredError
            The event is no batch and could not be delivered.
        """
        deadline = self._clock.now() + _remaining_seconds(context) - RESERVE_SECONDS
        records = Fields(event).raw.get("Records")
        batch = records if isinstance(records, list) else [{"body": event}] if event else []
        failed = self._deliver(self._queued(batch), deadline)
        if failed and batch is not records:
            raise NotDeliveredError("the event was not delivered: see the lines before this one")
        items = dict.fromkeys(item for one in failed for item in one.items)
        return {"batchItemFailures": [{"itemIdentifier": item} for item in items]}

    def _queued(self, batch: list[Any]) -> list[Queued]:
        """The notices of a batch; a notification that is there twice is one notice of two records."""
        alike: dict[object, list[Any]] = {}
        for record in batch:
            alike.setdefault(fingerprint(record), []).append(record)
        return [
            Queued(self._read(records[0]), tuple(Fields(one).text("messageId") for one in records), mark)
            for mark, records in alike.items()
        ]

    def _read(self, record: Any) -> Notice:
        body = Fields(record).raw.get("body", record)
        try:
            return read(body, self._options).redacted
        except Exception as error:  # a defect of ours: the notice arrives, if not as pretty
            self._log.error("unreadable_record", error=type(error).__name__)
            place = place_of("", self._options.region)
            return plain(body, severity=self._options.severity, place=place).redacted

    def _deliver(self, queued: list[Queued], deadline: float) -> list[Queued]:
        """Those that Slack does not have."""
        skipped = [one for one in queued if not one.notice.wanted or one.fingerprint in self._delivered]
        for one in skipped:
            self._log.info("notice_skipped", **one.named)
        self._sender.start()
        delivery = Delivery(
            options=self._options, secret=self._secret, sender=self._sender, log=self._log, deadline=deadline
        )
        fates = dict(delivery.run(one for one in queued if one not in skipped))
        posted = [one for one in fates if fates[one] is Outcome.ACCEPTED]
        failed = [one for one in fates if one not in posted]
        self._delivered += (one.fingerprint for one in posted)
        counts = {"posted": len(posted), "skipped": len(skipped), "failed": len(failed)}
        refused = sum(fates[one] is not Outcome.LATER for one in failed)
        self._log.info("batch_done", **counts, refused=refused)
        return failed


def fingerprint(record: object) -> object:
    """What tells a notification that came twice, as topic and queue deliver at least once.

    Of anything but a notification a mark that equals no other.
    """
    body = Fields(record).raw.get("body")
    if isinstance(body, str) and Fields(parse_json(body)).text("MessageId"):
        return sha256(body.encode("utf-8", "replace")).digest()
    return object()


def _remaining_seconds(context: object) -> float:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return float(left()) / 1000 if callable(left) else DEFAULT_SECONDS
