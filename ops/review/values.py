"""Values of a change: known, unknown until apply, or hidden because they are sensitive.

They come from JSON, so a mapping is a `dict`; asking for that alone is three times as fast.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from modules.semantics.secrets import holds_secrets, is_secret_entry, is_secret_name
from modules.terraform.values import Unknown
from ops.review.marks import is_marked

_NOTHING: tuple[Any, ...] = ("", [], {})
_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]')


@dataclass(frozen=True)
class Hidden:
    """A sensitive value: it can be compared, and nothing else."""

    value: Any = field(repr=False)


def is_hidden(value: Any) -> bool:
    """Whether it is sensitive, or holds something that is."""
    return _holds(value, Hidden)


def is_unknown(value: Any) -> bool:
    """Whether it is known only after apply, or holds something that is."""
    return _holds(value, Unknown)


def _holds(value: Any, kind: type) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return any(_holds(item, kind) for item in value) if isinstance(value, list) else isinstance(value, kind)


def key_of(value: Any) -> str:
    """Text that is equal for equal values, sensitive ones included: to compare by, never to be printed."""
    return json.dumps(value, sort_keys=True, default=_marked)


def _marked(value: Any) -> Any:
    if isinstance(value, Hidden):
        return {Hidden.__name__: value.value}
    return (
        {Unknown.__name__: [value.references, value.written]} if isinstance(value, Unknown) else repr(value)
    )


def mapping(value: Any) -> dict[str, Any]:
    """A mapping as it is; anything else is empty."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[dict[str, Any]]:
    """The mappings in a list as they are; a plan has thousands, so none is copied."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def bare(address: str) -> str:
    """An address without its indexes, as the configuration knows it."""
    return _INDEX.sub("", address) if "[" in address else address


def merged(value: Any, unknown: Any, sensitive: Any, expression: Any, name: str = "") -> Any:
    """A planned value with `Unknown` and `Hidden` in the places that are marked so.

    Parameters
    ----------
    unknown, sensitive
        Terraform's marks, in the shape of the value.
    expression
        What the configuration says, for the references of an unknown value.
    name
        The attribute's or key's own name, which may call it a secret.
    """
    if unknown is True:
        return Unknown(references(expression), written(expression))
    if sensitive is True:
        return None if value is None else Hidden(value)
    # Whatever its name, a block is looked into, for its parts have names of their own.
    if isinstance(value, dict):
        return _merged_map(value, unknown, sensitive, expression, name)
    if isinstance(value, list):
        return _merged_list(value, unknown, sensitive, expression, name)
    if value and value is not True and is_secret_name(name):
        return Hidden(value)
    return value


def _merged_map(value: dict[str, Any], unknown: Any, sensitive: Any, expression: Any, name: str) -> Any:
    gaps = unknown if isinstance(unknown, dict) else {}
    marks = sensitive if isinstance(sensitive, dict) else {}
    if "value" in value and is_secret_entry(value, name):
        marks = {**marks, "value": True}
    found = {}
    for key in (*value, *(key for key in gaps if key not in value)):
        hidden = True if holds_secrets(name) else marks.get(key)
        found[key] = merged(value.get(key), gaps.get(key), hidden, expression_of(expression, key), key)
    return found


def _merged_list(value: list[Any], unknown: Any, sensitive: Any, expression: Any, name: str) -> Any:
    gaps = unknown if isinstance(unknown, list) else []
    marks = sensitive if isinstance(sensitive, list) else []
    if any(marks) and len(marks) != len(value) and is_marked(marks):
        return Hidden(value)
    only = len(value) == 1 and isinstance(expression, list) and len(expression) == 1
    return [
        merged(
            item,
            gaps[index] if index < len(gaps) else None,
            marks[index] if index < len(marks) else None,
            expression[0] if only else None if isinstance(expression, list) else _element(expression, index),
            name,
        )
        for index, item in enumerate(value)
    ]


def expression_of(expression: Any, name: str) -> Any:
    """The expression of an attribute; a mapping written in one expression has but one for all its keys."""
    if not isinstance(expression, dict):
        return None
    if "references" not in expression:
        return expression.get(name)
    return _narrowed(expression, mapping(expression.get("constant_value")).get(name))


def _element(expression: Any, index: int) -> Any:
    """The expression of a part of a list that is written in one expression."""
    if not isinstance(expression, dict) or "references" not in expression:
        return expression
    parts = expression.get("constant_value")
    return _narrowed(expression, parts[index] if isinstance(parts, list) and index < len(parts) else None)


def _narrowed(expression: dict[str, Any], part: Any) -> dict[str, Any]:
    """The expression of a part: of the whole the references are known, of the part what is written."""
    return {**expression, "constant_value": part}


def written(expression: Any) -> str:
    """What the configuration says, as text to compare by; empty where the plan does not repeat it."""
    said = mapping(expression).get("constant_value")
    return "" if said is None else json.dumps(said, sort_keys=True)


def references(expression: Any) -> tuple[str, ...]:
    """What an expression refers to; Terraform lists the resource itself behind each of its attributes."""
    listed = expression.get("references") if isinstance(expression, dict) else None
    found = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return tuple(one for one in found if not any(other.startswith(f"{one}.") for other in found))


def is_nothing(value: Any) -> bool:
    """Whether it says nothing: Terraform's providers do not agree on how to write that."""
    return value is None or value in _NOTHING


def same(old: Any, new: Any) -> bool:
    """Whether two values mean the same."""
    return bool(old == new) or (is_nothing(old) and is_nothing(new))


def may_equal(old: Any, new: Any) -> bool:
    """Whether two values may turn out to be equal, by what is known of them."""
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(may_equal(old[name], new[name]) for name in old)
    return bool(old == new)


def at(values: Any, path: str) -> Any:
    """The value at a dotted path; a block is a mapping or a list of one."""
    for name in path.split("."):
        if isinstance(values, list):
            values = values[0] if len(values) == 1 else None
        if isinstance(values, Unknown | Hidden):
            return values
        values = values.get(name) if isinstance(values, dict) else None
    return values


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Dotted path, old and new of all that differs, block by block."""
    if old == new:
        return
    one, other = _block(old), _block(new)
    if isinstance(one, dict) and isinstance(other, dict):
        for name in (*one, *(name for name in other if name not in one)):
            below = f"{path}.{name}" if path else str(name)
            yield from differences(one.get(name), other.get(name), below)
    elif not same(old, new):
        yield path, old, new


def _block(value: Any) -> Any:
    """The mapping in a list of one; an absent block has no values."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return {} if is_nothing(value) and not isinstance(value, str) else value
