"""A violation as a plain value, and how the values in it are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

from modules.terraform.values import Unknown

_LONGEST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Breach:
    """What a rule yields: the place, the value found, the value wanted and the mend."""

    address: str
    found: str
    wanted: str
    fix: str


def shown(value: Any) -> str:
    """A value in a message: short, on one line, and readable."""
    text = _plain(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _plain(value: Any) -> str:
    if value is None or value in ((), ""):
        return "nothing"
    if isinstance(value, str):
        return value if value.isprintable() else ascii(value)
    if isinstance(value, Unknown):
        return "a value not known yet"
    if is_dataclass(value):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return ", ".join(_plain(item) for item in value) or "nothing"
    return ascii(value) if not isinstance(value, float) else f"{value:g}"
