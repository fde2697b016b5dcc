"""Schedules of EventBridge, EventBridge Scheduler and Synthetics: when they run, and how often.

Source: EventBridge Scheduler user guide, "Schedule types". A rate is `rate(5 minutes)`; `rate(0 minute)` of a
canary is one run. A cron expression has minutes, hours, day of the month, month, day of the week and year.
The hours that daylight saving time skips or repeats are not counted.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)")
_AT = re.compile(r"at\(\s*(\S+)\s*\)")
_CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}
_MINUTES_PER_DAY = 1440
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_CYCLE = range(2001, 2029)
"""Years in which every date falls on every day of the week equally often."""

_DAYS_OF_CYCLE = 10_227
_PART = re.compile(r"(\*|[0-9A-Z]{1,4})(?:-([0-9A-Z]{1,4}))?(?:/(\d{1,4}))?")
# The last day, the last but three, the weekday nearest to the 15th, the last weekday.
_BY_DATE = re.compile(r"L(?:-(?P<before>\d{1,2}))?|(?P<near>\d{1,2}|L)W")
# The last Friday, the second Monday.
_BY_WEEKDAY = re.compile(r"(?P<weekday>[1-7]|[A-Z]{3})(?:L|#(?P<nth>[1-5]))")


@dataclass(frozen=True)
class Schedule:
    """The runs of a schedule.

    Attributes
    ----------
    minutes
        From one run to the next, of a rate; 0 for a single run.
    at
        The time of a single run, as it is written.
    times
        The minutes of the day at which a cron expression runs.
    days
        The days of 28 years on which a cron expression runs, if its years include them.
    years
        The years of a cron expression; none for every year.
    """

    minutes: int = 0
    at: str = ""
    times: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()

    @property
    def is_single(self) -> bool:
        """True if there is one run."""
        return not (self.minutes or self.times)

    @property
    def has_time_zone(self) -> bool:
        """True if the runs depend on the time zone."""
        return bool(self.at or self.times)

    @property
    def per_day(self) -> Fraction:
        """The runs on an average day of the years in which it runs; 0 for a single run."""
        daily = Fraction(len(self.times) * len(self.days), _DAYS_OF_CYCLE)
        return Fraction(_MINUTES_PER_DAY, self.minutes) if self.minutes else daily

    def runs(self, days: Decimal) -> Decimal:
        """Return the runs in a number of days; a single run counts as 1."""
        return Decimal(1) if self.is_single else days * self.per_day.numerator / self.per_day.denominator

    def compared(self, other: Schedule) -> int | None:
        """Return 1 if it runs more often than another, -1 if less often, 0 if at the same times."""
        own, others = self._amount(), other._amount()
        return 0 if self == other else (own > others) - (own < others) or None

    def _amount(self) -> tuple[bool, Fraction]:
        """Return whether it runs without end, and the runs: on a day or in all."""
        if self.is_single or self.years:
            return False, Fraction(1 if self.is_single else len(self.times) * self._days_in_years)
        return True, self.per_day

    @property
    def _days_in_years(self) -> int:
        """The days of its years, which repeat after 28 of them, on which a cron expression runs."""
        days = Counter(date.fromordinal(day).year for day in self.days)
        return sum(days[_CYCLE[(year - _CYCLE[0]) % len(_CYCLE)]] for year in self.years)


@lru_cache(maxsize=256)
def parse_schedule(expression: str) -> Schedule | None:
    """Return the schedule of a rate, of a cron expression or of a single time; `None` for anything else."""
    text = expression.strip()
    if rate := _RATE.fullmatch(text):
        return Schedule(minutes=int(rate[1]) * _MINUTES[rate[2]])
    at, cron = _AT.fullmatch(text), _CRON.fullmatch(text)
    try:
        if at:
            return Schedule(at=datetime.fromisoformat(at[1]).isoformat())
        return _cron([field.upper() for field in cron.groups()]) if cron else None
    except ValueError:
        return None


def _cron(fields: list[str]) -> Schedule:
    minutes, hours, by_date, months, by_weekday, years = fields
    times = (60 * hour + minute for hour in _values(hours, 0, 23) for minute in _values(minutes, 0, 59))
    firsts = [date(year, month, 1) for year in _CYCLE for month in _values(months, 1, 12, _MONTHS)]
    if (by_date == "?") == (by_weekday == "?"):
        raise ValueError("exactly one of both days has to be ?")
    if by_weekday == "?":
        days = {day for first in firsts for day in _by_date(by_date, first)}
    else:
        days = {day for first in firsts for day in _by_weekday(by_weekday, first)}
    only = frozenset() if years == "*" else frozenset(_values(years, 1970, 2199, goes_around=False))
    return Schedule(times=frozenset(times), days=frozenset(days), years=only)


def _by_date(field: str, first: date) -> Iterator[int]:
    """Yield the days of a month, as ordinals, on which a field for the day of the month falls."""
    length, start = monthrange(first.year, first.month)[1], first.toordinal() - 1
    for part in field.split(","):
        special = _BY_DATE.fullmatch(part)
        if special is None:
            days = _values(part, 1, 31)
        elif special["near"] is None:
            days = frozenset({length - int(special["before"] or 0)})
        else:
            near = length if special["near"] == "L" else min(_values(special["near"], 1, 31))
            days = frozenset({_nearest_weekday(near, length, start)} if near <= length else ())
        yield from (start + day for day in days if 1 <= day <= length)


def _nearest_weekday(day: int, length: int, start: int) -> int:
    """Return the weekday that is nearest to a day and in its month."""
    match date.fromordinal(start + day).isoweekday():
        case 6:
            return day - 1 if day > 1 else day + 2
        case 7:
            return day + 1 if day < length else day - 2
    return day


def _by_weekday(field: str, first: date) -> Iterator[int]:
    """Yield the days of a month, as ordinals, on which a field for the day of the week falls."""
    start, length = first.toordinal(), monthrange(first.year, first.month)[1]
    for part in field.split(","):
        special = _BY_WEEKDAY.fullmatch(part)
        wanted = _values(special["weekday"] if special else "SAT" if part == "L" else part, 1, 7, _WEEKDAYS)
        days = [day for day in range(start, start + length) if day % 7 + 1 in wanted]
        nth = int(special["nth"] or 0) if special else None
        yield from days if nth is None else days[nth - 1 : nth or None]


@lru_cache(maxsize=256)
def _values(
    field: str, least: int, most: int, names: tuple[str, ...] = (), *, goes_around: bool = True
) -> frozenset[int]:
    """Return the numbers of a field such as `1,5-9` or `*/15`; a range may go around the end: `FRI-MON`."""
    numbers = {name: str(number) for number, name in enumerate(names, 1)}
    found: set[int] = set()
    for text in field.split(","):
        part = _PART.fullmatch(text)
        if part is None:
            raise ValueError(text)
        first = str(least) if part[1] == "*" else numbers.get(part[1], part[1])
        end = str(most) if part[1] == "*" or part[3] else first
        last = numbers.get(part[2], part[2]) if part[2] else end
        begin, stop, step = int(first), int(last), int(part[3] or 1)
        if not (least <= begin <= most and least <= stop <= most) or (stop < begin and not goes_around):
            raise ValueError(text)
        size = most - least + 1
        around = stop if stop >= begin else stop + size
        found.update((number - least) % size + least for number in range(begin, around + 1, step))
    return frozenset(found)
