"""The lines of an estimate: quantities at their prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from modules.facts import prices
from ops.cost.usages import Usage

UNCHECKED = "the price is from published tables, not from AWS's price list"
FREE = "free in every account each month, and taken as if nothing else in the account used it"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of an estimate.

    Attributes
    ----------
    kind, title
        What is used: for code and for people. A kind has a line for each price that its quantity meets.
    quantity, unit
        How much of it in a month.
    unit_price, per
        US dollars for so many units.
    amount
        US dollars a month, exact.
    assumptions
        What the quantity and the price rest on, in sentences.
    """

    kind: str
    title: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    per: Decimal
    amount: Decimal
    assumptions: tuple[str, ...]


def priced(usages: Sequence[Usage], *, free_tier: bool) -> Iterator[Item]:
    """What is used, in the order of the price list, each quantity cut where its price changes."""
    quantities: dict[str, Decimal] = {}
    said: dict[str, set[str]] = {}
    for usage in usages:
        quantities[usage.kind] = quantities.get(usage.kind, Decimal(0)) + usage.quantity
        said.setdefault(usage.kind, set()).update(usage.assumptions)
    free = _free(quantities) if free_tier else {}
    for kind, price in prices.prices().items():
        if quantities.get(kind):
            assumptions = (*sorted(said[kind]), *[UNCHECKED] * (not price.checked))
            yield from _lines(price, quantities[kind], free.get(kind, Decimal(0)), assumptions)


def _lines(
    price: prices.Price, quantity: Decimal, free: Decimal, assumptions: tuple[str, ...]
) -> Iterator[Item]:
    """The part that is free, then a line for each tier."""
    because: tuple[str, ...] = (FREE,)
    parts = [(free, Decimal(0), because)] * bool(free)
    parts += [(part, unit_price, assumptions) for part, unit_price in price.parts(quantity - free)]
    for part, unit_price, because in parts:
        yield Item(
            kind=price.kind,
            title=price.title,
            quantity=part,
            unit=price.unit,
            unit_price=unit_price,
            per=price.per,
            amount=part * unit_price / price.per,
            assumptions=because,
        )


def _free(quantities: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    free: dict[str, Decimal] = {}
    for allowance in prices.free_tier():
        left = allowance.quantity
        for kind in allowance.kinds:
            free[kind] = min(left, quantities.get(kind, Decimal(0)))
            left -= free[kind]
    return free
