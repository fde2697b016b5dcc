"""The permissions of the two roles, and a small evaluator of IAM policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from modules.settings import Settings
from ops.pulls import documents
from tests.builders import monitorings
from tests.pulls.folders import DEPLOYED

Tree = dict[str, Any]

# Everything that adds a type of resource.
EVERYTHING: Tree = DEPLOYED | {
    "tags": {"organizations_policy": {"enabled": True, "attach_to": "r-abcd"}},
    "routes": {
        "critical": {"emails": ["ops@team.example"], "pagerduty": True},
        "info": {"emails": ["dev@team.example"]},
        "delivery": {"emails": ["ops@team.example"], "pagerduty": True},
    },
}


def document(settings: Settings, resources: Tree, purpose: str) -> list[Tree]:
    """The statements of a role, for the resources of one stack."""
    (found,) = monitorings(settings)
    statements: list[Tree] = documents.document([(settings, found)], [resources], purpose)["Statement"]
    return statements


def actions(statements: list[Tree]) -> set[str]:
    """All actions that statements name."""
    return {action for statement in statements for action in statement["Action"]}


def allowed(statements: list[Tree], action: str) -> set[str]:
    """Return the resources for which statements name an action."""
    return {place for grant in statements if action in grant["Action"] for place in grant["Resource"]}


def _equal(value: str | None, wanted: str) -> bool:
    return value == wanted


def _equal_if_there(value: str | None, wanted: str) -> bool:
    return value is None or value == wanted


def _like(value: str | None, wanted: str) -> bool:
    return value is not None and fnmatchcase(value, wanted)


OPERATORS: Mapping[str, Callable[[str | None, str], bool]] = {
    "ArnLike": _like,
    "StringEquals": _equal,
    "StringEqualsIfExists": _equal_if_there,
    "StringLike": _like,
}


def allows(
    statements: Iterable[Tree], action: str, arn: str = "*", context: Mapping[str, str] | None = None
) -> bool:
    """Return whether a request is allowed; `context` has the values of condition keys."""
    return any(
        action in _listed(statement["Action"])
        and any(fnmatchcase(arn, place) for place in _listed(statement.get("Resource", "*")))
        and met(statement.get("Condition", {}), context or {})
        for statement in statements
    )


def met(condition: Tree, context: Mapping[str, str]) -> bool:
    """Return whether a request meets all conditions of a statement, each with any of its values."""
    return all(
        any(OPERATORS[operator](context.get(key), value) for value in _listed(values))
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
