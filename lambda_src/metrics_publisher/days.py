"""The day that a moment belongs to, in a time zone: from its first instant to that of the next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class Day:
    """A day of 23, 24, 25 or any other number of hours; `end` is no part of it. Both in UTC."""

    start: datetime
    end: datetime


def today(now: datetime, zone: tzinfo) -> Day:
    """The day in whose hours `now` lies.

    Where a clock that is put back shows the end of a day twice, the second time belongs to the next
    day, so that days neither overlap nor leave a gap.
    """
    day = now.astimezone(zone).date()
    if now >= start_of(_next(day), zone):
        day = _next(day)
    return Day(start_of(day, zone), start_of(_next(day), zone))


def start_of(day: date, zone: tzinfo) -> datetime:
    """Its midnight in UTC: the first of two; where the clock leaps over midnight, the instant of the leap.

    That is what Python makes of a midnight that is not there, if the leap begins at it. The last clock
    that leapt over midnight from before it was Toronto's, in 1919.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _next(day: date) -> date:
    return day + timedelta(days=1)
