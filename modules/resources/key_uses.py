"""Keys of a stack: what they encrypt, which services have to use them, and what their policies say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules import facts
from modules.resources.arns import UNKNOWN, arn_in, arn_of, statements_in
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import EventTarget, Queue, Subscription
from modules.resources.documents import Statement
from modules.resources.grouping import grouped
from modules.resources.keys import Key, KeyAlias, KeyGrant, KeyPolicy, Secret
from modules.resources.permissions import OF_SERVICE, Call
from modules.resources.stacks import Stack
from modules.resources.views import LogGroup, Resource, Topic
from modules.terraform.values import inside, is_open

CLOUDWATCH, EVENTS, SNS = "cloudwatch.amazonaws.com", "events.amazonaws.com", "sns.amazonaws.com"
# What encrypts has to decrypt as well: it reads the data key that it got. Source: SNS developer guide,
# "Enable compatibility between event sources from AWS services and encrypted topics"; SQS developer guide,
# "Configure KMS permissions for AWS services".
WRITE = ("kms:Decrypt", "kms:GenerateDataKey")
# Source: CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
LOGS = (
    *("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
    *("kms:GenerateDataKey", "kms:DescribeKey"),
)
LOGS_CONTEXT = "kms:encryptioncontext:aws:logs:arn"
# EventBridge names neither account nor rule to the key of a topic, so that no condition on them holds.
# Source: the note in the page of the SNS developer guide above.
_OF_EVENTS = {"aws:sourceaccount": "", "aws:sourcearn": ""}
# The argument that names the key.
_KEY_OF: Mapping[type[Resource], str] = {
    LogGroup: "kms_key_id",
    Queue: "kms_master_key_id",
    Secret: "kms_key_id",
    Topic: "kms_master_key_id",
}
# The policy of a key that nobody gave one. Source: KMS developer guide, "Default key policy".
_DEFAULT = Statement(
    {
        "Sid": "of the default policy",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{UNKNOWN}:root"},
        "Action": "kms:*",
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class KeyUse:
    """What a service does with a key, because of a resource that the key encrypts."""

    encrypted: Resource
    calls: tuple[Call, ...]

    @property
    def service(self) -> str:
        """The principal of the service."""
        return self.calls[0].service


@dataclass(frozen=True, eq=False)
class Keys:
    """The keys of a stack. Mappings go by address, and lack what has no answer."""

    stack: Stack
    graph: DeliveryGraph

    def of(self, resource: Resource) -> Key | None:
        """The key of this stack that encrypts a resource."""
        argument = next((name for kind, name in _KEY_OF.items() if isinstance(resource, kind)), None)
        return self._named(resource.get(argument)) if argument else None

    @cached_property
    def encrypted(self) -> Mapping[str, tuple[Resource, ...]]:
        """By key: what it encrypts."""
        found = (item for kind in _KEY_OF for item in self.stack.of(kind))
        return grouped((key.address, item) for item in found if (key := self.of(item)))

    @cached_property
    def uses(self) -> Mapping[str, tuple[KeyUse, ...]]:
        """By key: what services have to do with it."""
        return grouped((key.address, use) for use in self._uses() if (key := self.of(use.encrypted)))

    @cached_property
    def granted(self) -> frozenset[str]:
        """Keys with grants, which permit a role what no policy does."""
        keys = (self._named(item.get("key_id")) for item in self.stack.of(KeyGrant))
        return frozenset(key.address for key in keys if key)

    def statements(self, key: Key) -> tuple[Statement, ...] | None:
        """The statements of a key's policy; `None` where they are not known."""
        attached, own = self._attached.get(key.address, ()), key.get("policy")
        if attached:
            return statements_in(self.stack, *(item.get("policy") for item in attached))
        if own in (None, ""):
            return None if self._has_unknown_policies else (_DEFAULT,)
        return statements_in(self.stack, own)

    def _named(self, value: Any) -> Key | None:
        found = self.stack.linked(Key, value, "arn", "id", "key_id")
        if found:
            return found
        alias = self.stack.linked(KeyAlias, value, "name", "arn", "id", "target_key_arn", "target_key_id")
        return self.stack.linked(Key, alias.get("target_key_id"), "arn", "id", "key_id") if alias else None

    @cached_property
    def _attached(self) -> Mapping[str, tuple[KeyPolicy, ...]]:
        found = ((self._named(item.get("key_id")), item) for item in self.stack.of(KeyPolicy))
        return grouped((key.address, item) for key, item in found if key)

    @cached_property
    def _has_unknown_policies(self) -> bool:
        """True if a policy may be that of any key."""
        targets = (item.get("key_id") for item in self.stack.of(KeyPolicy))
        return any(is_open(target) and self._named(target) is None for target in targets)

    def _uses(self) -> Iterator[KeyUse]:
        paths = self.graph
        for topic in self.stack.of(Topic):
            for alarm in paths.alarms.get(topic.address, ()):
                yield self._use(CLOUDWATCH, topic, arn_of(alarm, self.stack))
        for subscription in self.stack.of(Subscription):
            source = arn_in(subscription.get("topic_arn"), self.stack)
            for queue in (paths.queue(subscription.get("endpoint")), paths.dead_letter_queue(subscription)):
                if queue:
                    yield self._use(SNS, queue, source)
        for group in self.stack.of(LogGroup):
            yield self._use_of_logs(group)
        for event in self.stack.of(EventTarget):
            yield from self._uses_of_events(event)

    def _use(self, service: str, encrypted: Resource, source: str) -> KeyUse:
        """CloudWatch calls for an alarm, SNS for a topic, and perhaps through the service that encrypts."""
        region = self.stack.region_of(encrypted) or UNKNOWN
        via = via_service("sns" if isinstance(encrypted, Topic) else "sqs", region)
        keys = {"aws:sourcearn": source, "aws:sourceaccount": self.stack.account or UNKNOWN}
        return _key_use(encrypted, service, WRITE, keys, {"kms:viaservice": via})

    def _use_of_logs(self, group: LogGroup) -> KeyUse:
        region = self.stack.region_of(group) or UNKNOWN
        context = {LOGS_CONTEXT: arn_of(group, self.stack)}
        return _key_use(group, f"logs.{region}.{facts.dns_suffix(region)}", LOGS, context)

    def _uses_of_events(self, event: EventTarget) -> Iterator[KeyUse]:
        """With a role, EventBridge uses the key as that role; dead letters it sends itself."""
        paths, target = self.graph, None if event.get("role_arn") else event.get("arn")
        topic = paths.topic(target)
        if topic:
            yield _key_use(topic, EVENTS, WRITE, _OF_EVENTS)
        for queue in (paths.queue(target), paths.queue(inside(event.get("dead_letter_config"), "arn"))):
            if queue:
                yield _key_use(queue, EVENTS, WRITE, {})


def via_service(service: str, region: str) -> str:
    """Return `kms:ViaService`, whose domain is not documented for partitions with a domain of their own."""
    domain = facts.dns_suffix(region)
    return f"{service}.{region}.{domain if domain == facts.DNS_SUFFIX else UNKNOWN}"


def _key_use(
    encrypted: Resource,
    service: str,
    actions: tuple[str, ...],
    keys: Mapping[str, str],
    possible: Mapping[str, str] | None = None,
) -> KeyUse:
    calls = (
        Call(action=action, service=service, keys={**OF_SERVICE, **keys}, possible_keys=possible or {})
        for action in actions
    )
    return KeyUse(encrypted=encrypted, calls=tuple(calls))
