"""The runs of a schedule in a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from modules.facts import prices
from modules.semantics.schedules import parse_schedule
from modules.terraform.values import as_text

_HOURS_PER_DAY = 24
# Sums are exact then, in whatever order.
_SMALLEST = Decimal("1E-6")


def runs(expression: Any) -> Decimal | None:
    """Return the runs in a month; `None` if the schedule is not known."""
    schedule = parse_schedule(as_text(expression) or "")
    if schedule is None:
        return None
    return schedule.runs(prices.hours_per_month() / _HOURS_PER_DAY).quantize(_SMALLEST)
