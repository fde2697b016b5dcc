"""Which queries are refused before deployment, and why; and which are not."""

# ruff: noqa: S608  (the SQL is our own)

from __future__ import annotations

import importlib.util
import re
import sys
import time
from types import ModuleType

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from modules.settings.sql import DEEPEST, LONGEST_QUERY, PARAMETERS, checked
from tests.builders import ROOT
from tests.queries import QUERIES, SPELLINGS, queries

TODAY = "created_at >= :start_of_day AND created_at < :end_of_day"
JARGON = re.compile(r"sqlglot|<class|Token|Traceback|\bexp\.|\x1b")


def why(query: str) -> str:
    """Why a query is refused; the reason is one readable line."""
    with pytest.raises(ValueError, match=r".") as refused:
        checked(query)
    reason = str(refused.value)
    assert reason.isprintable()
    assert len(reason) < 400
    assert not JARGON.search(reason), reason
    return reason


@pytest.fixture(scope="module")
def statements() -> ModuleType:
    """The file of the function that binds parameters; alone, for the others need a driver."""
    path = ROOT / "lambda_src" / "metrics_publisher" / "statements.py"
    spec = importlib.util.spec_from_file_location("publisher_statements", path)
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# What people write, and may.

GOOD = [
    "SELECT 5",
    "SELECT -2.5",
    "SELECT ALL count(*) FROM t",
    f"SELECT count(DISTINCT customer_id) FROM orders WHERE {TODAY}",
    "SELECT count(*)::numeric(10, 2) FROM t",
    "SELECT CAST(count(*) AS double precision) FROM t",
    "SELECT count(*)::real FROM t",
    "SELECT avg(extract(epoch FROM (ended_at - started_at))) FROM t",
    "SELECT date_part('epoch', now() - max(created_at)) FROM t",
    "SELECT extract(epoch FROM :now - min(created_at)) FROM t",
    "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) FROM t",
    "SELECT mode() WITHIN GROUP (ORDER BY ms) FROM t",
    "SELECT round(100.0 * count(*) FILTER (WHERE ok) / nullif(count(*), 0), 2) FROM t",
    "SELECT bool_and(ok)::int FROM t",
    "SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM t",
    "SELECT CASE WHEN max(created_at)::date = :now::date THEN 1 ELSE 0 END FROM t",
    "SELECT max(due_on) - min(due_on) FROM t",
    "SELECT date '2026-01-02' - date '2026-01-01'",
    "SELECT current_date - min(born_on) FROM t",
    "SELECT coalesce(sum(price * quantity), 0) FROM t",
    "SELECT coalesce(sum(price) FILTER (WHERE paid), 0) FROM t",
    "SELECT sum(a) FROM t GROUP BY b ORDER BY 1 DESC LIMIT 1",
    "SELECT abs(sum(a)) FROM t",
    "SELECT array_length(array_agg(a), 1) FROM t",
    "SELECT array_position(ARRAY[1, 2], 2)",
    "SELECT a[1] FROM t LIMIT 1",
    "SELECT a[1:2][1] FROM t LIMIT 1",
    "SELECT (data ->> 'n')::int FROM t LIMIT 1",
    "SELECT count(*) FROM t WHERE data ? 'a' AND data @> '{}' AND data #>> '{a,b}' = 'c'",
    "SELECT count(*) FROM t WHERE a = ANY(ARRAY['x', 'y']) AND b ~* '^:now' AND c SIMILAR TO 'd%'",
    "SELECT count(*) FROM t WHERE (a, b) IN (SELECT 1, 2) AND c IS DISTINCT FROM d",
    "SELECT count(*) FROM t WHERE a <> $$it's :nobody's$$ AND b <> E'\\':nobody' AND c <> U&'\\0041'",
    "SELECT count(*) FROM t WHERE (starts_at, ends_at) OVERLAPS (:start_of_day, :end_of_day)",
    "SELECT count(*) FROM t JOIN LATERAL (SELECT 1 FROM u WHERE u.a = t.a LIMIT 1) AS x ON true",
    "SELECT count(*) FROM t NATURAL LEFT JOIN u TABLESAMPLE SYSTEM (10)",
    "SELECT count(*) FROM ONLY t",
    "SELECT count(*) FROM generate_series(1, 10)",
    "SELECT count(*) FROM t WHERE a = 'nextval(x); DELETE FROM t'",
    'SELECT count(*) FROM "nextval" WHERE "pg_sleep" = 1',
    "SELECT count(*) FROM (TABLE t) AS x",
    "SELECT count(*) FROM (VALUES (1), (2)) AS x (a)",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT max(n) FROM r",
    "WITH a AS MATERIALIZED (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT count(*) FROM b",
    "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'messages' LIMIT 1",
    "SELECT pg_total_relation_size('messages')",
    "SELECT pg_catalog.pg_relation_size('messages')",
    "SELECT max(age(datfrozenxid)) FROM pg_database",
    "SELECT age(datfrozenxid) FROM pg_database ORDER BY 1 DESC LIMIT 1",
    "SELECT shop.open_orders()",
    "SELECT netto.tax()",
    "SELECT depth FROM queue_depth ORDER BY depth DESC LIMIT 1 OFFSET 2",
    "SELECT generate_series(1, 3) LIMIT 1",
    "SELECT count(*) FROM t;",
    "SELECT count(*) FROM t ;  \n",
    "-- first\nSELECT count(*) /* of :all; */ FROM t -- last; line",
    "SELECT count(*)\n  FROM t\n WHERE a = 1\n",
    "select\tcount(*)\r\nfrom t",
    "SELECT count(*) FROM größen WHERE straße = 'Süd 😀'",
    'SELECT count(*) AS "how ""many""" FROM "The Table"."x"',
]  # fmt: skip


@pytest.mark.parametrize("query", GOOD)
def test_query_that_reads_one_number_is_taken(query: str) -> None:
    assert checked(query) == query


@pytest.mark.parametrize("spelling", range(len(SPELLINGS)))
@pytest.mark.parametrize("query", QUERIES)
def test_whatever_the_properties_generate_is_taken(query: str, spelling: int) -> None:
    text = SPELLINGS[spelling](query.replace("{word}", "it''s").replace("{number}", "5"))
    assert checked(text) == text


# What is no single SELECT.

NO_SELECT = {
    "": "holds 0 statements; give one SELECT",
    " \n ": "holds 0 statements",
    "-- nothing": "holds 0 statements",
    "SELECT 1; SELECT 2": "holds 2 statements",
    "SELECT 1; DELETE FROM t;": "holds 2 statements",
    "SELECT 1;;": "holds 2 statements",
    "SELECT 1; -- and a word": "goes on after its semicolon; take that out",
    "SELECT 1; /* x; */": "goes on after its semicolon",
    ";": "holds 0 statements",
    "DELETE FROM t": "begins with 'DELETE'; give one SELECT",
    "insert into t values (1)": "begins with 'insert'",
    "UPDATE t SET a = 1 RETURNING 1": "begins with 'UPDATE'",
    "TRUNCATE t": "begins with 'TRUNCATE'",
    "DROP TABLE t": "begins with 'DROP'",
    "CREATE TABLE t AS SELECT 1": "begins with 'CREATE'",
    "COPY t TO PROGRAM 'sh'": "begins with 'COPY'",
    "EXPLAIN ANALYZE SELECT 1": "begins with 'EXPLAIN'",
    "SET statement_timeout = 0": "begins with 'SET'",
    "COMMIT": "begins with 'COMMIT'",
    "DO $$ BEGIN END $$": "begins with 'DO'",
    "CALL act()": "begins with 'CALL'",
    "LISTEN x": "begins with 'LISTEN'",
    "LOCK TABLE t": "begins with 'LOCK'",
    "TABLE t": "begins with 'TABLE'",
    "VALUES (1)": "begins with 'VALUES'",
    "FROM t SELECT count(*)": "begins with 'FROM'",
    "count(*)": "begins with 'count'",
    "(SELECT 1)": "stands in brackets; take them off",
    "SELECT 1 UNION SELECT 2": "is UNION; give one SELECT",
    "SELECT 1 EXCEPT SELECT 2": "is EXCEPT",
    "WITH a AS (SELECT 1) SELECT 1 FROM a INTERSECT SELECT 2": "is INTERSECT",
}


@pytest.mark.parametrize("query", NO_SELECT)
def test_what_is_not_one_select_is_refused(query: str) -> None:
    assert NO_SELECT[query] in why(query)


NOT_READABLE = {
    "SELECT 'a": "a quote or a comment that does not end",
    'SELECT "a': "a quote or a comment that does not end",
    "SELECT $x$ a": "a quote or a comment that does not end",
    "SELECT 1 /* a": "a quote or a comment that does not end",
    "SELECT 1 /* a /* b */": "a quote or a comment that does not end",
    "SELECT count(* FROM t": "opens a bracket too many",
    "SELECT position('a' IN 'b'": "opens a bracket too many",
    "SELECT 1) AS x, (SELECT 2": "closes a bracket too many",
    "SELECT 1) FROM t": "closes a bracket too many",
    "SELECT a b c FROM t": "is no SQL that can be read: line 1, near 'c'",
    "SELECT 1 +": "is no SQL that can be read",
    "SELECT count(*)\nFROM t\nWHERE a = = 2": "line 3, near '='",
    "SELECT FROM WHERE": "is no SQL that can be read",
    "SELECT count(*) FROM t WHERE \x00": "a character that cannot be printed (U+0000); take it out",
    "SELECT\u00a0count(*) FROM t": "(U+00A0)",
    "SELECT count(*) FROM \u200bt": "(U+200B)",
    "SELECT count(*) FROM t -- \u202e": "(U+202E)",
    "SELECT count(*) FROM t WHERE a = '\x1b[31m'": "(U+001B)",
}


@pytest.mark.parametrize("query", NOT_READABLE)
def test_what_cannot_be_read_is_refused_with_the_place(query: str) -> None:
    assert NOT_READABLE[query] in why(query)


# What does more than read.

ACTING = {
    "WITH a AS (DELETE FROM t RETURNING 1) SELECT count(*) FROM a": "holds DELETE; it may only read",
    "WITH a AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT count(*) FROM a": "holds INSERT",
    "WITH a AS (UPDATE t SET a = 1 RETURNING 1) SELECT count(*) FROM a": "holds UPDATE",
    "SELECT count(*) FROM (WITH a AS (DELETE FROM t RETURNING 1) SELECT 1 FROM a) AS x": "holds DELETE",
    "SELECT count(*) INTO x FROM t": "writes its result into a table",
    "SELECT count(*) INTO TEMP x FROM t": "writes its result into a table",
    "SELECT count(*) FROM t FOR UPDATE": "locks rows",
    "SELECT count(*) FROM t FOR NO KEY UPDATE SKIP LOCKED": "locks rows",
    "SELECT count(*) FROM t FOR SHARE OF t NOWAIT": "locks rows",
    "SELECT count(*) FROM (SELECT 1 FROM t FOR KEY SHARE) AS x": "locks rows",
    "SELECT count(*) FROM ((SELECT 1 FROM t) FOR UPDATE) AS x": "locks rows",
    "WITH a AS (SELECT 1 FROM t FOR UPDATE) SELECT count(*) FROM a": "locks rows",
}


@pytest.mark.parametrize("query", ACTING)
def test_what_writes_or_locks_is_refused(query: str) -> None:
    assert ACTING[query] in why(query)


CALLS = [
    "pg_sleep", "PG_SLEEP_FOR", "nextval", "setval", "set_config", "txid_current", "pg_current_xact_id",
    "pg_advisory_lock", "pg_try_advisory_xact_lock", "pg_terminate_backend", "pg_cancel_backend",
    "pg_notify", "pg_reload_conf", "pg_read_file", "pg_ls_dir", "pg_stat_reset", "pg_stat_statements_reset",
    "pg_switch_wal", "pg_backup_start", "pg_promote", "pg_create_restore_point", "pg_file_write",
    "pg_logical_emit_message", "pg_replication_origin_drop", "pg_export_snapshot", "pg_prewarm",
    "lo_import", "lo_unlink", "lowrite", "dblink", "dblink_exec", "query_to_xml", "cursor_to_xml", "ts_stat",
    "crosstab", "gin_clean_pending_list", "http_get", "pg_something_new",
]  # fmt: skip
PLACES = [
    "SELECT {call}",
    "SELECT count(*) FROM {call}",
    "SELECT count(*) FROM t WHERE {call} IS NULL",
    "SELECT count(*) FROM (SELECT {call}) AS x",
    "WITH a AS (SELECT {call}) SELECT count(*) FROM a",
    "SELECT count(*) FROM t CROSS JOIN LATERAL {call} AS x",
    "SELECT count(*) FROM t ORDER BY {call}",
    "SELECT count({call}) FILTER (WHERE true) FROM t",
    "SELECT count(*) FROM t, ROWS FROM ({call}, generate_series(1, 2)) AS x",
]
WRITTEN = ["{name}(1)", 'pg_catalog."{plain}"(1)', "{name} /* x */\n(1)", "pg_catalog . {name} (1)"]


@pytest.mark.parametrize("name", CALLS)
def test_function_that_acts_is_refused_however_it_is_written(name: str) -> None:
    for written in WRITTEN:
        call = written.format(name=name, plain=name.lower())
        assert "which does more than read; take it out" in why(f"SELECT count(*) FROM (SELECT {call}) AS x")


@pytest.mark.parametrize("place", PLACES)
def test_function_that_acts_is_refused_wherever_it_stands(place: str) -> None:
    for call in ("pg_catalog.pg_sleep(1)", "nextval('x')"):
        name = call.partition("(")[0]
        assert f"calls {name}(), which does more than read" in why(place.format(call=call))


@pytest.mark.parametrize(
    "call", ["aws_lambda.invoke('x', '{}')", "aws_s3.query_export_to_s3('x')", "cron.schedule('x')"]
)
def test_function_of_a_schema_that_reaches_out_is_refused(call: str) -> None:
    assert f"calls {call.partition('(')[0]}()" in why(f"SELECT count(*) FROM {call} AS x")


def test_name_in_escapes_hides_no_function() -> None:
    assert "has the name U&'pg\\\\0073leep', in escapes" in why('SELECT count(*) FROM U&"pg\\0073leep"(1)')


# What is no single number.

NO_NUMBER = {
    "SELECT * FROM t LIMIT 1": "gives all columns; select one number",
    "SELECT t.* FROM t LIMIT 1": "gives all columns",
    "SELECT count(*), sum(a) FROM t": "gives 2 columns; select one number",
    "SELECT (SELECT 1), 2": "gives 2 columns",
    "SELECT 'a'": "which is no number",
    "SELECT '5'": "which is no number",
    "SELECT NULL": "which is no number",
    "SELECT true": "which is no number",
    "SELECT count(*) > 5 FROM t": "which is no number",
    "SELECT NOT bool_or(a) FROM t": "which is no number",
    "SELECT EXISTS (SELECT 1 FROM t)": "which is no number",
    "SELECT a IS NULL FROM t LIMIT 1": "which is no number",
    "SELECT a LIKE 'x%' FROM t LIMIT 1": "which is no number",
    "SELECT count(*)::text FROM t": "gives 'CAST(COUNT(*) AS TEXT)', which is no number",
    "SELECT CAST(count(*) AS boolean) FROM t": "which is no number",
    "SELECT count(*)::money FROM t": "which is no number",
    "SELECT string_agg(a, ',') FROM t": "which is no number",
    "SELECT array_agg(a) FROM t": "which is no number",
    "SELECT jsonb_agg(a) FROM t": "which is no number",
    "SELECT jsonb_object_agg(a, b) FROM t": "which is no number",
    "SELECT 'a' || count(*) FROM t": "which is no number",
    "SELECT CASE WHEN count(*) > 0 THEN 'a' ELSE 'b' END FROM t": "which is no number",
    "SELECT upper(max(a)) FROM t": "which is no number",
    "SELECT to_char(now(), 'YYYY')": "which is no number",
    "SELECT (1, 2)": "which is no number",
    "SELECT ROW(1, 2)": "which is no number",
    "SELECT ARRAY[1]": "which is no number",
    "SELECT current_date": "which is no number",
    "SELECT interval '1 day'": "which is no number",
    "SELECT (SELECT 'x')": "gives \"'x'\", which is no number",
    "SELECT ((SELECT true))": "which is no number",
    "SELECT :now": "which is no number; for seconds write extract(epoch FROM ...)",
    "SELECT now() - max(a) FROM t": "for seconds write extract(epoch FROM ...)",
    "SELECT :now - interval '1 day'": "for seconds write extract(epoch FROM ...)",
    "SELECT date_trunc('day', max(a)) FROM t": "for seconds write extract(epoch FROM ...)",
    "SELECT sum(a) FROM t": "gives NULL where there is no row; write coalesce(SUM(a), 0)",
    "SELECT sum(a) FILTER (WHERE b)::numeric AS n FROM t": "gives NULL where there is no row",
}


@pytest.mark.parametrize("query", NO_NUMBER)
def test_what_is_not_one_number_is_refused(query: str) -> None:
    assert NO_NUMBER[query] in why(query)


MANY = "may give many rows; count, sum or average without GROUP BY, or add LIMIT 1"
NONE = "may give no row at all"
ROWS = {
    "SELECT a FROM t": MANY,
    "SELECT a FROM t WHERE id = 1": MANY,
    "SELECT a FROM t LIMIT 2": MANY,
    "SELECT a FROM t LIMIT ALL": MANY,
    "SELECT count(*) FROM t GROUP BY a": MANY,
    "SELECT count(*) FROM t GROUP BY ROLLUP (a)": MANY,
    "SELECT count(*) OVER () FROM t": MANY,
    "SELECT row_number() OVER (ORDER BY a) FROM t": MANY,
    "SELECT (SELECT count(*) FROM u) FROM t": MANY,
    "SELECT a + (SELECT max(b) FROM u) FROM t": MANY,
    "SELECT DISTINCT a FROM t": MANY,
    "SELECT unnest(ARRAY[1, 2])": MANY,
    "SELECT generate_series(1, 3)": MANY,
    "SELECT jsonb_array_elements(a)::int FROM t": MANY,
    "SELECT regexp_split_to_table('1 2', ' ')::int": MANY,
    "SELECT count(*) + unnest(ARRAY[1, 2]) FROM t": MANY,
    "SELECT count(*) FROM t HAVING count(*) > 5": NONE,
    "SELECT count(*) FROM t OFFSET 1": NONE,
    "SELECT count(*) FROM t LIMIT 0": NONE,
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM t)": NONE,
}


@pytest.mark.parametrize("query", ROWS)
def test_what_is_not_one_row_is_refused(query: str) -> None:
    assert ROWS[query] in why(query)


# What no index helps.

SLOW = [
    "date(created_at) = :start_of_day::date",
    "created_at::date = current_date",
    "current_date = CAST(created_at AS date)",
    "created_at::date BETWEEN '2026-01-01' AND '2026-01-31'",
    "created_at::date IN ('2026-01-01')",
    "(created_at)::date <> '2026-01-01'",
    "date_trunc('day', created_at) = :start_of_day",
    "date_trunc('day', created_at) >= date_trunc('day', now())",
    "to_char(created_at, 'YYYY-MM-DD') = to_char(now(), 'YYYY-MM-DD')",
    "extract(day FROM created_at) = extract(day FROM :now)",
    "created_at AT TIME ZONE 'Europe/Berlin' >= :start_of_day",
    "created_at::timestamptz >= :start_of_day",
    ":now - created_at < interval '1 hour'",
    "created_at + interval '1 hour' > now()",
    "(created_at - interval '1 hour') > :start_of_day",
]


@pytest.mark.parametrize("condition", SLOW)
def test_function_over_the_column_of_a_moment_is_refused(condition: str) -> None:
    reason = why(f"SELECT count(*) FROM t WHERE {condition}")
    assert "so that no index helps; leave created_at alone on its side" in reason
    assert "as in created_at >= :start_of_day AND created_at < :end_of_day" in reason


def test_function_over_a_column_is_refused_in_joins_filters_and_subqueries() -> None:
    for query in (
        "SELECT count(*) FROM t JOIN u ON t.day = u.created_at::date",
        "SELECT count(*) FILTER (WHERE created_at::date = '2026-01-01') FROM t",
        "SELECT count(*) FROM (SELECT 1 FROM t WHERE date(created_at) = '2026-01-01') AS x",
        "WITH a AS (SELECT 1 FROM t WHERE date(t.created_at) = '2026-01-01') SELECT count(*) FROM a",
    ):
        assert "so that no index helps" in why(query)


@pytest.mark.parametrize(
    "condition",
    [
        TODAY,
        "created_at > :now - interval '15 minutes'",
        "created_at BETWEEN :start_of_day AND :now",
        "created_at >= :start_of_day AT TIME ZONE 'Europe/Berlin'",
        "created_at >= date_trunc('month', :now)",
        "due_on = :start_of_day::date",
        "due_on < current_date + 7",
        "extract(hour FROM created_at) >= 9",
        "coalesce(ended_at, :now) - started_at > interval '1 hour'",
        "ended_at - started_at > interval '1 hour'",
        "lower(email) = 'a'",
        "status::text = 'a'",
        "created_at > (SELECT max(x)::date FROM u)",
        "day = (SELECT date(max(created_at)) FROM u)",
    ],
)
def test_range_of_the_column_is_taken(condition: str) -> None:
    query = f"SELECT count(*) FROM t WHERE {condition}"
    assert checked(query) == query


# Parameters.

KNOWN = "known: :start_of_day, :end_of_day, :now"


@pytest.mark.parametrize("written", [":yesterday", ":NOW", ":now_", "$1", "@who", "%(who)s", "?"])
def test_parameter_that_nobody_binds_is_refused_and_the_known_are_told(written: str) -> None:
    assert KNOWN in why(f"SELECT count(*) FROM t WHERE a > {written}")


@pytest.mark.parametrize("written", [": now", "$now", "@now", "%(now)s", ":/**/now"])
def test_parameter_in_another_spelling_is_refused(written: str) -> None:
    assert "is written otherwise than :start_of_day" in why(f"SELECT count(*) FROM t WHERE a > {written}")


def test_parameter_as_the_bound_of_a_slice_is_refused() -> None:
    """The function would bind it, where PostgreSQL has a column."""
    assert "is written otherwise" in why("SELECT a[1:now] FROM t LIMIT 1")


@given(queries)
def test_function_binds_the_parameters_that_the_parser_sees(statements: ModuleType, query: str) -> None:
    parsed = sqlglot.parse_one(checked(query).strip().removesuffix(";"), read="postgres")
    asked = statements.statement(query)

    assert set(asked.parameters) == {one.name for one in parsed.find_all(exp.Placeholder)}
    assert statements.PARAMETERS == PARAMETERS


@given(queries)
def test_what_the_function_sends_is_one_select_around_the_query(statements: ModuleType, query: str) -> None:
    (sent,) = sqlglot.parse(statements.statement(checked(query)).text, read="postgres")

    assert isinstance(sent, exp.Select)
    assert sent.find(exp.Subquery)


# Size.


def test_long_query_is_refused() -> None:
    fits = f"SELECT count(*) FROM t WHERE a IN ({'1, ' * 1300}1)"
    assert len(fits) <= LONGEST_QUERY
    assert checked(fits) == fits
    assert f"at most {LONGEST_QUERY} are possible" in why(f"{fits}{' ' * LONGEST_QUERY}")


def test_nesting_that_nobody_could_read_is_refused() -> None:
    assert checked(f"SELECT {'(' * DEEPEST}1{')' * DEEPEST}")
    for opens, closes in (("(", ")"), ("ARRAY[", "]"), ("(SELECT ", ")"), ("int(", ")")):
        deep = f"SELECT {opens * 200}1{closes * 200}"
        assert f"nests brackets deeper than {DEEPEST}" in why(deep)
    assert "is nested too deeply" in why(f"SELECT {'NOT ' * 950}true")


@pytest.mark.parametrize("opens", ["ARRAY[", "a::int[", "date(", "f(int(", "a[numeric(", "STRUCT("])
def test_parser_is_never_given_what_keeps_it_busy(opens: str) -> None:
    """It doubles its work with each of these; 25 of them would take it minutes."""
    began = time.process_time()
    why(f"SELECT {opens * 25}1")
    assert time.process_time() - began < 10


SEEN = (*GOOD, *NO_SELECT, *NOT_READABLE, *ACTING, *NO_NUMBER, *ROWS, *SLOW)
WORDS = sorted({word for query in SEEN for word in re.findall(r"\w+|\W", query)})


def reason(text: str) -> str:
    """Why a text is refused, if it is."""
    try:
        return "" if checked(text) == text else "another text"
    except ValueError as refused:
        return str(refused)


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.booleans())
def test_any_words_are_taken_or_refused_with_a_reason(words: list[str], begun: bool) -> None:
    said = reason(" ".join(["SELECT count(*) FROM t WHERE", *words] if begun else ["SELECT", *words]))

    assert said.isprintable()
    assert not JARGON.search(said)


@given(st.sampled_from(GOOD), st.sampled_from(WORDS), st.integers(0, 20), st.integers(0, 2))
def test_good_query_with_a_slip_is_taken_or_refused_with_a_reason(
    query: str, word: str, at: int, dropped: int
) -> None:
    words = re.findall(r"\w+|\W", query)
    said = reason("".join([*words[:at], word, *words[at + dropped :]]))

    assert said.isprintable()
    assert not JARGON.search(said)


@given(st.text(max_size=30))
def test_any_characters_are_taken_or_refused_with_a_reason(text: str) -> None:
    assert reason(text).isprintable()
