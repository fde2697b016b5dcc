"""The topic that mails the digest: whether anybody would get a mail, and the mail itself."""

from __future__ import annotations

from typing import Any

from log import log
from settings import DigestError
from text import Mail


def require_readers(sns: Any, topic_arn: str) -> None:
    """Make sure that somebody gets the mail: SNS takes one for a topic without readers, and drops it.

    Raises
    ------
    DigestError
        No subscription is confirmed.
    """
    attributes = sns.get_topic_attributes(TopicArn=topic_arn)["Attributes"]
    if int(attributes.get("SubscriptionsConfirmed", 0)) > 0:
        return
    pending = int(attributes.get("SubscriptionsPending", 0))
    log.error("nobody_subscribed", topic=topic_arn, pending=pending)
    raise DigestError(
        f"nobody would get the mail: of the subscriptions of {topic_arn} none is confirmed, and {pending}"
        " wait for a click on the link that SNS sent; all notices stay in the queue"
    )


def publish(sns: Any, topic_arn: str, letter: Mail) -> None:
    """Hand a mail over to SNS, and log what had no room in it."""
    sns.publish(TopicArn=topic_arn, Subject=letter.subject, Message=letter.body)
    if letter.alarms_cut or letter.plains_cut:
        log.warning("mail_cut", alarms=letter.alarms_cut, others=letter.plains_cut)
