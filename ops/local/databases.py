"""The database of the incident: the tables that the shipped metrics count, and rows in them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from modules.catalog import publisher
from modules.spec.system import Monitoring
from ops.local.aws import Aws
from ops.local.postgres import HOST, Postgres

DATABASE, USER = "scheduling", "metrics_publisher"
# As the backend has them, as far as metrics count them, each with the index that a metric needs.
TABLES = (
    "CREATE TABLE sessions (id bigserial PRIMARY KEY, status text NOT NULL)",
    "CREATE INDEX ON sessions (status)",
    "CREATE TABLE messages (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now())",
    "CREATE INDEX ON messages (created_at)",
    "CREATE TABLE appointments (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(),"
    " cancelled_at timestamptz)",
    "CREATE INDEX ON appointments (created_at)",
    "CREATE INDEX ON appointments (cancelled_at)",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {USER}",
)
QUIET_DAY = (
    "INSERT INTO sessions (status) SELECT 'active' FROM generate_series(1, 40)",
    "INSERT INTO sessions (status) SELECT 'ended' FROM generate_series(1, 400)",
    "INSERT INTO messages (created_at) SELECT now() FROM generate_series(1, 300)",
    "INSERT INTO appointments (cancelled_at)"
    " SELECT CASE WHEN n <= 3 THEN now() END FROM generate_series(1, 25) AS n",
)


def furnish(server: Postgres, password: str) -> None:
    """Make the database, its reader and the tables of a quiet day."""
    server.sql(f"CREATE DATABASE {DATABASE}")
    server.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{password}'")
    server.sql(*TABLES, *QUIET_DAY, database=DATABASE)


def fill_secret(aws: Aws, monitoring: Monitoring, port: int, password: str) -> None:
    """Put into the publisher's secret how it gets to the database, as a person does in a real account."""
    login = {"host": HOST, "port": port, "dbname": DATABASE, "username": USER, "password": password}
    for secret in monitoring.secrets:
        if secret.key == publisher.KEY:
            aws("secretsmanager").put_secret_value(SecretId=secret.name, SecretString=json.dumps(login))


@dataclass(frozen=True)
class Rows:
    """How a counted figure is brought up and down again."""

    words: str
    more: str
    fewer: str


# By the metrics of base.yaml; `%d` is a number of rows.
ROWS = {
    "ActiveSessions": Rows(
        "sessions begin",
        "INSERT INTO sessions (status) SELECT 'active' FROM generate_series(1, %d)",
        "UPDATE sessions SET status = 'ended' WHERE id IN"
        " (SELECT id FROM sessions WHERE status = 'active' ORDER BY id DESC LIMIT %d)",
    ),
    "TotalMessages": Rows(
        "messages come in",
        "INSERT INTO messages (created_at) SELECT now() FROM generate_series(1, %d)",
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages ORDER BY id DESC LIMIT %d)",
    ),
    "AppointmentsCreated": Rows(
        "appointments are made",
        "INSERT INTO appointments (created_at) SELECT now() FROM generate_series(1, %d)",
        "DELETE FROM appointments WHERE id IN (SELECT id FROM appointments ORDER BY id DESC LIMIT %d)",
    ),
}
