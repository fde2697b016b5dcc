"""The class of each type of resource that the rules know more of than type and address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.grants import Attachment, Role, RolePolicy
from policies.keys import Key, KeyAlias, KeyGrant, KeyPolicy, Secret
from policies.resources import (
    CompositeAlarm,
    Dashboard,
    LogGroup,
    MetricAlarm,
    MetricFilter,
    Resource,
    Topic,
    TopicPolicy,
)
from policies.senders import (
    EventSource,
    EventTarget,
    Function,
    InvokeConfig,
    Queue,
    QueuePolicy,
    Schedule,
    Subscription,
)

_ALL: tuple[type[Resource], ...] = (
    *(LogGroup, MetricFilter, Dashboard, Topic, TopicPolicy, CompositeAlarm, MetricAlarm),
    *(Queue, QueuePolicy, Subscription, Function, EventSource, InvokeConfig, Schedule),
    *(Role, RolePolicy, Attachment, EventTarget),
    *(Key, KeyAlias, KeyGrant, KeyPolicy, Secret),
)
KINDS: Mapping[str, type[Resource]] = {name: kind for kind in _ALL for name in kind.TYPES}


def made(
    kind: str,
    address: str,
    values: Mapping[str, Any],
    *,
    tags: Mapping[str, Any] | None = None,
    references: Mapping[str, tuple[str, ...]] | None = None,
) -> Resource:
    """A resource of the class that knows its type."""
    return KINDS.get(kind, Resource)(kind, address, values, tags or {}, references or {})
