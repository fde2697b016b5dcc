"""The configuration in a plan: the expressions that its values come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules.terraform.addresses import without_indexes
from modules.terraform.values import as_list, as_map, blocks

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Configuration:
    """Module and expressions of every resource, by address without indexes."""

    resources: Mapping[str, tuple[str, Values]]

    def of(self, address: str, *, with_text: bool = True) -> Values | None:
        """Return the expressions of a resource, or `None` if the plan has none.

        References are as the root module sees them. The text of an expression in a child module names
        addresses that are valid only in there; `with_text=False` leaves it out.
        """
        found = self.resources.get(without_indexes(address))
        if found is None:
            return None
        prefix, expressions = found
        return as_map(_rooted(expressions, prefix, with_text=with_text)) if prefix else expressions


def configuration(plan: Values) -> Configuration:
    """Return the configuration in a plan."""
    return Configuration(dict(_configured(root_module(plan, "configuration"), "")))


def root_module(plan: Values, key: str) -> Values:
    """Return the root module of one of the plan's parts."""
    return as_map(as_map(plan.get(key)).get("root_module"))


def resources_in(module: Any) -> Iterator[Values]:
    """Yield the resources of a module of planned or prior values, and of the modules in it."""
    yield from blocks(as_map(module).get("resources"))
    for child in blocks(as_map(module).get("child_modules")):
        yield from resources_in(child)


def _configured(module: Values, prefix: str) -> Iterator[tuple[str, tuple[str, Values]]]:
    for item in blocks(module.get("resources")):
        yield f"{prefix}{item.get('address')}", (prefix, as_map(item.get("expressions")))
    for name, call in as_map(module.get("module_calls")).items():
        yield from _configured(as_map(as_map(call).get("module")), f"{prefix}module.{name}.")


def _rooted(expressions: Any, prefix: str, *, with_text: bool) -> Any:
    if isinstance(expressions, list):
        return [_rooted(item, prefix, with_text=with_text) for item in expressions]
    if not isinstance(expressions, dict):
        return expressions
    return {
        key: [f"{prefix}{name}" for name in as_list(value) if isinstance(name, str)]
        if key == "references"
        else _rooted(value, prefix, with_text=with_text)
        for key, value in expressions.items()
        if with_text or key != "constant_value"
    }
