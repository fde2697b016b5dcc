"""The ways that notifications take through a stack: who sends to whom, and who gets what is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules.resources.arns import statements_in
from modules.resources.delivery_resources import (
    EventSource,
    Function,
    InvokeConfig,
    Queue,
    QueuePolicy,
    Schedule,
    Sender,
    Subscription,
)
from modules.resources.documents import Statement
from modules.resources.grouping import grouped
from modules.resources.stacks import Stack
from modules.resources.views import ALARM_STATES, Alarm, Resource, Topic, TopicPolicy


@dataclass(frozen=True, eq=False)
class DeliveryGraph:
    """Who is connected with whom. Mappings go by address, and lack what has no answer."""

    stack: Stack

    def queue(self, value: Any) -> Queue | None:
        """The queue of this stack that a value names."""
        return self.stack.linked(Queue, value, "arn", "id", "url")

    def topic(self, value: Any) -> Topic | None:
        """The topic of this stack that a value names."""
        return self.stack.linked(Topic, value, "arn", "id")

    def function(self, value: Any) -> Function | None:
        """The function of this stack that a value names."""
        return self.stack.linked(Function, value, "arn", "function_name", "id", "qualified_arn")

    def dead_letter_queue(self, sender: Sender) -> Queue | None:
        """The queue of this stack that gets what a sender cannot deliver."""
        return self.stack.linked(Queue, sender.dead_letter_target, "arn")

    @cached_property
    def served(self) -> Mapping[str, tuple[Sender, ...]]:
        """By dead letter queue: whose dead letters it gets."""
        senders = self.stack.of(Sender)
        return grouped((queue.address, one) for one in senders if (queue := self.dead_letter_queue(one)))

    @cached_property
    def readers(self) -> Mapping[str, tuple[Function, ...]]:
        """By queue: the functions that Lambda hands its messages to."""
        return grouped((queue.address, function) for queue, function in self.handed())

    @cached_property
    def policies(self) -> Mapping[str, tuple[QueuePolicy, ...]]:
        """By queue: the policies attached to it."""
        found = [(self.queue(one.get("queue_url")), one) for one in self.stack.of(QueuePolicy)]
        return grouped((queue.address, one) for queue, one in found if queue)

    def resource_statements(self, resource: Resource) -> tuple[Statement, ...]:
        """The statements of the policies of a queue or a topic, as far as they are known."""
        texts = [resource.get("policy")]
        attached = (*self.policies.get(resource.address, ()), *self.topic_policies.get(resource.address, ()))
        texts += [policy.get("policy") for policy in attached]
        known = (statements_in(self.stack, text) for text in texts)
        return tuple(statement for found in known for statement in found or ())

    @cached_property
    def topic_policies(self) -> Mapping[str, tuple[TopicPolicy, ...]]:
        """By topic: the policies attached to it."""
        found = [(self.topic(policy.get("arn")), policy) for policy in self.stack.of(TopicPolicy)]
        return grouped((topic.address, policy) for topic, policy in found if topic)

    @cached_property
    def publishers(self) -> Mapping[str, tuple[Topic, ...]]:
        """By queue: the topics that send to it, be it what a subscriber did not take."""
        return grouped(
            (queue.address, topic)
            for one in self.stack.of(Subscription)
            if (topic := self.topic(one.get("topic_arn")))
            for queue in (self.queue(one.get("endpoint")), self.dead_letter_queue(one))
            if queue
        )

    @cached_property
    def alarms(self) -> Mapping[str, tuple[Alarm, ...]]:
        """By topic: the alarms that act on it."""
        found = [
            (self.topic(action), alarm)
            for alarm in self.stack.of(Alarm)
            for state in ALARM_STATES
            for action in alarm.actions(state)
        ]
        return grouped((topic.address, alarm) for topic, alarm in found if topic)

    @cached_property
    def starters(self) -> Mapping[str, tuple[Sender, ...]]:
        """By function: what starts it without waiting for its end."""
        found: list[tuple[Sender, Any]] = [(one, one.started) for one in self.stack.of(Schedule)]
        found += [(one, one.get("endpoint")) for one in self.stack.of(Subscription)]
        return grouped((each.address, one) for one, target in found if (each := self.function(target)))

    @cached_property
    def catchers(self) -> Mapping[str, tuple[Sender, ...]]:
        """By function: what says where its failed runs go."""
        itself: list[tuple[Function, Sender]] = [(one, one) for one in self.stack.of(Function)]
        return grouped((function.address, one) for function, one in [*itself, *self.configured()])

    @cached_property
    def behind(self) -> Mapping[str, frozenset[str]]:
        """By topic: the addresses of all that its notifications pass through, its own among them."""
        following = grouped((one.address, other.address) for one, other in self._steps())
        return {topic.address: _reached(topic.address, following) for topic in self.stack.of(Topic)}

    def handed(self) -> Iterator[tuple[Queue, Function]]:
        """Queues, with the functions that Lambda hands their messages to."""
        for one in self.stack.of(EventSource):
            queue, function = self.queue(one.get("event_source_arn")), self.function(one.get("function_name"))
            if queue and function:
                yield queue, function

    def configured(self) -> Iterator[tuple[Function, InvokeConfig]]:
        """Functions, with what says how failed runs of theirs are treated."""
        for one in self.stack.of(InvokeConfig):
            function = self.function(one.get("function_name"))
            if function:
                yield function, one

    def _steps(self) -> Iterator[tuple[Resource, Resource]]:
        for one in self.stack.of(Subscription):
            endpoint = one.get("endpoint")
            yield from _step(self.topic(one.get("topic_arn")), one)
            yield from _step(one, self.queue(endpoint) or self.function(endpoint))
        for sender in self.stack.of(Sender):
            yield from _step(sender, self.dead_letter_queue(sender))
        for function in self.stack.of(Function):
            # It reads the queue that its environment names, and publishes to the topic.
            for value in function.mentioned:
                yield from _step(self.queue(value), function)
                yield from _step(function, self.topic(value))
        yield from self.handed()
        yield from self.configured()


def _step(one: Resource | None, other: Resource | None) -> Iterator[tuple[Resource, Resource]]:
    if one and other:
        yield one, other


def _reached(start: str, following: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        address = ahead.pop()
        if address not in reached:
            reached.add(address)
            ahead += following.get(address, ())
    return frozenset(reached)
