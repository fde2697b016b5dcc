"""Queries that people would count with, and the tables that they are about."""

# ruff: noqa: S608  (the SQL is our own)

from __future__ import annotations

import string

from hypothesis import strategies as st

TABLES = (
    "CREATE TABLE sessions (id bigint, status text, started_at timestamptz, ended_at timestamptz)",
    'CREATE TABLE "Größen" ("Breite" numeric, created_at timestamptz)',
    "CREATE TABLE messages (session_id bigint, body text, created_at timestamptz)",
    "CREATE TABLE payments (amount numeric, paid boolean, created_at timestamp, due_on date)",
)
_TODAY = "created_at >= :start_of_day AND created_at < :end_of_day"
# What people count: each stands for a shape of SQL, and each gives one number on tables without a row.
QUERIES = (
    "SELECT count(*) FROM sessions WHERE status = '{word}'",
    f"SELECT count(*) FROM messages WHERE {_TODAY}",
    f"SELECT count(DISTINCT session_id) AS talking FROM public.messages AS m WHERE m.{_TODAY}",
    "SELECT count(*) FILTER (WHERE status = '{word}') FROM sessions WHERE started_at > :now - interval '1 h'",
    f"SELECT coalesce(sum(amount), 0)::numeric(20, 2) FROM payments WHERE paid AND {_TODAY}",
    "SELECT coalesce(extract(epoch FROM :now - max(created_at)), {number}) FROM messages",
    "SELECT coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY length(body)), 0) FROM messages",
    "SELECT (SELECT count(*) FROM sessions) - (SELECT count(*) FROM messages WHERE created_at < :now)",
    "SELECT count(*) FROM (SELECT session_id FROM messages GROUP BY session_id HAVING count(*) > 3) AS x",
    "WITH open AS (SELECT id FROM sessions WHERE ended_at IS NULL) SELECT count(*) FROM open",
    "SELECT count(*) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.session_id = s.id)",
    "SELECT 100.0 * count(*) FILTER (WHERE paid) / greatest(count(*), 1) FROM payments",
    'SELECT coalesce(max("Breite"), {number}) FROM "Größen"',
    "SELECT count(*) FROM payments WHERE due_on < :start_of_day::date AND NOT paid",
    "SELECT CASE WHEN max(created_at) < :now - interval '1 hour' THEN 1 ELSE 0 END FROM messages",
    "SELECT reltuples FROM pg_class WHERE relname = 'pg_class' LIMIT 1",
    "SELECT pg_database_size(current_database())",
)
# Ways to write the same: as a block of lines, with comments, with its end marked.
SPELLINGS = (
    str,
    lambda text: text.replace(" FROM ", "\n  FROM ", 1) + "\n",
    lambda text: f"-- who is there; :nobody\n{text} -- all of them",
    lambda text: text.replace(" ", " /* it's :a /* nested */ word */ ", 1),
    lambda text: f"{text};",
    lambda text: text.replace("SELECT", "select").replace("FROM", "from"),
)
queries = st.builds(
    lambda text, word, number, spelled: spelled(text.replace("{word}", word).replace("{number}", number)),
    st.sampled_from(QUERIES),
    st.text(string.ascii_lowercase + " '$:;é", max_size=6).map(lambda text: text.replace("'", "''")),
    st.integers(0, 900).map(str),
    st.sampled_from(SPELLINGS),
)
