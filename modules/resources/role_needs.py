"""Roles of a stack: what those who have them do, and what their policies allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules.resources.arns import statements_in
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Function, Queue, Schedule, Sender
from modules.resources.documents import Statement
from modules.resources.grouping import grouped
from modules.resources.keys import Secret
from modules.resources.roles import Attachment, Role, RolePolicy
from modules.resources.stacks import Stack
from modules.resources.views import LogGroup, Resource, Topic
from modules.terraform.values import blocks, is_open, links

READ, WRITE = ("kms:Decrypt",), ("kms:Decrypt", "kms:GenerateDataKey")
SEND, RECEIVE = "sqs:SendMessage", ("sqs:ReceiveMessage", "sqs:DeleteMessage")


@dataclass(frozen=True, kw_only=True, eq=False)
class Need:
    """What a function or a schedule does to a resource, so that its role has to allow it.

    Attributes
    ----------
    key_actions
        What it does with the key of the resource, where that has one.
    via
        The service that uses the key on its behalf.
    instead
        An action that shows that it does something else to the resource.
    """

    user: Resource
    actions: tuple[str, ...]
    target: Resource
    key_actions: tuple[str, ...] = ()
    via: str = ""
    instead: str = ""


@dataclass(frozen=True, eq=False)
class Roles:
    """The roles of a stack. Mappings go by address, and lack what has no answer."""

    stack: Stack
    graph: DeliveryGraph

    @cached_property
    def needs(self) -> Mapping[str, tuple[Need, ...]]:
        """By role: what those who have it do."""
        found = (*self._needs_of_functions(), *self._needs_of_schedules())
        return grouped((role.address, need) for need in found if (role := self.role_of(need.user)))

    def role_of(self, user: Resource) -> Role | None:
        """The role of this stack that a function or a schedule has."""
        value = user.role if isinstance(user, Schedule) else user.get("role")
        return self.stack.linked(Role, value, "arn")

    def statements(self, role: Role) -> tuple[tuple[Statement, ...], bool]:
        """The statements that say what a role may do, and whether they are all that there are."""
        policies = self._policies.get(role.address, ())
        texts = [item.get("policy") for item in policies]
        texts += [item.get("policy") for item in blocks(role.get("inline_policy"))]
        known = [found for text in texts if (found := statements_in(self.stack, text)) is not None]
        managed = links(role.get("managed_policy_arns"))
        others = [arn for arn in managed if self.stack.linked(RolePolicy, arn, "arn", "id") is None]
        unknown = others or is_open(role.get("inline_policy")) or role.address in self._with_others
        is_whole = len(known) == len(texts) and not unknown
        return tuple(statement for each in known for statement in each), is_whole

    @cached_property
    def _policies(self) -> Mapping[str, tuple[RolePolicy, ...]]:
        return grouped((role.address, policy) for role, policy in self._attached() if policy)

    @cached_property
    def _with_others(self) -> frozenset[str]:
        """Roles with a policy that is not in this stack."""
        return frozenset(role.address for role, policy in self._attached() if policy is None)

    def _attached(self) -> Iterator[tuple[Role, RolePolicy | None]]:
        found: list[tuple[Any, RolePolicy | None]] = [
            (policy.get("role"), policy) for policy in self.stack.of(RolePolicy)
        ]
        for item in self.stack.of(Attachment):
            policy = self.stack.linked(RolePolicy, item.get("policy_arn"), "arn", "id")
            found += [(name, policy) for name in (*links(item.get("role")), *links(item.get("roles")))]
        for name, policy in found:
            role = self.stack.linked(Role, name, "id", "name", "arn")
            if role:
                yield role, policy

    def _needs_of_functions(self) -> Iterator[Need]:
        paths = self.graph
        for function in self.stack.of(Function):
            group = self.stack.linked(LogGroup, function.log_group, "name", "id")
            if group:
                actions = ("logs:CreateLogStream", "logs:PutLogEvents")
                yield Need(user=function, actions=actions, target=group)
            yield from self._dead_letters(function, function)
            for value in function.mentioned:
                yield from self._mentioned(function, value)
        for queue, function in paths.handed():
            # Source: Lambda developer guide, "Using Lambda with Amazon SQS".
            yield _on_queue(function, (*RECEIVE, "sqs:GetQueueAttributes"), queue, READ)
        for function, config in paths.configured():
            yield from self._dead_letters(function, config)

    def _mentioned(self, function: Function, value: Any) -> Iterator[Need]:
        """A function reads the queue or secret that its environment names, and publishes to the topic."""
        queue, topic = self.graph.queue(value), self.graph.topic(value)
        secret = self.stack.linked(Secret, value, "arn", "id", "name")
        if queue:
            yield _on_queue(function, RECEIVE, queue, READ, instead=SEND)
        if topic:
            yield _on_topic(function, topic)
        if secret:
            actions, via = ("secretsmanager:GetSecretValue",), "secretsmanager"
            yield Need(user=function, actions=actions, target=secret, key_actions=READ, via=via)

    def _needs_of_schedules(self) -> Iterator[Need]:
        paths = self.graph
        for schedule in self.stack.of(Schedule):
            yield from self._dead_letters(schedule, schedule)
            yield from self._sent(schedule, schedule.started)
            function = paths.function(schedule.started)
            if function:
                yield Need(user=schedule, actions=("lambda:InvokeFunction",), target=function)

    def _dead_letters(self, user: Resource, sender: Sender) -> Iterator[Need]:
        yield from self._sent(user, sender.dead_letter_target)

    def _sent(self, user: Resource, value: Any) -> Iterator[Need]:
        """What is sent to the queue or topic that a value names."""
        queue, topic = self.graph.queue(value), self.graph.topic(value)
        if queue:
            yield _on_queue(user, (SEND,), queue, WRITE)
        if topic:
            yield _on_topic(user, topic)


def _on_queue(
    user: Resource, actions: tuple[str, ...], queue: Queue, key_actions: tuple[str, ...], instead: str = ""
) -> Need:
    return Need(user=user, actions=actions, target=queue, key_actions=key_actions, via="sqs", instead=instead)


def _on_topic(user: Resource, topic: Topic) -> Need:
    return Need(user=user, actions=("sns:Publish",), target=topic, key_actions=WRITE, via="sns")
