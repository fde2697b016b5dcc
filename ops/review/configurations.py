"""The configuration in a plan: the expressions that its values come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.review.plans import Plan, root_module
from ops.review.shapes import as_texts
from ops.review.values import bare, entries, mapping

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Configuration:
    """The expressions of every resource, by address without indexes; references as the root sees them."""

    resources: Mapping[str, Values]

    def of(self, address: str) -> Values | None:
        """The expressions of a resource, or `None` if the plan does not hold them."""
        return self.resources.get(bare(address))


def configuration(plan: Plan) -> Configuration:
    """The configuration in a plan."""
    return Configuration(dict(_configured(root_module(plan.raw, "configuration"), "")))


def _configured(module: Values, prefix: str) -> Iterator[tuple[str, Values]]:
    for item in entries(module.get("resources")):
        yield f"{prefix}{item.get('address')}", _rooted(mapping(item.get("expressions")), prefix)
    for name, call in mapping(module.get("module_calls")).items():
        yield from _configured(mapping(mapping(call).get("module")), f"{prefix}module.{name}.")


def _rooted(expressions: Any, prefix: str) -> Any:
    if not prefix:
        return expressions
    if isinstance(expressions, list):
        return [_rooted(item, prefix) for item in expressions]
    if not isinstance(expressions, Mapping):
        return expressions
    return {
        key: [f"{prefix}{one}" for one in as_texts(value)] if key == "references" else _rooted(value, prefix)
        for key, value in expressions.items()
    }
