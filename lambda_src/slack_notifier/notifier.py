"""An event of the queue, delivered and accounted for record by record."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import client
import secret
from delivery import Account, Delivery, Queued
from events import read
from fields import Fields, parse_json
from log import Log
from notice import Notice, plain, unwrap
from options import Options
from sender import Clock, Post, Sender

# What is left for the answer after the last attempt; and the time without a word from Lambda.
RESERVE_SECONDS, DEFAULT_SECONDS = 1.5, 20.0
MOST_REMEMBERED = 2000

Failures = dict[str, list[dict[str, str]]]


class NotDeliveredError(Exception):
    """An event that is no batch, so that no part of it can be reported, was not delivered."""


class Notifier:
    """What outlives one invocation: the secret, the pace, and which notifications Slack already has.

    Parameters
    ----------
    options
        What the environment says.
    get, post, clock
        Secrets Manager, HTTP and time; tests bring their own.
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
        self._delivered: OrderedDict[str, None] = OrderedDict()
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
        account = self._deliver(self._queued(batch), deadline)
        if account.failed and batch is not records:
            raise NotDeliveredError("the event was not delivered: see the lines before this one")
        failed = dict.fromkeys(item for one in account.failed for item in one.items)
        return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}

    def _queued(self, batch: list[Any]) -> list[Queued]:
        """The notices of a batch; a notification that is there twice is one notice of two records."""
        found: dict[object, Queued] = {}
        for index, record in enumerate(batch):
            mark = fingerprint(record)
            before = found.get(mark or index)
            items = (*(before.items if before else ()), Fields(record).text("messageId"))
            notice = before.notice if before else self._read(record)
            found[mark or index] = Queued(notice, items, mark)
        return list(found.values())

    def _read(self, record: Any) -> Notice:
        body = record["body"] if isinstance(record, Mapping) and "body" in record else record
        try:
            return read(body, self._options)
        except Exception as error:  # a defect of ours: the notice arrives, if not as pretty
            self._log.error("unreadable_record", error=type(error).__name__)
            return plain(body, unwrap("", self._options)[1])

    def _deliver(self, queued: list[Queued], deadline: float) -> Account:
        news = [one for one in queued if one.notice.wanted and one.fingerprint not in self._delivered]
        self._sender.start()
        delivery = Delivery(
            options=self._options, secret=self._secret, sender=self._sender, log=self._log, deadline=deadline
        )
        account = delivery.run(news)
        for one in account.accepted:
            self._remember(one)
        self._tell(account, [one for one in queued if one not in news])
        return account

    def _remember(self, one: Queued) -> None:
        if one.fingerprint:
            self._delivered[one.fingerprint] = None
        if len(self._delivered) > MOST_REMEMBERED:
            self._delivered.popitem(last=False)

    def _tell(self, account: Account, skipped: list[Queued]) -> None:
        for message, ones in (("notice_posted", account.accepted), ("notice_skipped", skipped)):
            for one in ones:
                self._log.info(message, items=" ".join(one.items), title=one.notice.title[:200])
        counts = {"posted": len(account.accepted), "skipped": len(skipped)}
        self._log.info("batch_done", **counts, failed=len(account.failed), refused=account.refused)


def fingerprint(record: object) -> str:
    """What tells a notification that came twice, as topic and queue deliver at least once."""
    body = Fields(record).raw.get("body")
    if not isinstance(body, str) or not Fields(parse_json(body)).text("MessageId"):
        return ""
    return sha256(body.encode("utf-8", "replace")).hexdigest()


def _remaining_seconds(context: object) -> float:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return float(left()) / 1000 if callable(left) else DEFAULT_SECONDS
