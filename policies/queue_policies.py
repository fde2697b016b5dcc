"""Who may send to a queue: what sends notices to it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.resources.arns import UNKNOWN, arn_of
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Queue
from modules.resources.documents import statements
from modules.resources.permissions import OF_SERVICE, Call, refusal
from modules.resources.views import Topic
from modules.terraform.values import Unknown, from_json
from policies.engine import rule
from policies.findings import Level

SENDER, SEND, RECEIVE = "sns.amazonaws.com", "sqs:sendmessage", "sqs:receivemessage"
SOURCES = ("aws:sourcearn", "aws:sourceaccount")
_LEAVE = "leave the policy to the generator"


@rule("MON-QUE-006", level=Level.ERROR, why="SNS drops without a word what a queue does not let in.")
def queue_lets_its_topics_send(queue: Queue, graph: DeliveryGraph) -> Iterator[Breach]:
    """A queue lets in the topics that send to it, limited by source ARN or account, and no other service."""
    texts = _policies(queue, graph)
    topics = graph.publishers.get(queue.address, ())
    if any(isinstance(text, Unknown) for text in texts):
        return
    grants = [one for text in texts for one in statements(from_json(text)) if one.effect == "Allow"]
    for topic in topics:
        reason = _refusal(queue, topic, graph)
        if reason:
            wanted = f"Allow SQS:SendMessage for {SENDER} from {topic.address}"
            yield queue.finding(found=reason, wanted=wanted, fix=_LEAVE)
    for one in grants:
        services = one.principals("Service")
        if services and not (set(map(str, services)) == {SENDER} and topics and one.tests(SOURCES)):
            wanted = f"{SENDER}, with a condition on aws:SourceArn" if topics else "no service"
            yield queue.finding(found=f"{one} for {', '.join(map(str, services))}", wanted=wanted, fix=_LEAVE)


@rule(
    "MON-QUE-008", level=Level.ERROR, why="Whoever may send can fake a notice; who receives makes it vanish."
)
def queue_opens_to_nobody(queue: Queue, graph: DeliveryGraph) -> Iterator[Breach]:
    """The policy of a queue grants nothing to everybody without a condition."""
    for one in (one for text in _policies(queue, graph) for one in statements(from_json(text))):
        if one.effect == "Allow" and one.is_for_everybody and not one.conditions:
            yield queue.finding(found=one, wanted="a principal, or a condition", fix=_LEAVE)


@rule(
    "MON-QUE-009",
    level=Level.ERROR,
    why="Notices tell about the inside of the system; nobody may read along.",
)
def queue_denies_plain_transport(queue: Queue, graph: DeliveryGraph) -> Iterator[Breach]:
    """Every queue has a policy that denies sending and receiving without TLS."""
    texts = _policies(queue, graph)
    found = [one for text in texts for one in statements(from_json(text))]
    unsure = any(isinstance(text, Unknown) for text in texts)
    if not unsure and not any(one.denies_plain_transport(SEND, RECEIVE) for one in found):
        wanted = "Deny sqs:* to everybody if aws:SecureTransport is false"
        yield queue.finding(found="no such statement", wanted=wanted, fix=_LEAVE)


def _policies(queue: Queue, graph: DeliveryGraph) -> tuple[Any, ...]:
    """The texts of its policies, be they resources of their own or not."""
    own = queue.get("policy")
    attached = tuple(one.get("policy") for one in graph.policies.get(queue.address, ()))
    return attached if own is None else (own, *attached)


def _refusal(queue: Queue, topic: Topic, graph: DeliveryGraph) -> str:
    """Return why a topic may not send to a queue."""
    stack = graph.stack
    keys = {"aws:sourcearn": arn_of(topic, stack), "aws:sourceaccount": stack.account or UNKNOWN}
    call = Call(action=SEND, service=SENDER, resource=arn_of(queue, stack), keys={**OF_SERVICE, **keys})
    return refusal(graph.resource_statements(queue), call)
