"""Every rule: importing a file of rules registers them."""

from __future__ import annotations

from policies import (
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

AREAS = (
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
RULES = REGISTRY.rules
