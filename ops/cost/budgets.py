"""What an environment may cost in a month."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ops.cost.estimate import Estimate
from policies.findings import Finding, Level

RULE = "MON-CST-001"
CENT = Decimal("0.01")


def over_budget(estimate: Estimate, budget: Decimal | None, environment: str) -> Finding | None:
    """The finding that an environment costs more than its budget; `None` if it has none or keeps it.

    Parameters
    ----------
    budget
        US dollars a month.
    """
    total = cents(estimate.total)
    if budget is None or total <= budget:
        return None
    return Finding(
        rule=RULE,
        level=Level.ERROR,
        address=f"config/{environment}.yaml: cost.budget_usd_per_month",
        found=f"{total} US dollars a month",
        wanted=f"at most {cents(budget)}",
        fix=f"take out {_dearest(estimate)}, correct cost.volumes, or raise the budget",
        why="Monitoring that costs more than anybody agreed to is switched off in haste later.",
    )


def cents(amount: Decimal) -> Decimal:
    """An amount in whole cents, rounded as a bill is."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _dearest(estimate: Estimate) -> str:
    """The kind that costs most, which is where to look first."""
    kind = max(estimate.by_kind, key=lambda one: (estimate.by_kind[one], one))
    title = next(item.title for item in estimate.items if item.kind == kind)
    return f"what is not needed of the {title} ({cents(estimate.by_kind[kind])})"
