"""The day of a run decides on waivers and maintenance windows, whatever day it is here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.maintenance import LONGEST_DAYS
from tests.opa.engine import NAMES
from tests.opa.judges import DAYS, GOOD, GOOD_CONTEXT, WAIVERS, Judge, asked, python_marks, waived_until
from tests.opa.plans import FORMS
from tests.policies.mutations import MUTATIONS
from tests.policies.stacks import good_stack

Tree = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EMPTY: Tree = {"planned_values": {"root_module": {}}}
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Microseconds from 1900 to 2199.
TIMES = st.builds(
    lambda count, offset: (EPOCH + timedelta(microseconds=count)).astimezone(offset),
    st.integers(-2_208_000_000_000_000, 7_257_000_000_000_000),
    OFFSETS,
)


def maintained(until: Any) -> Tree:
    """A plan with a maintenance window that ends on a day."""
    stack = good_stack()
    stack["resource"]["aws_cloudwatch_metric_alarm"]["errors"]["tags"]["MaintenanceUntil"] = str(until)
    return FORMS["in-json"](stack)


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("expires", DAYS)
def test_engines_agree_on_the_last_day_of_a_waiver(expires: date, days: int, judge: Judge) -> None:
    plan = FORMS["in-json"](MUTATIONS["MON-RET-001"][0](good_stack()))
    workspace, today = waived_until(expires), expires + timedelta(days=days)

    found = judge.marks(plan, workspace, f"{today}T12:00:00Z")

    assert found == python_marks(plan, replace(GOOD_CONTEXT, waivers=(WAIVERS[workspace],), today=today))
    assert {mark[2] for mark in found} == {days <= 0}


@pytest.mark.parametrize(
    ("days", "rules"),
    [(-1, {"MON-MNT-001"}), (0, set()), (LONGEST_DAYS, set()), (LONGEST_DAYS + 1, {"MON-MNT-002"})],
)
@pytest.mark.parametrize("today", DAYS)
def test_engines_agree_on_the_last_day_of_a_maintenance_window(
    today: date, days: int, rules: set[str], judge: Judge
) -> None:
    plan = maintained(today + timedelta(days=days))

    found = judge.marks(plan, created=f"{today}T12:00:00Z")

    assert found == python_marks(plan, replace(GOOD_CONTEXT, today=today))
    assert {mark[0] for mark in found} == rules


@pytest.mark.parametrize("until", ["2026-02-30", "2027-02-29", "soon", ""])
def test_engines_agree_on_an_end_that_is_not_a_day(until: str, judge: Judge) -> None:
    plan = maintained(until)

    assert judge.marks(plan) == python_marks(plan)


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("2026-11-23T00:00:00Z", "2026-11-23"),
        ("2026-11-23T23:30:00-05:00", "2026-11-24"),
        ("2026-11-24T00:30:00+01:00", "2026-11-23"),
        ("2026-11-23T12:00:00.466Z", "2026-11-23"),
        ("2026-12-31T23:59:59.999999999Z", "2026-12-31"),
        ("2026-12-31T23:59:59-00:01", "2027-01-01"),
        ("2028-02-29T12:00:00Z", "2028-02-29"),
        ("2028-02-28T23:30:00-00:30", "2028-02-29"),
        ("2028-03-01T05:29:59+05:30", "2028-02-29"),
        ("2028-02-29T23:59:59.5-11:00", "2028-03-01"),
    ],
)
def test_day_of_a_run_is_that_of_utc(created: str, day: str, judge: Judge) -> None:
    assert judge.engine(asked(EMPTY, GOOD, created), "monitoring/told/today") == day
    assert judge.messages("alarms", asked(maintained(day), GOOD, created)) == []


@given(TIMES)
def test_day_of_any_run_is_that_of_utc(judge: Judge, created: datetime) -> None:
    given = asked(EMPTY, GOOD, created.isoformat())

    assert judge.engine(given, "monitoring/told/today") == created.astimezone(UTC).date().isoformat()


@pytest.mark.parametrize(
    "created",
    [
        "soon",
        "",
        "2026-11-23",
        "2026-11-23T12:00:00",
        "2027-02-29T12:00:00Z",
        "9999-12-31T00:00:00Z",
        7,
        False,
        [],
    ],
)
@pytest.mark.parametrize("policy", NAMES)
def test_run_whose_time_cannot_be_read_is_refused(policy: str, created: Any, judge: Judge) -> None:
    (message,) = judge.messages(policy, asked(EMPTY, GOOD, created))

    assert message.startswith("run.created_at: ")
    assert message.endswith(
        " is not an RFC 3339 time such as 2026-12-31T23:59:59Z. Pass the time when the run was created"
    )


@pytest.mark.parametrize("run", [{}, {"created_at": None}])
def test_run_without_a_time_is_judged_as_of_now(run: Tree, judge: Judge) -> None:
    def messages(until: str) -> list[str]:
        given = asked(maintained(until), GOOD)
        del given["run"]["created_at"]
        given["run"] |= run
        return [message.split(" ")[0] for message in judge.messages("alarms", given)]

    assert messages("2020-01-31") == ["MON-MNT-001"]
    assert messages("2199-01-31") == ["MON-MNT-002"]
