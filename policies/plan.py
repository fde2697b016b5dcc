"""Plain resources out of a plan, as `terraform show -json` prints it.

The plan says what will be; the configuration in it says what that is made of. Only what the
configuration sets is read, so that a provider's defaults do not pass for choices. What the plan does
not know yet becomes `Unknown`, with the references of its expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies.resources import Resource, made
from policies.stacks import Stack
from policies.values import INDEX, Unknown, as_list, as_map, as_text, blocks

# What Terraform works out and the rules want to know: who a resource is, and all of its tags.
COMPUTED = ("arn", "id", "tags_all")


def read_plan(plan: Mapping[str, Any]) -> Stack:
    """The managed AWS resources that will be there once the plan is applied."""
    plan = as_map(plan)
    root = as_map(as_map(plan.get("planned_values")).get("root_module"))
    configured = dict(_configured(as_map(as_map(plan.get("configuration")).get("root_module")), ""))
    unknown = dict(_unknown(plan))
    return Stack(tuple(_resource(item, configured, unknown) for item in _planned(root)))


def _planned(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in blocks(module.get("resources")):
        if (
            item.get("mode", "managed") == "managed"
            and as_text(item.get("type"))
            and as_text(item.get("address"))
        ):
            yield item
    for child in blocks(module.get("child_modules")):
        yield from _planned(child)


def _unknown(plan: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for change in blocks(plan.get("resource_changes")):
        yield str(change.get("address")), as_map(change.get("change")).get("after_unknown")


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Expressions by address without indexes; references as seen from the root module."""
    for item in blocks(module.get("resources")):
        yield f"{prefix}{item.get('address')}", _rooted(as_map(item.get("expressions")), prefix)
    for name, call in as_map(module.get("module_calls")).items():
        yield from _configured(as_map(as_map(call).get("module")), f"{prefix}module.{name}.")


def _rooted(expressions: Any, prefix: str) -> Any:
    if isinstance(expressions, list):
        return [_rooted(item, prefix) for item in expressions]
    if not isinstance(expressions, Mapping) or not prefix:
        return expressions
    return {
        key: [f"{prefix}{one}" for one in as_list(value)] if key == "references" else _rooted(value, prefix)
        for key, value in expressions.items()
    }


def _resource(
    item: Mapping[str, Any], configured: Mapping[str, Mapping[str, Any]], unknown: Mapping[str, Any]
) -> Resource:
    address = str(item.get("address"))
    expressions = configured.get(INDEX.sub("", address))
    values = dict(as_map(item.get("values")))
    missing = as_map(unknown.get(address))
    names = [*values, *(name for name in missing if name not in values)]
    if expressions is not None:
        names = [name for name in names if name in expressions or name in COMPUTED]
    merged = {
        name: _pruned(_merged(values.get(name), missing.get(name), _at(expressions, name))) for name in names
    }
    return made(str(item.get("type")), address, merged, {})


def _merged(value: Any, missing: Any, expression: Any) -> Any:
    """A planned value, with `Unknown` wherever the plan does not know."""
    if missing is True:
        return Unknown(_references(expression))
    if isinstance(value, Mapping) and isinstance(missing, Mapping):
        return {
            name: _merged(value.get(name), missing.get(name), _at(expression, name))
            for name in {**value, **missing}
        }
    if isinstance(value, list) and isinstance(missing, list):
        return [
            _merged(
                item, missing[index] if index < len(missing) else None, _item(expression, index, len(value))
            )
            for index, item in enumerate(value)
        ]
    return value


def _pruned(value: Any) -> Any:
    """Without what the provider fills in for arguments of nested blocks that nobody set."""
    if isinstance(value, list):
        return [_pruned(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _pruned(item) for name, item in value.items() if item not in (None, "", [], {})}
    return value


def _at(expression: Any, name: str) -> Any:
    """The expression of an attribute; a mapping written in one expression has but one for all its keys."""
    if not isinstance(expression, Mapping):
        return None
    return expression if "references" in expression else expression.get(name)


def _item(expression: Any, index: int, count: int) -> Any:
    """The expression of one block. A set has another order than the configuration: then none is sure."""
    if isinstance(expression, list):
        return expression[index] if len(expression) == count == 1 else None
    return expression


def _references(expression: Any) -> tuple[str, ...]:
    """Those that name an attribute: Terraform lists the resource itself behind each of them."""
    found = [text for text in as_list(as_map(expression).get("references")) if isinstance(text, str)]
    return tuple(one for one in found if not any(other.startswith(f"{one}.") for other in found))
