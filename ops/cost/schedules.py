"""How often a schedule of AWS runs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from modules.facts import prices
from modules.terraform.values import as_text
from ops.cost.crons import runs_per_day

_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_HOURS_PER_DAY = 24
_ONCE = "at("
# Sums are exact then, in whatever order.
_SMALLEST = Decimal("1E-6")


def runs(expression: Any) -> Decimal | None:
    """The runs in a month of a rate, of a cron expression or of a single time; `None` if it is not known.

    A rate of zero, as canaries may have, is one run by hand.
    """
    text = (as_text(expression) or "").strip()
    if text.startswith(_ONCE):
        return Decimal(1)
    daily = runs_per_day(text)
    if daily is not None:
        return (prices.hours_per_month() / _HOURS_PER_DAY * daily).quantize(_SMALLEST)
    rate = _RATE.fullmatch(text)
    if rate is None:
        return None
    minutes = int(rate[1]) * _MINUTES[rate[2]]
    if not minutes:
        return Decimal(1)
    return (prices.hours_per_month() * _MINUTES["hour"] / minutes).quantize(_SMALLEST)
