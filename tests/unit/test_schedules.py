"""Schedule expressions run as the EventBridge Scheduler user guide says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.semantics.schedules import Schedule, parse_schedule


def parsed(expression: str) -> Schedule:
    schedule = parse_schedule(expression)
    assert schedule is not None, expression
    return schedule


def days_of(year: int, by_date: str, by_weekday: str, months: str = "*") -> set[str]:
    """The dates of a year on which a cron expression runs."""
    every = (date.fromordinal(day) for day in parsed(f"cron(0 9 {by_date} {months} {by_weekday} *)").days)
    return {f"{day:%m-%d}" for day in every if day.year == year}


@pytest.mark.parametrize(
    ("by_date", "by_weekday", "months", "days"),
    [
        ("L", "?", "2", {"02-29"}),
        ("L-3", "?", "4", {"04-27"}),
        ("LW", "?", "3,6", {"03-29", "06-28"}),  # the 31st is a Sunday, the 30th too
        ("1W", "?", "6,9", {"06-03", "09-02"}),  # a Saturday and a Sunday
        ("15W", "?", "JUN", {"06-14"}),
        ("31W", "?", "APR,MAY", {"05-31"}),
        ("29-2", "?", "2", {"02-29", "02-01", "02-02"}),
        ("?", "6L", "1", {"01-26"}),
        ("?", "FRIL", "1", {"01-26"}),
        ("?", "2#1,MON#5", "1-2", {"01-01", "01-29", "02-05"}),
        ("?", "L", "6", {"06-01", "06-08", "06-15", "06-22", "06-29"}),
        ("?", "FRI-SUN", "2", {f"02-{day:02}" for day in (2, 3, 4, 9, 10, 11, 16, 17, 18, 23, 24, 25)}),
        ("*", "?", "DEC-JAN", {f"{month}-{day:02}" for month in ("01", "12") for day in range(1, 32)}),
    ],
)
def test_days_of_a_cron_expression(by_date: str, by_weekday: str, months: str, days: set[str]) -> None:
    assert days_of(2024, by_date, by_weekday, months) == days


def test_days_are_counted_over_a_whole_cycle() -> None:
    every = parsed("cron(0 9 * * ? *)").days

    first, last = date.fromordinal(min(every)), date.fromordinal(max(every))
    assert (len(every), last - first) == (10_227, timedelta(days=10_226))
    assert {first.weekday(), (last + timedelta(days=1)).weekday()} == {0}


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("cron(0/20 8-9 * * ? *)", {480, 500, 520, 540, 560, 580}),
        ("cron(5,10 22-0 * * ? *)", {5, 10, 1325, 1330, 1385, 1390}),
        ("cron(*/30 0 * * ? *)", {0, 30}),
    ],
)
def test_times_of_a_cron_expression(expression: str, times: set[int]) -> None:
    assert parsed(expression).times == times


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 9 1 * MON *)",  # AWS takes only one of the two days, and ? for the other
        "cron(0 9 * * MON *)",
        "cron(0 9 * * * *)",
        "cron(0 9 ? * ? *)",
        "cron(0 9 0W * ? *)",
        "cron(0 9 * * ? 2030-2025)",
        "at(foo)",
        "cron(0 9 * * ?)",
        "cron(0 24 * * ? *)",
        "cron(0 9 0 * ? *)",
        "cron(0 9 * * XYZ *)",
        "cron(0 9 * 13 ? *)",
        "cron(0 9 * * ? 1969)",
        "rate(minutes)",
        "rate(-5 minutes)",
        "rate(5 weeks)",
        "at()",
        "every hour",
        "",
    ],
)
def test_what_is_no_schedule_is_not_guessed_at(expression: str) -> None:
    assert parse_schedule(expression) is None


@pytest.mark.parametrize(
    ("seldom", "often"),
    [
        ("cron(0 0 1 1 ? *)", "rate(5 minutes)"),
        ("rate(1 day)", "cron(0 9,21 * * ? *)"),
        ("cron(0 9 29 2 ? *)", "cron(0 9 28 2 ? *)"),
        ("cron(0 9 ? * MON#5 *)", "cron(0 9 ? * MON#1 *)"),
        ("at(2030-01-01T00:00:00)", "cron(0 0 1 1 ? *)"),
        ("rate(0 minute)", "rate(365 days)"),
        ("cron(* * * * ? 2030)", "rate(365 days)"),
        ("cron(0 9 * * ? 2030)", "cron(0 9 * * ? 2030-2031)"),
        ("at(2030-01-01T00:00)", "cron(0 9 * * ? 2030)"),
    ],
)
def test_more_runs_are_more_often(seldom: str, often: str) -> None:
    one, other = parsed(seldom), parsed(often)

    assert (one.compared(other), other.compared(one)) == (-1, 1)


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        ("rate(24 hours)", "rate(1 day)", 0),
        ("cron(0 9 ? * MON-FRI *)", "cron(0 9 ? * 2,3,4,5,6 *)", 0),
        ("cron(0 9 * * ? *)", "cron(0 10 * * ? *)", None),
        ("rate(1 day)", "cron(0 9 * * ? *)", None),
        ("cron(0 9 ? * SAT *)", "cron(0 9 ? * SUN *)", None),
        ("at(2030-01-01T00:00:00)", "at(2031-01-01T00:00:00)", None),
        ("cron(0 9,21 * * ? 2030)", "cron(0 9 * * ? 2030-2031)", None),
    ],
)
def test_as_many_runs_at_other_times_have_no_order(one: str, other: str, order: int | None) -> None:
    assert parsed(one).compared(parsed(other)) == order


schedules = st.one_of(
    st.builds("rate({} {})".format, st.integers(0, 200), st.sampled_from(["minutes", "hours", "days"])),
    st.builds(
        "cron({} {} {} {} {})".format,
        st.sampled_from(["0", "*", "*/7", "1,2"]),
        st.sampled_from(["0", "*", "8-17"]),
        st.sampled_from(["* * ?", "L * ?", "? 1-6 MON-FRI", "? * 6#1,6L", "29 2 ?", "15W,LW */2 ?"]),
        st.sampled_from(["*", "2030", "2030-2040"]),
        st.just(""),
    ).map(lambda text: text.replace(" )", ")")),
    st.sampled_from(["at(2030-01-01T00:00:00)", "at(2031-01-01T00:00)"]),
)


@given(one=schedules, other=schedules)
def test_order_of_schedules_is_the_order_of_their_runs(one: str, other: str) -> None:
    first, second = parsed(one), parsed(other)
    order = first.compared(second)

    assert second.compared(first) == (None if order is None else -order)
    if order and not (first.is_single or second.is_single or first.years or second.years):
        counts = [each.runs(Decimal(10_227)) for each in (first, second)]
        assert (counts[0] > counts[1]) == (order > 0)
    assert first.compared(first) == 0


def test_date_that_the_years_lack_is_not_counted() -> None:
    never, once = parsed("cron(0 0 29 2 ? 2027)"), parsed("cron(0 0 29 2 ? 2028)")

    assert once.compared(never) == 1
