"""The estimate of an acceptance run before it starts, in minutes and US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from math import ceil
from typing import Any

from modules.errors import ToolError
from modules.facts import prices
from modules.resources.stacks import read_stack
from ops.cost import Volumes, estimate
from ops.cost.budgets import CENT

LONGEST_MINUTES, MOST_DOLLARS = 10, Decimal(1)
# AWS charges alarms, metrics, dashboards, keys and secrets by the hour; a part counts as a whole hour.
HOURS = 1
# Requests of the checks themselves: some hundred, at less than a cent per thousand.
REQUESTS = CENT
ALARM_CALLS_PER_SECOND = 3  # PutMetricAlarm, SetAlarmState and DeleteAlarms, CloudWatch service quotas

# Not measured in an account. The provider 6.25 waits 25 s for a new queue and 60 s for a deleted one, and for
# roles and event source mappings in between.
_FIXED_SECONDS = {"generate": 15, "init": 20, "apply": 120, "checks": 60, "destroy": 180}
_TIMES_PER_ALARM = 3  # created, set to ALARM, deleted
_EMULATED_SECONDS = 170  # measured: two cores, of which one was in use


@dataclass(frozen=True)
class Forecast:
    """An estimate of a run, both figures rounded up."""

    minutes: int
    dollars: Decimal

    def __str__(self) -> str:
        return f"about {self.minutes} minutes and {self.dollars} US dollars"

    def check(self) -> None:
        """Refuse a run that costs too much.

        Raises
        ------
        ToolError
            It is above the limit.
        """
        if self.dollars > MOST_DOLLARS:
            raise ToolError(
                f"the run would cost {self.dollars} US dollars, and the limit is {MOST_DOLLARS}; "
                "`python -m ops cost --env prod` lists what is dear"
            )

    @property
    def warning(self) -> str:
        """A text where the run takes longer than intended; else empty."""
        long = self.minutes > LONGEST_MINUTES
        return f"longer than {LONGEST_MINUTES} minutes: each alarm takes a second" if long else ""


def forecast(stack: Mapping[str, Any], alarms: int, *, emulated: bool) -> Forecast:
    """Estimate a run for a stack's Terraform with so many alarms."""
    if emulated:
        return Forecast(ceil(_EMULATED_SECONDS / 60), Decimal("0.00"))
    seconds = sum(_FIXED_SECONDS.values()) + _TIMES_PER_ALARM * alarms / ALARM_CALLS_PER_SECOND
    month = estimate([read_stack(stack)], Volumes()).total
    dollars = month / prices.hours_per_month() * HOURS + REQUESTS
    return Forecast(ceil(seconds / 60), dollars.quantize(CENT, rounding=ROUND_UP))
