"""Who looks for what: one file per area, and one table of looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ops.adopt.accounts import Account
from ops.adopt.finds import Find, Listener
from ops.adopt.looks import (
    alarms,
    dashboards,
    functions,
    keys,
    logs,
    organizations,
    queues,
    roles,
    schedules,
    secrets,
    topics,
)
from ops.adopt.wanted import Wanted


@dataclass(frozen=True)
class Look:
    """A way to look.

    Attributes
    ----------
    types
        The Terraform types that it finds.
    run
        Yields what exists; it raises `Unread` where AWS does not let it go on.
    """

    types: tuple[str, ...]
    run: Callable[[Account, Wanted], Iterator[Find | Listener]]


LOOKS = (
    Look((keys.KEY, keys.ALIAS), keys.keys),
    Look((topics.TOPIC, topics.POLICY), topics.topics),
    Look((topics.SUBSCRIPTION,), topics.subscriptions),
    Look((logs.GROUP,), logs.groups),
    Look((logs.FILTER,), logs.filters),
    Look((logs.QUERY,), logs.queries),
    Look((alarms.METRIC, alarms.COMPOSITE), alarms.alarms),
    Look((dashboards.DASHBOARD,), dashboards.dashboards),
    Look((queues.QUEUE,), queues.queues),
    Look((roles.ROLE,), roles.roles),
    Look((roles.ROLE_POLICY,), roles.role_policies),
    Look((functions.FUNCTION,), functions.functions),
    Look((functions.MAPPING,), functions.mappings),
    Look((functions.INVOKE,), functions.invoke_configs),
    Look((secrets.SECRET,), secrets.secrets),
    Look((schedules.GROUP,), schedules.groups),
    Look((schedules.SCHEDULE,), schedules.schedules),
    Look((organizations.POLICY, organizations.ATTACHMENT), organizations.policies),
)
TYPES = frozenset(kind for look in LOOKS for kind in look.types)
