"""A maintenance window ends, and soon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from modules.resources.breaches import Breach
from modules.resources.views import Alarm
from modules.terraform.values import is_open
from policies.context import Context
from policies.engine import rule
from policies.findings import Level

# A quarter: what is to be quiet for longer is no maintenance, but an alarm of another severity.
LONGEST_DAYS = 90
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIX = "end it, or renew it under maintenance in config/"


@rule("MON-MNT-001", level=Level.ERROR, why="A window that nobody closes keeps an alarm quiet for good.")
def maintenance_has_not_ended(alarm: Alarm, context: Context) -> Iterator[Breach]:
    """A maintenance window has a last day, and that is not past."""
    until = alarm.maintenance_until
    day = _day(until)
    if until is not None and not is_open(until) and (day is None or day < context.today):
        wanted = f"a date from {context.today} on"
        yield alarm.finding(found=f"MaintenanceUntil = {until}", wanted=wanted, fix=_FIX)


@rule(
    "MON-MNT-002",
    level=Level.ERROR,
    why="What is quiet for longer is forgotten: lower its severity for good.",
)
def maintenance_is_short(alarm: Alarm, context: Context) -> Iterator[Breach]:
    """A maintenance window ends within 90 days."""
    day, last = _day(alarm.maintenance_until), context.today + timedelta(days=LONGEST_DAYS)
    if day is not None and day > last:
        wanted = f"{last} at the latest"
        yield alarm.finding(found=f"MaintenanceUntil = {day}", wanted=wanted, fix=_FIX)


def _day(value: object) -> date | None:
    """A date like 2026-12-31; `None` if it is none."""
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
