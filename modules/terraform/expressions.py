"""One value of a plan: what it will be, and what it is made of while that is not known."""

from __future__ import annotations

from typing import Any

from modules.terraform.addresses import most_specific
from modules.terraform.values import NESTED, Unknown, as_list, as_map

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def value_of(value: Any, missing: Any, expression: Any) -> Any:
    """What the rules read of a planned value.

    Parameters
    ----------
    missing
        True where the plan does not know, in the shape of the value.
    expression
        What the configuration says, as the plan repeats it.
    """
    if missing is True:
        return _pruned(_written(expression))
    if not isinstance(value, NESTED):
        return value
    # Most values are known attributes: there is nothing to merge.
    return _pruned(_merged(value, missing, expression) if missing or isinstance(expression, list) else value)


def is_block(value: Any) -> bool:
    """Whether a value consists of nested blocks. Of `dynamic` ones Terraform shows no expressions."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def at(expression: Any, name: str) -> Any:
    """The expression of an attribute; a mapping written in one expression has but one for all its keys."""
    if not isinstance(expression, dict):
        return None
    if "references" not in expression:
        return expression.get(name)
    return part(expression, as_map(expression.get("constant_value")).get(name))


def part(expression: Any, written: Any) -> Any:
    """Return the expression of a part: the references of the whole, and its own text."""
    return {"references": as_map(expression).get("references"), "constant_value": written}


def references_of(expression: Any) -> tuple[str, ...]:
    """Return the references; Terraform also lists the resource itself behind each of them."""
    listed = as_map(expression).get("references")
    return most_specific(tuple(text for text in as_list(listed) if isinstance(text, str))) if listed else ()


def _merged(value: Any, missing: Any, expression: Any) -> Any:
    """A planned value, with what is written in the configuration wherever the plan does not know."""
    if missing is True:
        return _written(expression)
    if isinstance(value, dict):
        unknown = as_map(missing)
        return {
            name: _merged(value.get(name), unknown.get(name), at(expression, name))
            for name in {**value, **unknown}
        }
    if isinstance(value, list):
        parts = [*as_list(missing), *[None] * len(value)]
        return [_element(value, parts, expression, index) for index in range(len(value))]
    return value


def _element(values: list[Any], missing: list[Any], expression: Any, index: int) -> Any:
    """A part of a list. Blocks may be a set, in another order than the configuration: then none is sure."""
    value, unknown, alone = values[index], missing[index], len(values) == 1
    if not isinstance(expression, list):
        written = as_list(as_map(expression).get("constant_value"))
        own = part(expression, written[0] if len(written) == 1 and alone else None)
        return _merged(value, unknown, own)
    if len(expression) != 1 or not alone:
        return _merged(value, unknown, None)
    return _merged(_set_in(expression[0], value), _set_in(expression[0], unknown), expression[0])


def _set_in(block: Any, found: Any) -> Any:
    """Only what the configuration sets in a block, not what the provider fills in."""
    if not isinstance(block, dict) or not isinstance(found, dict):
        return found
    return {name: item for name, item in found.items() if name in block or is_block(item)}


def _written(expression: Any) -> Any:
    """Text with its references, where the plan has it: of a configuration in JSON it keeps both."""
    references, written = references_of(expression), as_map(expression).get("constant_value")
    return written if references and written is not None else Unknown(references)


def _pruned(value: Any) -> Any:
    """Without what the provider fills in for arguments of nested blocks that nobody set."""
    if isinstance(value, list):
        return [_pruned(item) if isinstance(item, NESTED) else item for item in value]
    if isinstance(value, dict):
        return {
            name: _pruned(item) if isinstance(item, NESTED) else item
            for name, item in value.items()
            if item not in _EMPTY
        }
    return value
