"""Estimates and differences for programs.

Every figure is text, for the numbers of JSON are floats.
"""

from __future__ import annotations

from typing import Any

from modules.facts import prices
from ops.cost.budgets import cents
from ops.cost.differences import Difference
from ops.cost.estimate import Estimate
from ops.cost.items import Item

FORMAT = 1


def estimate_as_json(estimate: Estimate) -> dict[str, Any]:
    """An estimate in a stable shape.

    Returns
    -------
    dict
        `format`: 1, another number when a key goes or changes its meaning; `currency`;
        `prices`: their `region` and `date`; `total`: in whole cents;
        `items`: each with `kind`, `title`, `quantity`, `unit`, `unit_price` for `per` units, `amount`
        (not rounded, so that their sum is the total) and `assumptions`;
        `assumptions` and `not_counted`: sentences about the whole.
    """
    return {
        "format": FORMAT,
        "currency": "USD",
        "prices": {"region": prices.prices_region(), "date": prices.prices_date()},
        "total": str(cents(estimate.total)),
        "items": [_item(item) for item in estimate.items],
        "assumptions": list(estimate.assumptions),
        "not_counted": list(estimate.not_counted),
    }


def difference_as_json(difference: Difference) -> dict[str, Any]:
    """The totals and every kind that changed, not rounded but for the totals."""
    return {
        "format": FORMAT,
        "currency": "USD",
        "before": str(cents(difference.before)),
        "after": str(cents(difference.after)),
        "difference": str(cents(difference.total)),
        "changes": [
            {
                "kind": change.kind,
                "title": change.title,
                "before": f"{change.before:f}",
                "after": f"{change.after:f}",
                "difference": f"{change.difference:f}",
            }
            for change in difference.changed
        ],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "title": item.title,
        "quantity": f"{item.quantity:f}",
        "unit": item.unit,
        "unit_price": f"{item.unit_price:f}",
        "per": f"{item.per:f}",
        "amount": f"{item.amount:f}",
        "assumptions": list(item.assumptions),
    }
