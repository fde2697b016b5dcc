"""What the monitoring costs in a month: pure, from plain resources, volumes and prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from modules.facts import prices
from modules.resources.stacks import Stack
from ops.cost import alarms, buckets, delivery, logs, probes, widgets
from ops.cost.items import Item, priced
from ops.cost.metrics import custom_metrics
from ops.cost.surroundings import GROUP, Surroundings
from ops.cost.usages import COUNTERS, Gap, Usage, assumed, word
from ops.cost.volumes import Volumes

# Importing them registers their counters.
COUNTING = (alarms, buckets, delivery, logs, probes, widgets)

# What no resource of a stack tells, and no volume stands for.
NEVER_COUNTED = (
    "data transfer, and requests to buckets",
    "GetMetricData requests of tools other than the console",
    "ephemeral storage and provisioned concurrency of functions",
    "what canaries log",
)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What some stacks cost together in a month.

    Attributes
    ----------
    items
        In the order of the price list.
    assumptions
        What holds for all items.
    not_counted
        What may cost besides.
    """

    items: tuple[Item, ...]
    assumptions: tuple[str, ...]
    not_counted: tuple[str, ...]

    @cached_property
    def total(self) -> Decimal:
        """US dollars a month, exact."""
        return sum((item.amount for item in self.items), Decimal(0))

    @cached_property
    def by_kind(self) -> Mapping[str, Decimal]:
        """US dollars a month of each kind, exact."""
        amounts: dict[str, Decimal] = {}
        for item in self.items:
            amounts[item.kind] = amounts.get(item.kind, Decimal(0)) + item.amount
        return amounts


def estimate(
    stacks: Iterable[Stack],
    volumes: Volumes,
    *,
    regions: Sequence[str] = (),
    free_tier: bool = False,
) -> Estimate:
    """What the resources of some stacks cost together.

    Parameters
    ----------
    stacks
        As read from synthesized JSON or from a plan; in one account.
    volumes
        How much is used.
    regions
        Where the stacks are; none, or empty text, where that is not known.
    free_tier
        Whether to take off what every account has free.
    """
    around = [Surroundings(stack, volumes) for stack in stacks]
    counted = [one for each in around for one in _counted(each)]
    usages = [*(one for one in counted if isinstance(one, Usage)), *_looked_at(counted, around, volumes)]
    gaps = Counter(one.what for one in counted if isinstance(one, Gap))
    return Estimate(
        items=tuple(priced(usages, free_tier=free_tier)),
        assumptions=tuple(_assumptions(regions, free_tier=free_tier)),
        not_counted=(*(f"{what}: {count}" for what, count in sorted(gaps.items())), *NEVER_COUNTED),
    )


def _counted(around: Surroundings) -> Iterator[Usage | Gap]:
    free = prices.free_types()
    for item in around.stack.resources:
        counter = COUNTERS.get(item.type)
        if counter is not None:
            yield from counter(item, around)
        elif item.type not in free:
            yield Gap(word(item.type))
    yield from custom_metrics(around)


def _looked_at(
    counted: Iterable[Usage | Gap], around: Iterable[Surroundings], volumes: Volumes
) -> Iterator[Usage]:
    """What people look at where there is something to see."""
    if any(isinstance(one, Usage) and one.kind == "trace_recorded" for one in counted):
        yield assumed("trace_scanned", volumes, "trace_scans")
    if any(item.type == GROUP for each in around for item in each.stack.resources):
        yield assumed("live_tail", volumes, "live_tail_minutes")


def _assumptions(regions: Sequence[str], *, free_tier: bool) -> Iterator[str]:
    home = prices.prices_region()
    others = sorted(set(regions) - {home, ""})
    yield f"prices of {home}, {prices.prices_date()}, in US dollars, without tax, support and discounts"
    if not any(regions):
        yield f"the region is not known; it is taken for {home}"
    for region in others:
        yield f"{region} has prices of its own, which are not known here; those of {home} are taken"
    yield f"a month of {prices.hours_per_month()} hours, in which everything is there from the beginning"
    yield "the account has nothing else, so that every price begins with its first tier"
    if not free_tier:
        yield "nothing is taken off for what every account has free; --free-tier does that"
