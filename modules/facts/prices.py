"""What AWS charges. Decimal throughout: a float would lose the cents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from modules.facts.files import read

FILE = "prices.yaml"


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A price from a quantity on."""

    above: Decimal
    price: Decimal


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one kind of use costs a month.

    Attributes
    ----------
    kind
        What it is called in code and in JSON, such as ``alarm_standard``.
    title, unit
        What it is called for people, and what is counted.
    per
        How many units a price buys.
    tiers
        The prices in US dollars, by rising quantity; the first begins at zero.
    source
        AWS's public page about it.
    checked
        Whether the figure is that of AWS's price list; else it is from published tables.
    """

    kind: str
    title: str
    unit: str
    per: Decimal
    tiers: tuple[Tier, ...]
    source: str
    checked: bool

    def parts(self, quantity: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
        """The quantity cut at the borders of the tiers: how much of it, at which price."""
        for tier, following in pairwise((*self.tiers, None)):
            end = quantity if following is None else min(quantity, following.above)
            if tier is not None and end > tier.above:
                yield end - tier.above, tier.price


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What an account has free each month: a quantity of these kinds together, the first kind first."""

    kinds: tuple[str, ...]
    quantity: Decimal


def price(kind: str) -> Price:
    """The price of a kind of use.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    return prices()[kind]


@cache
def prices() -> Mapping[str, Price]:
    """Every price by its kind, in the order of the file."""
    return {
        kind: _price(kind, values, service["source"])
        for service in read(FILE)["services"]
        for kind, values in service["prices"].items()
    }


@cache
def free_tier() -> tuple[Allowance, ...]:
    """What every account has free each month, for ever."""
    return tuple(
        Allowance(kinds=tuple(entry["kinds"]), quantity=Decimal(entry["quantity"]))
        for service in read(FILE)["services"]
        for entry in service.get("free_tier", ())
    )


@cache
def free_types() -> frozenset[str]:
    """Terraform types that cost nothing by being there."""
    return frozenset(read(FILE)["free_types"])


def prices_region() -> str:
    """The region whose prices these are; other regions have others."""
    return str(read(FILE)["region"])


def prices_date() -> str:
    """Year and month of the figures."""
    return str(read(FILE)["as_of"])


def hours_per_month() -> Decimal:
    """The hours that AWS counts for a month."""
    return Decimal(read(FILE)["hours_per_month"])


def _price(kind: str, values: Mapping[str, Any], source: str) -> Price:
    tiers = values.get("tiers") or [{"above": "0", "price": values["price"]}]
    return Price(
        kind=kind,
        title=values["title"],
        unit=values["unit"],
        per=Decimal(values.get("per", "1")),
        tiers=tuple(Tier(above=Decimal(one["above"]), price=Decimal(one["price"])) for one in tiers),
        source=source,
        checked=values.get("checked", True),
    )
