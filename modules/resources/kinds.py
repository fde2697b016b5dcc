"""The class of each type of resource that the rules know more of than type and address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.resources.delivery_resources import (
    EventSource,
    Function,
    InvokeConfig,
    Queue,
    QueuePolicy,
    Schedule,
    Subscription,
)
from modules.resources.roles import Role, RolePolicy
from modules.resources.views import (
    CompositeAlarm,
    Dashboard,
    LogGroup,
    MetricAlarm,
    MetricFilter,
    Resource,
    Topic,
    TopicPolicy,
)

_ALL: tuple[type[Resource], ...] = (
    *(LogGroup, MetricFilter, Dashboard, Topic, TopicPolicy, CompositeAlarm, MetricAlarm),
    *(Queue, QueuePolicy, Subscription, Function, EventSource, InvokeConfig, Schedule),
    *(Role, RolePolicy),
)
KINDS: Mapping[str, type[Resource]] = {name: kind for kind in _ALL for name in kind.TYPES}


def typed(
    kind: str,
    address: str,
    values: Mapping[str, Any],
    *,
    tags: Mapping[str, Any] | None = None,
    references: Mapping[str, tuple[str, ...]] | None = None,
) -> Resource:
    """A resource of the class that knows its type."""
    return KINDS.get(kind, Resource)(kind, address, values, tags or {}, references or {})
