"""What a resource uses in a month, and which function counts it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from modules.resources.views import Resource
from modules.terraform.values import as_whole
from ops.cost.surroundings import Surroundings
from ops.cost.volumes import Volumes

ONE = Decimal(1)


@dataclass(frozen=True)
class Usage:
    """A quantity of one kind of use.

    Attributes
    ----------
    kind
        A kind of the price list.
    assumptions
        What the quantity rests on, each in one sentence; none where it is simply counted.
    """

    kind: str
    quantity: Decimal
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """Something that costs and is not counted, for want of a price or of a quantity."""

    what: str


Counted = Iterator[Usage | Gap]
Counter = Callable[[Resource, Surroundings], Counted]

COUNTERS: dict[str, Counter] = {}
_WORD = re.compile(r"[\w-]{1,80}", re.ASCII)


def counts(*types: str) -> Callable[[Counter], Counter]:
    """Register a function as the one that counts resources of these types."""

    def register(counter: Counter) -> Counter:
        COUNTERS.update(dict.fromkeys(types, counter))
        return counter

    return register


def word(value: object) -> str:
    """A word out of a plan, which anybody may have written; what is no word is not repeated."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unreadable"


def whole(value: object, most: int) -> int | None:
    """A whole number above zero out of a plan, up to the most that AWS takes; else `None`."""
    number = as_whole(value)
    return number if number is not None and 0 < number <= most else None


def used(kind: str, quantity: Decimal, *assumptions: str) -> Usage:
    """A quantity of something, and what it rests on."""
    return Usage(kind, quantity, assumptions)


def assumed(kind: str, volumes: Volumes, volume: str, name: str = "", times: Decimal = ONE) -> Usage:
    """As much of something as a volume says, so many times."""
    return used(kind, times * volumes.figure(volume, name), volumes.said(volume))
