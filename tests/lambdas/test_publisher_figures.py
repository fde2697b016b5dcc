"""The publisher's figures, counted by a real PostgreSQL among a hundred thousand rows."""

# ruff: noqa: S608  (the SQL is our own)

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.lambdas.publisher_bench import (
    ACTIVE,
    HEARTBEAT,
    LOCKED,
    LONG_LOCK,
    NAMESPACE,
    NOON,
    SHIPPED,
    USER,
    Bench,
)

pytest_plugins = ["tests.lambdas.publisher_fixtures"]

TICK = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Zone, first and last instant of a day as the zone's own authority tells them, and its length in hours.
DAYS = [
    ("UTC", "2026-06-15 00:00", "2026-06-16 00:00", 24),
    ("Europe/Berlin", "2026-06-14 22:00", "2026-06-15 22:00", 24),
    ("America/New_York", "2026-01-15 05:00", "2026-01-16 05:00", 24),
    ("Asia/Kolkata", "2026-06-14 18:30", "2026-06-15 18:30", 24),
    ("Europe/Berlin", "2026-03-28 23:00", "2026-03-29 22:00", 23),
    ("Europe/Berlin", "2026-10-24 22:00", "2026-10-25 23:00", 25),
    ("America/New_York", "2026-03-08 05:00", "2026-03-09 04:00", 23),
    ("America/New_York", "2026-11-01 04:00", "2026-11-02 05:00", 25),
    # Cairo's clocks leap from midnight to one o'clock, and back from midnight to eleven.
    ("Africa/Cairo", "2026-04-23 22:00", "2026-04-24 21:00", 23),
    ("Africa/Cairo", "2026-10-28 21:00", "2026-10-29 22:00", 25),
]


def insert(bench: Bench, *moments: datetime) -> None:
    rows = ", ".join(f"('{moment.isoformat()}'::timestamptz)" for moment in moments)
    bench.database.sql(
        f"INSERT INTO messages (created_at) VALUES {rows}",
        f"INSERT INTO appointments (created_at) SELECT at AT TIME ZONE 'UTC' FROM (VALUES {rows}) AS v(at)",
    )


@pytest.mark.parametrize(("zone", "start", "end", "hours"), DAYS)
def test_day_is_counted_from_midnight_to_midnight(
    bench: Bench, zone: str, start: str, end: str, hours: int
) -> None:
    # given: rows at, beside and between the two midnights: five of them are of this day
    first, after = utc(start), utc(end)
    assert after - first == timedelta(hours=hours)
    inside = [first, first + TICK, first + timedelta(hours=1), first + (after - first) / 2, after - TICK]
    insert(bench, first - timedelta(hours=1), first - TICK, *inside, after, after + timedelta(hours=1))
    bench.time_zone = zone

    for at, count in ((first - TICK, 2), (first, 5), (after - TICK, 5), (after, 2)):
        # when
        bench.at = at
        run = bench.run()

        # then
        assert run.error is None
        assert run.values["TotalMessages"] == run.values["AppointmentsCreated"] == count


def test_points_are_what_was_counted_and_carry_one_moment(bench: Bench) -> None:
    bench.metrics = [
        {**SHIPPED[0], "dimensions": {"Tenant": "north", "App": "web"}},
        {"name": "Half", "unit": "Percent", "sql": "SELECT 0.5", "maximum": 1},
        {"name": "Below", "unit": "None", "sql": "SELECT -3::smallint", "minimum": None},
        {"name": "Double", "unit": "Seconds", "sql": "SELECT 1.25::float8"},
    ]
    bench.at = NOON + timedelta(microseconds=123456)

    run = bench.run()

    (call,) = bench.cloudwatch.calls
    assert call["Namespace"] == NAMESPACE
    same = {"Timestamp": NOON, "StorageResolution": 60}
    pairs = [{"Name": "App", "Value": "web"}, {"Name": "Tenant", "Value": "north"}]
    assert run.points == [
        {"MetricName": "ActiveSessions", "Dimensions": pairs, "Value": ACTIVE, "Unit": "Count", **same},
        {"MetricName": "Half", "Dimensions": [], "Value": 0.5, "Unit": "Percent", **same},
        {"MetricName": "Below", "Dimensions": [], "Value": -3, "Unit": "None", **same},
        {"MetricName": "Double", "Dimensions": [], "Value": 1.25, "Unit": "Seconds", **same},
        {"MetricName": HEARTBEAT, "Dimensions": [], "Value": 1, "Unit": "Count", **same},
    ]


def test_run_tells_each_metric_and_itself(bench: Bench) -> None:
    run = bench.run()

    assert [line["message"] for line in run.lines] == ["metric_counted"] * 3 + ["run_done"]
    for line in run.lines:
        assert line.keys() >= {"timestamp", "level", "message", "function"}
        assert (line["environment"], line["level"]) == ("test", "INFO")
    assert run.lines[0]["metric"] == "ActiveSessions"
    assert run.lines[0]["value"] == ACTIVE
    assert run.lines[0]["milliseconds"] >= 0
    assert run.lines[-1] | {"at": "2026-06-15T12:00:30+00:00", "published": 4, "failed": 0} == run.lines[-1]


@pytest.mark.parametrize(
    ("metric", "index"),
    list(zip(SHIPPED, ["sessions_status", "messages_created_at", "appointments_created_at"], strict=True)),
)
def test_shipped_query_uses_its_index(bench: Bench, metric: dict[str, Any], index: str) -> None:
    of = bench.function
    asked = of.statements.statement(metric["sql"])
    values = [of.days.today(NOON, UTC).start.isoformat(), of.days.today(NOON, UTC).end.isoformat()]
    session = bench.session()

    plan = session.rows(
        of.statements.Statement(f"EXPLAIN (FORMAT JSON) {asked.text}", asked.parameters),
        values[: len(asked.parameters)],
        5000,
    )
    session.close()

    text = json.dumps(plan.rows)
    assert f'"Index Name": "{index}"' in text
    assert "Seq Scan" not in text


def test_all_metrics_see_the_same_snapshot(bench: Bench, held_lock: Any) -> None:
    # given: a run that has counted once, and stands still before it counts again
    count = SHIPPED[1]["sql"]
    bench.environ = LONG_LOCK
    bench.metrics = [
        {"name": "Before", "sql": count},
        {"name": "Between", "sql": LOCKED},
        {"name": "After", "sql": count},
    ]
    insert(bench, NOON)

    # when: rows come meanwhile
    def meanwhile() -> None:
        insert(bench, NOON, NOON)
        held_lock.close()

    run = bench.run_and(meanwhile)

    # then
    assert run.values == {"Before": 1, "Between": 1, "After": 1, HEARTBEAT: 1}
    assert bench.run().values == {"Before": 3, "Between": 1, "After": 3, HEARTBEAT: 1}


NOW = "FROM messages WHERE created_at = :now"


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT count(*) {NOW}",
        f"SELECT count(*)::numeric {NOW};",
        f"SELECT count(*) AS \":now\" {NOW} AND ':start_of_day' <> E'\\':now' -- :end_of_day",
        f"SELECT count(*) /* :end_of_day's */ {NOW} AND $$:now'$$ <> $a$ $$:now $a$",
        f"SELECT ((array_agg(n))[1:1])[1] FROM (SELECT count(*) {NOW}) AS m(n)",
        f"SELECT count(*) {NOW} AND created_at BETWEEN :start_of_day AND :now",
        "SELECT count(*) FROM messages WHERE date_trunc('hour', created_at) = date_trunc('hour', :now)",
    ],
)
def test_query_may_name_parameters_anywhere(bench: Bench, sql: str) -> None:
    insert(bench, NOON, NOON)
    bench.metrics = [{"name": "Now", "sql": sql}]

    run = bench.run()

    assert run.kinds == {}, run.reasons
    assert run.values["Now"] == 2


def test_query_that_returns_a_table_costs_two_rows(bench: Bench) -> None:
    asked = bench.function.statements.statement("SELECT id FROM messages")

    session = bench.session()
    found = session.rows(asked, [], 5000)
    session.close()

    assert (found.columns, len(found.rows)) == (1, 2)


def test_session_is_named_for_the_database_and_left_behind_by_no_run(bench: Bench) -> None:
    bench.metrics = [
        {
            "name": "Own",
            "sql": "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metrics-publisher'"
            " AND pid = pg_backend_pid()",
        }
    ]

    assert bench.run().values["Own"] == 1
    mine = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{USER}'"
    bench.database.wait(lambda: bench.database.sql(mine) == "0")
