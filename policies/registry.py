"""Every rule: importing a file of rules registers them."""

from __future__ import annotations

from policies import (  # noqa: F401  (imported for the rules in them)
    actions,
    alarms,
    dashboards,
    evaluations,
    filters,
    functions,
    key_policies,
    maintenance,
    metrics,
    names,
    queue_policies,
    queues,
    retention,
    roles,
    signals,
    subscriptions,
    tags,
    thresholds,
    topics,
    waivers,
)
from policies.engine import REGISTRY

RULES = REGISTRY.rules
