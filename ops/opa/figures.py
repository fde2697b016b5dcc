"""What holds in every workspace: figures of AWS, and our own choices."""

from __future__ import annotations

import re
from typing import Any

from modules import facts
from modules.facts.files import read
from modules.spec.alarms import Missing, Role, Severity, route_of
from policies import key_policies, maintenance, roles, secrets


def figures() -> dict[str, Any]:
    """By name, as the policies in Rego ask for them."""
    return {
        "routes": {severity: {role: route_of(severity, role) for role in Role} for severity in Severity},
        "tags": {"Severity": list(Severity), "Role": list(Role)},
        "missing": list(Missing),
        "alarm_actions_per_state": facts.limit("alarm_actions_per_state"),
        "longest_maintenance_days": maintenance.LONGEST_DAYS,
        "retention_days": list(facts.RETENTION_DAYS),
        "queue_retention_seconds": {
            "usual": facts.limit("queue_retention_seconds_default"),
            "most": facts.limit("queue_retention_seconds_max"),
        },
        "shortest_key_waiting_days": key_policies.SHORTEST_WAITING_DAYS,
        "taggable": sorted(read("tags.yaml")["taggable"]),
        "actions_without_resources": list(roles.WITHOUT_RESOURCES),
        "actions_restricted_otherwise": {roles.METRICS: list(roles.NAMESPACE)},
        "secrets": _secrets(),
    }


def _secrets() -> dict[str, Any]:
    """What a secret looks like, in the order in which the rule names it."""
    return {
        "looks": [{"kind": kind, **portable(look)} for kind, look in secrets.LOOKS.items()],
        "name": portable(secrets.NAME),
        "arn": portable(secrets.ARN),
        "reference": portable(secrets.REFERENCE),
    }


def portable(pattern: re.Pattern[str]) -> dict[str, Any]:
    """A pattern for engines that have no flags: what ignores case is for text in small letters.

    Raises
    ------
    ValueError
        Small letters would change its meaning.
    """
    if not pattern.flags & re.IGNORECASE:
        return {"pattern": pattern.pattern, "ignores_case": False}
    if re.search(r"\\[A-Z]", pattern.pattern):
        raise ValueError(f"{pattern.pattern}: a class in capitals has no meaning in small letters")
    return {"pattern": pattern.pattern.removeprefix("(?i)").lower(), "ignores_case": True}
