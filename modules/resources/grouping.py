"""Pairs, put together by what they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def grouped(pairs: Iterable[tuple[Key, Value]]) -> Mapping[Key, tuple[Value, ...]]:
    """The values of each key, in order, each object once."""
    found: dict[Key, dict[int, Value]] = defaultdict(dict)
    for key, value in pairs:
        found[key][id(value)] = value
    return {key: tuple(values.values()) for key, values in found.items()}
