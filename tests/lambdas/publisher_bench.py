"""The metrics publisher before a real PostgreSQL, and a CloudWatch that keeps a record."""

# ruff: noqa: N803, S608  (arguments are spelled as boto3 spells them; the SQL is our own)

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session  # type: ignore[import-untyped]  # ships no types
from botocore.validate import ParamValidator  # type: ignore[import-untyped]  # ships no types

from ops.local.postgres import HOST, LOOPBACK, Postgres
from tests.lambdas.loader import SOURCES

FUNCTION = SOURCES / "metrics_publisher"
NAMESPACE = "SchedulingAgent"
HEARTBEAT = "PublisherHeartbeat"
USER, PASSWORD = "publisher", "a-pass-word-of-tests"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:database-a1b2c3"
NOON = datetime(2026, 6, 15, 12, 0, 30, tzinfo=UTC)
TODAY = "created_at >= :start_of_day AND created_at < :end_of_day"
SHIPPED = (
    {"name": "ActiveSessions", "sql": "SELECT count(*) FROM sessions WHERE status = 'active'"},
    {"name": "TotalMessages", "sql": f"SELECT count(*) FROM messages WHERE {TODAY}"},
    {"name": "AppointmentsCreated", "sql": f"SELECT count(*) FROM appointments WHERE {TODAY}"},
)
ACTIVE = 100
# A query that stands still as long as `held_lock` is held.
LOCKED = "SELECT count(*) FROM (SELECT pg_advisory_xact_lock(7) OFFSET 0) AS held"
LONG_LOCK = {"LOCK_TIMEOUT_MS": "20000", "STATEMENT_TIMEOUT_MS": "25000"}
# Messages have a time with its zone, appointments one without: UTC, as the setup guide's script has it.
# The 100,000 rows of each are of the years before: none is of a day that a test asks for.
SCHEMA = (
    "CREATE TABLE sessions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status text NOT NULL)",
    "CREATE TABLE messages (id bigint GENERATED ALWAYS AS IDENTITY, created_at timestamptz NOT NULL)",
    "CREATE TABLE appointments (id bigint GENERATED ALWAYS AS IDENTITY, created_at timestamp NOT NULL)",
    "CREATE TABLE hidden (id bigint)",
    "CREATE INDEX sessions_status ON sessions (status)",
    "CREATE INDEX messages_created_at ON messages (created_at)",
    "CREATE INDEX appointments_created_at ON appointments (created_at)",
    "INSERT INTO sessions (status) SELECT CASE WHEN i % 1000 = 0 THEN 'active' ELSE 'ended' END"
    " FROM generate_series(1, 100000) AS i",
    "INSERT INTO messages (created_at)"
    " SELECT timestamptz '2025-06-01 00:00Z' - i * interval '5 minutes' FROM generate_series(1, 100000) AS i",
    "INSERT INTO appointments (created_at)"
    " SELECT timestamp '2025-06-01 00:00' - i * interval '5 minutes' FROM generate_series(1, 100000) AS i",
    f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'",
    "CREATE ROLE visitor LOGIN",
    "CREATE ROLE cleartext LOGIN PASSWORD 'none yet'",
    f"GRANT SELECT ON sessions, messages, appointments TO {USER}, cleartext",
)


class AwsFaultError(Exception):
    """What boto3 raises, as far as the function cares."""

    def __init__(self, code: str) -> None:
        super().__init__(f"An error occurred ({code})")
        self.response = {"Error": {"Code": code}}


@cache
def _checks() -> tuple[ParamValidator, Any]:
    model = botocore.session.get_session().get_service_model("cloudwatch")
    return ParamValidator(), model.operation_model("PutMetricData").input_shape


@dataclass
class CloudWatch:
    """Takes what the real one takes, as boto3's model says it, and keeps it."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    fault_at: int | None = None

    def put_metric_data(self, *, Namespace: str, MetricData: Sequence[dict[str, Any]]) -> dict[str, Any]:
        validator, shape = _checks()
        call = {"Namespace": Namespace, "MetricData": list(MetricData)}
        report = validator.validate(call, shape)
        assert not report.has_errors(), report.generate_report()
        assert 1 <= len(MetricData) <= 1000
        if len(self.calls) == self.fault_at:
            raise AwsFaultError("InternalServiceFault")
        self.calls.append(call)
        return {}

    @property
    def points(self) -> list[dict[str, Any]]:
        return [point for call in self.calls for point in call["MetricData"]]


@dataclass
class Vault:
    """Secrets Manager: gives these texts in turn, and the last of them for ever."""

    texts: list[Any]
    asked: int = 0

    def __call__(self, arn: str) -> str:
        assert arn == SECRET_ARN
        self.asked += 1
        text = self.texts[min(self.asked, len(self.texts)) - 1]
        if isinstance(text, Exception):
            raise text
        return str(text)


@dataclass(frozen=True)
class Run:
    """What one run left: data points, log lines, and the error it ended with, if any."""

    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    error: str | None

    @property
    def values(self) -> dict[str, float]:
        return {point["MetricName"]: point["Value"] for point in self.points}

    @property
    def kinds(self) -> dict[str, str]:
        """The metrics that failed."""
        return {line["metric"]: line["kind"] for line in self.told("metric_failed")}

    def told(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["message"] == message]

    @property
    def reasons(self) -> str:
        return "\n".join(line["reason"] for line in self.told("metric_failed"))


def secret(password: str = PASSWORD, **changes: object) -> str:
    """A secret as RDS writes it."""
    return json.dumps({"engine": "postgres", "username": USER, "password": password, **changes})


def plan(metrics: Sequence[dict[str, Any]], time_zone: str = "UTC") -> dict[str, Any]:
    """What `metrics.json` says."""
    usual = {"unit": "Count", "dimensions": {}, "minimum": 0, "maximum": None}
    return {"namespace": NAMESPACE, "time_zone": time_zone, "metrics": [usual | one for one in metrics]}


# What the generator adds to the sources.
ADDED = {"metrics.json": json.dumps(plan(SHIPPED)).encode()}


@dataclass
class Bench:
    """A publisher and all that it meets; change what a test is about, then run."""

    function: SimpleNamespace
    database: Postgres
    folder: Path
    metrics: Sequence[dict[str, Any]] = SHIPPED
    time_zone: str = "UTC"
    at: datetime = NOON
    remaining_ms: Callable[[], int] | None = None
    environ: dict[str, str] = field(default_factory=dict)
    vault: Vault = field(default_factory=lambda: Vault([secret()]))
    token: Callable[..., str] = lambda *_: "no token"
    cloudwatch: CloudWatch = field(default_factory=CloudWatch)
    hidden: set[str] = field(default_factory=lambda: {PASSWORD})
    _warm: Any = None

    @property
    def variables(self) -> dict[str, str]:
        usual = {
            "ENVIRONMENT": "test",
            "DB_SECRET_ARN": SECRET_ARN,
            "DB_HOST": HOST,
            "DB_PORT": str(self.database.port),
            "DB_NAME": "postgres",
            "DB_CA_FILE": str(self.database.ca_file),
            "METRICS_FILE": str(self.folder / "metrics.json"),
        }
        return usual | self.environ

    def warmed(self) -> Any:
        """The publisher, made in its first run as Lambda makes it, and kept."""
        if self._warm is None:
            of = self.function
            (self.folder / "metrics.json").write_text(json.dumps(plan(self.metrics, self.time_zone)))
            settings, log = (
                of.settings.Settings.read(self.variables),
                of.shared.logs.Log(function="metrics_publisher", environment="test"),
            )
            logins = of.logins.SecretLogins(settings, self.vault, log, time.time)
            if settings.auth == "iam":
                logins = of.logins.TokenLogins(settings, self.token, log)
            self._warm = of.publisher.Publisher(
                settings,
                of.plan.read_plan(settings.metrics_file),
                logins=logins,
                log=log,
                cloudwatch=lambda: self.cloudwatch,
                now=lambda: self.at,
            )
        return self._warm

    def cool(self) -> None:
        """Forget the publisher, so that the next run is the first of another."""
        self._warm = None

    def run(self) -> Run:
        """One run; nothing that it says may hold a secret."""
        before, deadline, error = len(self.cloudwatch.points), time.monotonic() + 60, None
        usual = lambda: int((deadline - time.monotonic()) * 1000)  # noqa: E731  (as Lambda's context has it)
        with redirect_stdout(io.StringIO()) as out:
            try:
                self.warmed().run(self.remaining_ms or usual)
            except self.function.publisher.PublisherError as raised:
                error = str(raised)
        said = f"{out.getvalue()}{error}"
        assert [text for text in self.hidden if text in said] == []
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        return Run(self.cloudwatch.points[before:], lines, error)

    def run_and(self, meanwhile: Callable[[], object]) -> Run:
        """One run that stands still in mid-query, and what happens then."""
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(self.run)
            self.database.wait(lambda: running.done() or self.stands_still())
            meanwhile()
            return running.result(30)

    def stands_still(self) -> bool:
        return self.database.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1"

    def connection(self, user: str) -> Any:
        """A connection of a user who needs no password."""
        of = self.function.sessions._driver
        return of.Connection(
            user, host=LOOPBACK, port=self.database.port, database="postgres", ssl_context=False
        )

    def session(self) -> Any:
        """A session beside the publisher's, as its user."""
        of = self.function
        login = of.logins.Login(
            host=HOST, port=self.database.port, database="postgres", user=USER, password=PASSWORD
        )
        trust = of.sessions.trust(self.database.ca_file)
        return of.sessions.Session(login, trust, lock_timeout_ms=10_000, step_seconds=5)
