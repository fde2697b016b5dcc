"""Statements of an IAM policy, few and in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Condition = tuple[str, str, tuple[str, ...]]
"""Operator, key, and the values of which one has to fit."""


@dataclass(frozen=True, order=True)
class Grant:
    """Actions on resources, where all conditions hold."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()


def merged(grants: Iterable[Grant]) -> list[Grant]:
    """The same in fewer grants: first by what they are about, then by what they allow there."""
    by_place: dict[tuple[tuple[str, ...], tuple[Condition, ...]], set[str]] = {}
    for grant in grants:
        if grant.actions and grant.resources:
            by_place.setdefault((grant.resources, grant.conditions), set()).update(grant.actions)
    by_action: dict[tuple[tuple[str, ...], tuple[Condition, ...]], set[str]] = {}
    for (resources, conditions), actions in by_place.items():
        by_action.setdefault((tuple(sorted(actions)), conditions), set()).update(resources)
    return [
        Grant(actions, tuple(sorted(resources)), conditions)
        for (actions, conditions), resources in sorted(by_action.items())
    ]


def statements(grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """As IAM reads them."""
    return [
        {
            "Effect": "Allow",
            "Action": list(grant.actions),
            "Resource": list(grant.resources),
            **({"Condition": _conditions(grant)} if grant.conditions else {}),
        }
        for grant in grants
    ]


def _conditions(grant: Grant) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for operator, key, values in grant.conditions:
        found.setdefault(operator, {})[key] = list(values) if len(values) > 1 else values[0]
    return found
