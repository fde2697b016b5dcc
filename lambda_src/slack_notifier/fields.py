"""Reading what others wrote: a field of the wrong kind counts as absent, and nothing raises."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from texts import clean

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200


def parse_json(text: object) -> Any:
    """The value that a JSON text holds, or None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def parse_time(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 time; without an offset it counts as UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not EARLIEST_YEAR <= time.year < LATEST_YEAR:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def number(value: object) -> float | None:
    """A finite number, or None; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


class Fields:
    """A JSON object of which nothing is certain.

    Parameters
    ----------
    raw
        Anything; what is no object has no fields.
    """

    def __init__(self, raw: object) -> None:
        self.raw: Mapping[Any, Any] = raw if isinstance(raw, Mapping) else {}

    def has(self, *keys: str) -> bool:
        """Whether all of these are there."""
        return all(key in self.raw for key in keys)

    def text(self, *keys: str) -> str:
        """The first of these that is text or a number, cleaned; else nothing."""
        for key in keys:
            value = self.raw.get(key)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return clean(value)
        return ""

    def number(self, key: str) -> float | None:
        """The number under a key."""
        return number(self.raw.get(key))

    def part(self, key: str) -> Fields:
        """The object under a key."""
        return Fields(self.raw.get(key))

    def parts(self, key: str) -> list[Fields]:
        """The objects of the list under a key."""
        value = self.raw.get(key)
        return (
            [Fields(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
        )
