"""Who may send to a queue: what sends notices to it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Queue
from modules.resources.documents import Statement, statements
from modules.resources.views import Topic
from modules.semantics.globs import matches
from modules.terraform.addresses import reference
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
        if not any(_admits(one, topic) for one in grants):
            wanted = f"Allow SQS:SendMessage for {SENDER} from {topic.address}"
            yield queue.finding(found="no such statement", wanted=wanted, fix=_LEAVE)
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


def _admits(one: Statement, topic: Topic) -> bool:
    """Whether it lets a topic send; a condition on the account alone fits each of its topics."""
    arns = [value for (_, key), values in one.conditions.items() if key == SOURCES[0] for value in values]
    names_it = not arns or any(_is_of(topic, arn) for arn in arns)
    return one.allows(SEND) and SENDER in one.principals("Service") and names_it


def _is_of(topic: Topic, arn: Any) -> bool:
    target, name = reference(arn), topic.text("name")
    if target is not None:
        return target[0] == topic.address
    return name is None or matches(str(arn).rpartition(":")[2], name)
