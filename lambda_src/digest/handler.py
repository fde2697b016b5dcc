"""The daily digest: all info notices of the queue, by alarm, in one mail.

Environment: QUEUE_URL, TOPIC_ARN (its e-mail subscribers get the digest; the queue must not be one of
them), ENVIRONMENT, TIME_ZONE, ALL_CLEAR (`mail` or `none`: what a day without notices brings), MAIL (`yes`,
or `no` if the digest is to have no reader: then notices are logged, and nothing is mailed).

Nothing leaves the queue before SNS took the mail. A mail whose acceptance is in doubt is sent again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from groups import group
from inbox import READ_SECONDS, Inbox
from log import log, pieces
from mailing import publish, require_readers
from notices import Notice, Plain, parse
from settings import DigestError, Settings
from shared import aws
from text import Digest, Mail, all_clear, mail


def handler(event: object, context: Any) -> dict[str, object]:  # noqa: ARG001  (Lambda gives the event; all is in the queue)
    """Entry for EventBridge Scheduler.

    Returns
    -------
    dict
        How many messages were taken, how many of them could not be deleted, and what was mailed.

    Raises
    ------
    Exception
        Whatever kept the mail from going out, so that the retry and the dead-letter queue get the run.
    """
    settings = Settings.read(os.environ)
    sqs, sns = (aws.client(name, read_seconds=READ_SECONDS) for name in ("sqs", "sns"))
    result = run(settings, sqs, sns, context.get_remaining_time_in_millis)
    log.info("digest_done", result=result)
    return result


def run(settings: Settings, sqs: Any, sns: Any, remaining_ms: Callable[[], int]) -> dict[str, object]:
    """Collect, log, mail, and only then delete; on any fault before that all goes back to the queue.

    Whether there are readers is asked before anything is taken: notices that wait for the first reader
    lose none of their tries.
    """
    if settings.mails:
        require_readers(sns, settings.topic_arn)
    inbox = Inbox(sqs, settings.queue_url, remaining_ms)
    try:
        inbox.collect()
        if not inbox.messages:
            return _quiet(settings, inbox, sns)
        notices = _distinct(inbox)
        for notice in notices:
            _log(notice)
        if settings.mails:
            publish(sns, settings.topic_arn, _mail(settings, notices, more_wait=inbox.more_wait))
    except BaseException:
        inbox.release()
        raise
    left = inbox.delete()
    if left:
        log.error("messages_come_again", count=left)
    mailed = "digest" if settings.mails else "nothing"
    return _result(mailed, taken=len(inbox.messages), left=left, more_wait=inbox.more_wait)


def _quiet(settings: Settings, inbox: Inbox, sns: Any) -> dict[str, object]:
    """Say all clear, if that is wished and true: a run that broke off may hide what it took."""
    unseen = inbox.unseen()
    if unseen:
        raise DigestError(
            f"nothing could be taken from the queue, but it holds about {unseen} messages:"
            " a run that broke off hides them for a while, or this function's timeout is below a minute"
        )
    if settings.mails_all_clear:
        publish(sns, settings.topic_arn, all_clear(settings.environment, datetime.now(UTC), settings.zone))
    return _result("all clear" if settings.mails_all_clear else "nothing", taken=0, left=0, more_wait=False)


def _distinct(inbox: Inbox) -> list[Notice | Plain]:
    """Each notice once, however often SNS and SQS delivered it."""
    parsed = [parse(message) for message in inbox.messages]
    return list({one.id: one for one in parsed}.values())


def _mail(settings: Settings, notices: list[Notice | Plain], *, more_wait: bool) -> Mail:
    now = datetime.now(UTC)
    digest = Digest(
        environment=settings.environment,
        groups=group((one for one in notices if isinstance(one, Notice)), now),
        plains=[one for one in notices if isinstance(one, Plain)],
        more_wait=more_wait,
        now=now,
        zone=settings.zone,
        zone_name=settings.zone_name,
    )
    return mail(digest)


def _log(notice: Notice | Plain) -> None:
    if isinstance(notice, Plain):
        for part, text in enumerate(pieces(notice.text), start=1):
            log.info("other_notice", id=notice.id, part=part, text=text)
        return
    names = ("id", "alarm", "name", "region", "old_state", "new_state", "reason")
    log.info("notice", at=notice.at.isoformat(), **{name: getattr(notice, name) for name in names})


def _result(mailed: str, *, taken: int, left: int, more_wait: bool) -> dict[str, object]:
    return {"mailed": mailed, "taken": taken, "not_deleted": left, "more_wait": more_wait}
