"""Terraform's own marks on sensitive values. They have the shape of the values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def leaves(value: Any) -> Iterator[str]:
    """Every text and number in a value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def marked(value: Any, marks: Any) -> Iterator[str]:
    """The texts that Terraform's marks, which have the shape of the value, call sensitive."""
    if marks is True:
        yield from leaves(value)
    elif isinstance(marks, dict) and isinstance(value, dict):
        for name, mark in marks.items():
            if mark:
                yield from marked(value.get(name), mark)
    elif isinstance(marks, list) and is_marked(marks):
        yield from _marked_list(value, marks)


def _marked_list(value: Any, marks: list[Any]) -> Iterator[str]:
    if isinstance(value, list) and len(value) == len(marks):
        for item, mark in zip(value, marks, strict=True):
            yield from marked(item, mark)
    else:
        yield from leaves(value)


def is_marked(marks: Any) -> bool:
    """Whether anything in there is marked."""
    if isinstance(marks, dict):
        return any(map(is_marked, marks.values()))
    return any(map(is_marked, marks)) if isinstance(marks, list) else marks is True


def either(one: Any, other: Any) -> Any:
    """Marked by one or by the other."""
    if not other or one is True:
        return one
    if not one or other is True:
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: either(one.get(name), other.get(name)) for name in {**one, **other}}
    # A set has no order that both sides share.
    return one if one == other else is_marked([one, other])
