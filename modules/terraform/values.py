"""Values as they stand in Terraform's JSON: known, absent, or only known to Terraform."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TEMPLATE = re.compile(r"(?<!\$)\$\{")


# Named, because a union in a call is built for every call, and a plan has hundreds of thousands of values.
NESTED = (dict, list)
_SEQUENCE = (list, tuple)
_NUMERIC = (int, float, str)
_NOTHING: tuple[Any, ...] = ("", [], {})


@dataclass(frozen=True)
class Unknown:
    """A value that the plan does not know yet, with the references it is made of.

    Attributes
    ----------
    written
        What the configuration says in its place, where the plan repeats it: to compare by.
    """

    references: tuple[str, ...] = ()
    written: str = field(default="", repr=False)


@dataclass(frozen=True)
class Hidden:
    """A sensitive value: it can be compared, and nothing else."""

    value: Any = field(repr=False)


def is_nothing(value: Any) -> bool:
    """Whether it says nothing: Terraform's providers do not agree on how to write that."""
    return value is None or value in _NOTHING


def same(old: Any, new: Any) -> bool:
    """Whether two values mean the same."""
    return bool(old == new) or (is_nothing(old) and is_nothing(new))


def is_known(value: Any) -> bool:
    """Whether it can be judged: neither unknown, nor text with a reference in it."""
    if isinstance(value, str):
        return "${" not in value or _TEMPLATE.search(value) is None
    return not isinstance(value, Unknown)


def is_open(value: Any) -> bool:
    """Whether it is set to something that only Terraform will know."""
    return not is_known(value)


def as_text(value: Any) -> str | None:
    """Known text, else `None`."""
    return value if isinstance(value, str) and is_known(value) else None


def as_number(value: Any) -> float | None:
    """A number or the text of one, as Terraform converts it; NaN and infinity included."""
    if isinstance(value, bool) or not isinstance(value, _NUMERIC):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None if isinstance(value, str) else math.inf if value > 0 else -math.inf


def as_whole(value: Any) -> int | None:
    """A whole number, else `None`."""
    number = as_number(value)
    return int(number) if number is not None and math.isfinite(number) and number.is_integer() else None


def as_map(value: Any) -> Mapping[str, Any]:
    """An object of JSON; anything else is empty."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> tuple[Any, ...]:
    """A list; a single value is a list of one, nothing is empty."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, _SEQUENCE) else (value,)


def blocks(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Nested blocks, which Terraform's JSON writes as a mapping or as a list of them."""
    if value is None:
        return ()
    return tuple(item for item in as_list(value) if isinstance(item, dict))


def inside(value: Any, *names: str) -> Any:
    """What stands in nested blocks under these names, in the first of each; `Unknown` if a block is."""
    for name in names:
        if isinstance(value, Unknown):
            return value
        value = next(iter(blocks(value)), {}).get(name)
    return value


def links(value: Any) -> tuple[Any, ...]:
    """A list whose unknown parts are written as the references they are made of."""
    found: list[Any] = []
    for item in as_list(value):
        known_as = [f"${{{reference}}}" for reference in item.references] if isinstance(item, Unknown) else []
        found.extend(known_as or [item])
    return tuple(found)


def from_json(value: Any) -> Any:
    """What JSON text says; `None` if it is none."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def hashable(value: Any) -> str:
    """Text that is the same for the same value, whatever its type."""
    return f"{type(value).__name__}:{value!r}"
