"""Reading what others wrote: a field of the wrong kind counts as absent, and nothing raises."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.texts import clean

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200


def parse_json(text: object) -> Any:
    """The value that a JSON text holds, or None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def number(value: object) -> float | None:
    """A finite number, or None; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def milliseconds(value: object) -> float | None:
    """Seconds since 1970 of a number of milliseconds, which SQS writes as text."""
    try:
        return _plausible(datetime.fromtimestamp(int(str(value)) / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _plausible(time: datetime) -> float | None:
    """A year that a clock can show."""
    return time.timestamp() if EARLIEST_YEAR <= time.year < LATEST_YEAR else None


class Fields:
    """A JSON object of which nothing is certain; what is no object has no fields.

    Topics write `MetricName` where events write `metricName`: the capital letter asks for both.
    """

    def __init__(self, raw: object) -> None:
        self.raw: Mapping[Any, Any] = raw if isinstance(raw, Mapping) else {}

    def has(self, *keys: str) -> bool:
        """Whether all of these are there, spelled like this."""
        return all(key in self.raw for key in keys)

    def value(self, key: str) -> Any:
        """Whatever is under a key."""
        return self.raw.get(key, self.raw.get(key[:1].lower() + key[1:]))

    def text(self, *keys: str) -> str:
        """The first of these that is text or a number, cleaned; else nothing."""
        for value in map(self.value, keys):
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return clean(value)
        return ""

    def number(self, key: str) -> float | None:
        """The number under a key."""
        return number(self.value(key))

    def time(self, key: str) -> float | None:
        """Seconds since 1970 of the ISO 8601 time under a key; without an offset it counts as UTC."""
        try:
            time = datetime.fromisoformat(self.text(key))
        except ValueError:
            return None
        return _plausible(time if time.tzinfo else time.replace(tzinfo=UTC))

    def part(self, key: str) -> Fields:
        """The object under a key."""
        return Fields(self.value(key))

    def items(self, key: str) -> list[Any]:
        """The list under a key."""
        value = self.value(key)
        return value if isinstance(value, list) else []

    def parts(self, key: str) -> list[Fields]:
        """The objects of the list under a key."""
        return [Fields(item) for item in self.items(key) if isinstance(item, Mapping)]
