"""Queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.adopt.accounts import Account
from ops.adopt.finds import Find, plain
from ops.adopt.wanted import Wanted

QUEUE = "aws_sqs_queue"
# AWS lists a thousand queues and no more, unless it is told how many make a page.
_PAGE = 1000
_NUMBERS = {
    "message_retention_seconds": "MessageRetentionPeriod",
    "visibility_timeout_seconds": "VisibilityTimeout",
}
_TEXTS = {
    "kms_master_key_id": "KmsMasterKeyId",
    "policy": "Policy",
    "redrive_policy": "RedrivePolicy",
    "redrive_allow_policy": "RedriveAllowPolicy",
}


def queues(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Queues by name."""
    named = wanted.named(QUEUE, "name")
    pages = account.pages(
        "sqs", "list_queues", "QueueUrls", QueueNamePrefix=f"{wanted.prefix}-", MaxResults=_PAGE
    )
    for url in map(str, pages):
        name = url.rpartition("/")[2]
        if name in named:
            yield _queue(account, url, name, named[name].address)


def _queue(account: Account, url: str, name: str, address: str) -> Find:
    read = account.detail("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    values = None if read is None else _values(read.get("Attributes") or {}, name)
    known = {"url": url, "id": url}
    return Find(type=QUEUE, name=name, address=address, import_id=url, values=values, known=known)


def _values(attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    return plain(
        name=name,
        fifo_queue=attributes.get("FifoQueue") == "true" or None,
        **{key: int(attributes[source]) for key, source in _NUMBERS.items() if source in attributes},
        **{key: attributes.get(source) for key, source in _TEXTS.items()},
    )
