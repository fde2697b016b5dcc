"""Queues and who may send to them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from constructs import Construct

from modules.constructs._bindings import aws
from modules.naming import construct_id, reference
from modules.render import policies
from modules.spec.alarms import Route
from modules.spec.queues import Queue
from modules.spec.system import Place


def queue_reference(key: str, attribute: str = "arn") -> str:
    """A reference to a queue."""
    return reference("aws_sqs_queue", construct_id("queue", key), attribute)


def redrive(key: str, **more: int) -> str:
    """The JSON that names the queue for dead letters."""
    return json.dumps({"deadLetterTargetArn": queue_reference(key), **more}, separators=(",", ":"))


def add_queue(
    scope: Construct, queue: Queue, place: Place, *, topics: Mapping[Route, str], key_arn: str
) -> None:
    """A queue, encrypted, with its policy; `topics` are the names of the topics."""
    aws("sqs_queue", "SqsQueue")(
        scope,
        construct_id("queue", queue.key),
        name=queue.name,
        message_retention_seconds=queue.retention_seconds,
        visibility_timeout_seconds=queue.visibility_seconds,
        kms_master_key_id=key_arn,
        # In the queue and not beside it: who refers to the queue finds the policy in force.
        policy=policies.queue(place, queue.name, topics[queue.fed_by] if queue.fed_by else None),
        redrive_policy=redrive(queue.dead_letters, maxReceiveCount=queue.most_receives)
        if queue.dead_letters
        else None,
        redrive_allow_policy=_allowed(queue, place),
    )


def _allowed(queue: Queue, place: Place) -> str | None:
    """Which queue may put its dead letters here. As text: the other queue refers to this one already."""
    if queue.serves is None:
        return None
    source = place.arn("sqs", queue.name.removesuffix(queue.key) + queue.serves)
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [source]}, separators=(",", ":"))
