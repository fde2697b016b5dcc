"""Ways to break a stack, by the rule that has to notice.

Each takes a synthesized stack and returns a copy in which the first resource that fits is broken in
one way. They know types and attributes, never names, so that they work on any stack of ours. The
context needs what a good stack of ours has: a minimum retention above one day, Owner and Environment
as required tags, the latter with a list of values, and the functions' timeouts as ceilings. The stack
needs every kind of subscriber: mail with and without a filter, queues, and a web address.
"""

from __future__ import annotations

from tests.policies.mutations import (
    alarms,
    dashboards,
    functions,
    keys,
    logs,
    names,
    queues,
    signals,
    topics,
)
from tests.policies.mutations.edits import Mutation, first, fitting
from tests.policies.mutations.kinds import ALARM, DASHBOARD, FILTER, GROUP, POLICY, TOPIC

__all__ = [
    "ALARM",
    "DASHBOARD",
    "FILTER",
    "GROUP",
    "MUTATIONS",
    "POLICY",
    "TOPIC",
    "Mutation",
    "first",
    "fitting",
]

MUTATIONS: dict[str, list[Mutation]] = {
    rule: mutations
    for area in (alarms, dashboards, functions, keys, logs, names, queues, signals, topics)
    for rule, mutations in area.MUTATIONS.items()
}
