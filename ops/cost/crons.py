"""How often a cron expression of AWS runs.

Source: EventBridge Scheduler user guide, "Schedule types", cron-based schedules. Six fields: minutes, hours,
day of the month, month, day of the week, year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

_CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*\)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# Of the average year: the leap day comes every fourth.
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEAP_DAY = Decimal("0.25")
DAYS_PER_YEAR = Decimal("365.25")
_DAYS_PER_WEEK = 7
_ANY = ("*", "?")
# The last day, the last but three, the weekday nearest to the 15th, the last weekday.
_ONCE_A_MONTH = re.compile(r"L(-\d{1,2})?|LW|\d{1,2}W")
# L alone is the last day of the week.
_LAST = "L"
# The last Friday, the second Monday.
_ONE_WEEKDAY = re.compile(r"(?:[1-7]|[A-Z]{3})(?:L|#[1-5])")
_PART = re.compile(r"(\*|[0-9A-Z]{1,4})(?:-([0-9A-Z]{1,4}))?(?:/(\d{1,4}))?")


def runs_per_day(expression: str) -> Decimal | None:
    """The runs on an average day; `None` for what is no cron expression.

    It is never too low: a fifth weekday counts in every month, and a year counts as every year.
    """
    fields = _CRON.fullmatch(expression.strip())
    if fields is None:
        return None
    minutes, hours = _values(fields[1], 0, 59), _values(fields[2], 0, 23)
    months = _values(fields[4], 1, 12, _named(_MONTHS))
    if not (minutes and hours and months):
        return None
    days = _days(fields[3].upper(), fields[5].upper(), sorted(months))
    return None if days is None else len(minutes) * len(hours) * min(days / DAYS_PER_YEAR, Decimal(1))


def _days(by_date: str, by_weekday: str, months: Sequence[int]) -> Decimal | None:
    """Days in a year. AWS takes only one of the two; where both are given, the more frequent counts."""
    if by_weekday in _ANY:
        return _by_date("*" if by_date == "?" else by_date, months)
    if by_date in _ANY:
        return _by_weekday(by_weekday, months)
    found = [_by_date(by_date, months), _by_weekday(by_weekday, months)]
    return None if None in found else max(one for one in found if one is not None)


def _by_date(field: str, months: Sequence[int]) -> Decimal | None:
    monthly, rest = _split(field, _ONCE_A_MONTH)
    days = _values(rest, 1, 31) if rest else frozenset()
    if days is None:
        return None
    return sum((_length(month, days) for month in months), Decimal(monthly * len(months)))


def _length(month: int, days: frozenset[int]) -> Decimal:
    whole = Decimal(sum(day <= _LENGTHS[month - 1] for day in days))
    return whole + _LEAP_DAY if month == 2 and 29 in days else whole  # noqa: PLR2004  (February 29)


def _by_weekday(field: str, months: Sequence[int]) -> Decimal | None:
    monthly, rest = _split("SAT" if field == _LAST else field, _ONE_WEEKDAY)
    weekdays = _values(rest, 1, _DAYS_PER_WEEK, _named(_WEEKDAYS)) if rest else frozenset()
    if weekdays is None:
        return None
    every = sum((_length(month, frozenset(range(1, 32))) for month in months), Decimal(0))
    return monthly * len(months) + every * len(weekdays) / _DAYS_PER_WEEK


def _split(field: str, once: re.Pattern[str]) -> tuple[int, str]:
    """How many parts of a list stand for one day of each month, and the other parts."""
    parts = field.split(",")
    rest = [part for part in parts if not once.fullmatch(part)]
    return len(parts) - len(rest), ",".join(rest)


def _values(
    field: str, least: int, most: int, names: Mapping[str, int] | None = None
) -> frozenset[int] | None:
    """The numbers that a field stands for; `None` if it is none of this grammar."""
    found: set[int] = set()
    for text in field.upper().split(","):
        part = _PART.fullmatch(text)
        if part is None:
            return None
        first, last = ((names or {}).get(one or "", one) for one in (part[1], part[2]))
        step = int(part[3] or 1)
        if first == "*":
            first, last = least, last or most
        elif last is None:
            last = most if part[3] else first
        if not (_within(first, least, most) and _within(last, least, most) and step):
            return None
        found.update(_span(int(first), int(last), step, most - least + 1, least))
    return frozenset(found)


def _named(names: Sequence[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names, 1)}


def _within(value: str | int, least: int, most: int) -> bool:
    return str(value).isdecimal() and least <= int(value) <= most


def _span(first: int, last: int, step: int, size: int, least: int) -> Iterator[int]:
    """From first to last, around the end if the last comes before, such as FRI-MON."""
    for number in range(first, last + 1 if last >= first else last + size + 1, step):
        yield (number - least) % size + least
