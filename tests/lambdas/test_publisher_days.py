"""The publisher's days: from midnight to midnight of any time zone, whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest_plugins = ["tests.lambdas.publisher_fixtures"]

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
TICK, SECOND, HOUR = timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1)


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, ZoneInfo]:
    """A moment and a zone; within a day of a leap of its clock, where that year has one."""
    zone, year = draw(ZONES), draw(st.integers(1971, 2037))
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=index) for index in range(365)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    leaps = [day for day, one, other in zip(days, offsets, offsets[1:], strict=False) if one != other]
    near = draw(st.sampled_from(leaps or days))
    # To the second and not: leaps, and with them the ends of days, are at whole seconds.
    return near + draw(st.integers(-24, 48)) * HOUR + draw(
        st.sampled_from([-TICK, 0 * TICK, 90 * SECOND])
    ), zone


@given(moments())
def test_days_leave_no_gap_and_do_not_overlap(
    function: SimpleNamespace, moment: tuple[datetime, ZoneInfo]
) -> None:
    now, zone = moment
    today = function.days.today
    day = today(now, zone)

    assert day.start <= now < day.end
    assert today(day.start, zone) == today(day.end - TICK, zone) == day
    assert today(day.end, zone).start == day.end
    assert today(day.start - TICK, zone).end == day.start


@given(moments())
def test_day_begins_when_the_clock_first_shows_it(
    function: SimpleNamespace, moment: tuple[datetime, ZoneInfo]
) -> None:
    now, zone = moment
    start = function.days.today(now, zone).start
    shown, before = start.astimezone(zone), (start - SECOND).astimezone(zone)

    assert before.date() < shown.date()
    # Midnight, if that day has one.
    midnight = shown.replace(hour=0, minute=0, second=0, fold=0)
    has_one = midnight.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None)
    assert not has_one or shown.timetz().replace(tzinfo=None) == midnight.timetz().replace(tzinfo=None)


@pytest.mark.parametrize(
    ("zone", "now", "start", "end"),
    [
        # Saint John's set its clocks back at one minute past midnight: the day's end came twice.
        ("America/St_Johns", "2010-11-07T02:29:59", "2010-11-06T02:30", "2010-11-07T02:30"),
        ("America/St_Johns", "2010-11-07T03:00", "2010-11-07T02:30", "2010-11-08T03:30"),
        # Samoa left a day out when it changed sides of the date line.
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-29T10:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-30T11:00", "2011-12-30T10:00", "2011-12-31T10:00"),
        # Havana's clocks leap from midnight to one o'clock, and show midnight twice.
        ("America/Havana", "2026-03-08T12:00", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("America/Havana", "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15", "2026-01-01T18:15"),
        ("Etc/UTC", "2026-02-28T23:59:59", "2026-02-28T00:00", "2026-03-01T00:00"),
    ],
)
def test_days_of_clocks_that_leap(
    function: SimpleNamespace, zone: str, now: str, start: str, end: str
) -> None:
    day = function.days.today(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone))

    assert day.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert day.end == datetime.fromisoformat(end).replace(tzinfo=UTC)
