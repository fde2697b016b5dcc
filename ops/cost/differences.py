"""What a change costs: two estimates against each other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from modules.facts import prices
from ops.cost.estimate import Estimate


@dataclass(frozen=True, kw_only=True)
class Change:
    """One kind of use before and after, in US dollars a month, exact."""

    kind: str
    title: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """What it costs more; less than zero where it costs less."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Difference:
    """All kinds that either estimate has, in the order of the price list."""

    changes: tuple[Change, ...]

    @cached_property
    def before(self) -> Decimal:
        """The total before."""
        return sum((change.before for change in self.changes), Decimal(0))

    @cached_property
    def after(self) -> Decimal:
        """The total after."""
        return sum((change.after for change in self.changes), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What all costs more."""
        return self.after - self.before

    @property
    def changed(self) -> tuple[Change, ...]:
        """The kinds whose amount is not what it was."""
        return tuple(change for change in self.changes if change.difference)


def difference(before: Estimate, after: Estimate) -> Difference:
    """What the second costs more than the first, by kind."""
    kinds = (kind for kind in prices.prices() if kind in before.by_kind or kind in after.by_kind)
    return Difference(
        changes=tuple(
            Change(
                kind=kind,
                title=prices.price(kind).title,
                before=before.by_kind.get(kind, Decimal(0)),
                after=after.by_kind.get(kind, Decimal(0)),
            )
            for kind in kinds
        )
    )
