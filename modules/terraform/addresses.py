"""Addresses of resources and references to their attributes."""

from __future__ import annotations

import re
from typing import Any

# The key of an instance is a number, or text in quotes that may contain any character.
_KEY = r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"{}]*)\]'
_INDEX = re.compile(_KEY)
REFERENCE = re.compile(rf"(?<!\$)\$\{{((?:[\w.-]|{_KEY})+)\.([\w-]+)\}}")
"""One reference within a text: the address and the attribute."""


_MODULES = re.compile(rf"(?:module\.[\w-]+(?:{_KEY})?\.)+")
_INDIRECT = ("var.", "local.", "each.", "count.", "self.")


def without_indexes(address: str) -> str:
    """Return an address as the configuration writes it, without the keys of instances."""
    return _INDEX.sub("", address) if "[" in address else address


def is_indirect(reference_: str) -> bool:
    """Return true if a reference leads to a resource by way of an output, a variable or a repetition."""
    within = _MODULES.sub("", reference_, count=1) if reference_.startswith("module.") else reference_
    return not within or within.startswith(_INDIRECT)


def reference(value: Any) -> tuple[str, str] | None:
    """Return address and attribute, if the value is one reference and nothing else."""
    if not isinstance(value, str) or not value.startswith("${"):
        return None
    match = REFERENCE.fullmatch(value)
    return (match[1], match[2]) if match else None


def most_specific(references: tuple[str, ...]) -> tuple[str, ...]:
    """Return references without those to a resource of which an attribute or an instance is listed too."""
    return tuple(
        item
        for item in references
        if not any(longer.startswith((f"{item}.", f"{item}[")) for longer in references)
    )
