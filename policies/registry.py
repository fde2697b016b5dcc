"""Every rule: importing a file of rules registers them."""

from __future__ import annotations

from policies import (  # noqa: F401  (imported for the rules in them)
    actions,
    alarms,
    dashboards,
    evaluations,
    filters,
    metrics,
    names,
    retention,
    signals,
    tags,
    thresholds,
    topics,
    waivers,
)
from policies.engine import REGISTRY

RULES = REGISTRY.rules
