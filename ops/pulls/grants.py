"""Statements of an IAM policy, few and in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Grant:
    """Actions on resources; `conditions` are pairs of key and value that have to be equal."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...] = ()


def merged(grants: Iterable[Grant]) -> list[Grant]:
    """The same in fewer grants: first by what they are about, then by what they allow there."""
    by_place: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], set[str]] = {}
    for grant in grants:
        if grant.actions and grant.resources:
            by_place.setdefault((grant.resources, grant.conditions), set()).update(grant.actions)
    by_action: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], set[str]] = {}
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
            **({"Condition": {"StringEquals": dict(grant.conditions)}} if grant.conditions else {}),
        }
        for grant in grants
    ]
