"""Values of a change: known, unknown until apply, or hidden because they are sensitive.

They come from JSON, so a mapping is a `dict`; asking for that alone is three times as fast.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from modules.terraform.values import Hidden, Unknown, is_nothing, same


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
