"""What a run does when something is wrong: each row of the handler's table, on a real server."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
import trustme

from ops.local.postgres import LOOPBACK, MOST_CONNECTIONS, Postgres
from tests.lambdas.publisher_bench import (
    ACTIVE,
    HEARTBEAT,
    LOCKED,
    LONG_LOCK,
    PASSWORD,
    SHIPPED,
    USER,
    AwsFaultError,
    Bench,
    Run,
    Vault,
    secret,
)

pytest_plugins = ["tests.lambdas.publisher_fixtures"]

NAMES = [metric["name"] for metric in SHIPPED]
COUNT = {"ActiveSessions": ACTIVE, "TotalMessages": 0, "AppointmentsCreated": 0}


def all_fail(run: Run, kind: str) -> bool:
    """Nothing was published, each metric says why, and the run is an error."""
    text = ", ".join(f"{name} ({kind})" for name in NAMES)
    return (
        run.points == []
        and run.kinds == dict.fromkeys(NAMES, kind)
        and run.error == f"3 of 3 metrics are unknown: {text}"
        and run.told("run_done")[0]["level"] == "ERROR"
    )


def others_count(run: Run, name: str, kind: str) -> bool:
    """One metric failed; the others are published, but no heartbeat, and the run is an error."""
    return (
        run.values == {other: value for other, value in COUNT.items() if other != name}
        and run.kinds == {name: kind}
        and run.error == f"1 of 3 metrics are unknown: {name} ({kind})"
    )


def attempts(database: Postgres, said: str = "connection received") -> int:
    return database.log.count(said)


def with_second(sql: str, **more: object) -> list[dict[str, Any]]:
    """The shipped metrics, the second of them with another query."""
    return [SHIPPED[0], {**SHIPPED[1], "sql": sql, **more}, SHIPPED[2]]


def test_locked_table_fails_its_metric_alone(bench: Bench) -> None:
    bench.environ["LOCK_TIMEOUT_MS"] = "100"
    with bench.connection("postgres") as locker:
        locker.run("BEGIN")
        locker.run("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")

        run = bench.run()

    assert others_count(run, "TotalMessages", "lock_timeout")
    assert run.told("metric_failed")[0]["sqlstate"] == "55P03"
    assert bench.run().values == COUNT | {HEARTBEAT: 1}


def test_dropped_table_fails_its_metric_alone(bench: Bench) -> None:
    bench.metrics = with_second("SELECT count(*) FROM gone")

    run = bench.run()

    assert others_count(run, "TotalMessages", "query")
    assert 'relation "gone" does not exist' in run.reasons


def test_slow_query_fails_its_metric_alone(bench: Bench) -> None:
    bench.environ["STATEMENT_TIMEOUT_MS"] = "200"
    bench.metrics = with_second("SELECT count(*) FROM pg_sleep(60)")

    run = bench.run()

    assert others_count(run, "TotalMessages", "statement_timeout")
    assert 200 <= run.told("metric_failed")[0]["milliseconds"] < 5000


def test_table_that_may_not_be_read_fails_its_metric_alone(bench: Bench) -> None:
    bench.metrics = with_second("SELECT count(*) FROM hidden")

    assert others_count(bench.run(), "TotalMessages", "permission")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT NULL", "NULL"),
        ("SELECT max(created_at) FROM messages", "datetime"),
        ("SELECT '5'", "str"),
        ("SELECT true", "bool"),
        ("SELECT 1, 2", "2 columns"),
        ("SELECT 1 WHERE false", "no row"),
        ("SELECT generate_series(1, 3)", "more than one row"),
        ("SELECT 'NaN'::float8", "CloudWatch"),
        ("SELECT 'NaN'::numeric", "CloudWatch"),
        ("SELECT 'Infinity'::float8", "CloudWatch"),
        ("SELECT 10::numeric ^ 200", "CloudWatch"),
    ],
)
def test_result_that_is_no_number_fails_its_metric_alone(bench: Bench, sql: str, reason: str) -> None:
    bench.metrics = with_second(sql)

    run = bench.run()

    assert others_count(run, "TotalMessages", "result")
    assert reason in run.reasons


@pytest.mark.parametrize(("sql", "reason"), [("SELECT -1", "minimum of 0"), ("SELECT 101", "maximum of 100")])
def test_number_out_of_bounds_fails_its_metric_alone(bench: Bench, sql: str, reason: str) -> None:
    bench.metrics = with_second(sql, maximum=100)

    run = bench.run()

    assert others_count(run, "TotalMessages", "bounds")
    assert reason in run.reasons


@pytest.fixture
def writer(bench: Bench) -> Iterator[None]:
    """A function that writes, which the publisher's user may call."""
    bench.database.sql(
        "CREATE FUNCTION add() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS"
        " 'INSERT INTO messages (created_at) VALUES (now()) RETURNING id'",
        f"GRANT DELETE ON messages TO {USER}",
    )
    yield
    bench.database.sql("DROP FUNCTION add", f"REVOKE DELETE ON messages FROM {USER}")


@pytest.mark.usefixtures("writer")
@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT add()", "read_only"),
        ("DELETE FROM messages", "query"),
        ("WITH gone AS (DELETE FROM messages RETURNING id) SELECT count(*) FROM gone", "query"),
        ("COMMIT", "query"),
        ("SET TRANSACTION READ WRITE", "query"),
        ("SELECT 1) AS m; COMMIT; DELETE FROM messages; SELECT * FROM (SELECT 1", "query"),
        (
            "SELECT count(*) FROM (SELECT set_config('transaction_read_only', 'off', true)) AS s, add()",
            "query",
        ),
        ("SELECT 1 FROM set_config('transaction_read_only', 'off', false)", "query"),
    ],
)
def test_nothing_is_written_whatever_a_query_says(bench: Bench, sql: str, kind: str) -> None:
    # given: a query that writes, or that opens the way for the next one to write
    bench.metrics = [SHIPPED[0], {"name": "Writes", "sql": sql}, {"name": "WritesToo", "sql": "SELECT add()"}]
    before = bench.database.sql("SELECT count(*), max(id) FROM messages")

    # when
    run = bench.run()

    # then
    assert run.kinds == {"Writes": kind, "WritesToo": "read_only"}, run.reasons
    assert run.values == {"ActiveSessions": ACTIVE}
    assert bench.database.sql("SELECT count(*), max(id) FROM messages") == before


def test_full_server_is_asked_once(bench: Bench) -> None:
    # given
    visitors: list[Any] = []
    with pytest.raises(bench.function.sessions._driver.DatabaseError):
        visitors.extend(bench.connection("visitor") for _ in range(MOST_CONNECTIONS))
    before = attempts(bench.database)

    # when
    run = bench.run()

    # then
    for visitor in visitors:
        visitor.close()
    assert all_fail(run, "too_many_connections")
    assert (attempts(bench.database), bench.vault.asked) == (before + 1, 1)
    assert bench.run().error is None


def test_full_limit_of_the_user_is_no_reason_to_ask_again(bench: Bench) -> None:
    bench.database.sql(f"ALTER ROLE {USER} CONNECTION LIMIT 0")

    run = bench.run()

    bench.database.sql(f"ALTER ROLE {USER} CONNECTION LIMIT -1")
    assert all_fail(run, "too_many_connections")
    assert "too many connections" in run.reasons


def kill_backend(bench: Bench) -> None:
    """End the session that stands still."""
    bench.database.sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")


@pytest.mark.usefixtures("held_lock")
def test_lost_connection_fails_its_metric_and_the_others_go_on(bench: Bench) -> None:
    bench.environ, bench.metrics = LONG_LOCK, with_second(LOCKED)

    run = bench.run_and(lambda: kill_backend(bench))

    assert others_count(run, "TotalMessages", "connection")
    assert len(run.told("reconnecting")) == 1


def test_server_killed_in_mid_query_leaves_what_was_counted(bench: Bench) -> None:
    holder = bench.session()
    holder._connection.run("SELECT pg_advisory_lock(7)")
    bench.environ, bench.metrics = LONG_LOCK, with_second(LOCKED)

    run = bench.run_and(lambda: bench.database.stop(signal.SIGQUIT))

    holder.close()
    bench.database.start()
    assert run.values == {"ActiveSessions": ACTIVE}
    assert run.kinds == {"TotalMessages": "connection", "AppointmentsCreated": "connection"}
    assert (
        run.error
        == "2 of 3 metrics are unknown: TotalMessages (connection), AppointmentsCreated (connection)"
    )
    bench.metrics = SHIPPED
    bench.cool()
    assert bench.run().values == COUNT | {HEARTBEAT: 1}


@pytest.mark.usefixtures("held_lock")
def test_connection_that_is_lost_twice_is_not_made_a_third_time(bench: Bench) -> None:
    locked = [{"name": name, "sql": LOCKED} for name in ("First", "Second", "Third")]
    bench.environ, bench.metrics = LONG_LOCK, [*locked, SHIPPED[0]]
    before = attempts(bench.database, f'authenticated: identity="{USER}"')

    def twice() -> None:
        kill_backend(bench)
        bench.database.wait(bench.stands_still)
        kill_backend(bench)

    run = bench.run_and(twice)

    assert run.kinds == dict.fromkeys(("First", "Second", "Third", "ActiveSessions"), "connection")
    assert run.points == []
    assert "lost more than once" in run.reasons
    assert attempts(bench.database, f'authenticated: identity="{USER}"') == before + 2


def test_nobody_there_fails_all(bench: Bench) -> None:
    with socket.socket() as unused:
        unused.bind((LOOPBACK, 0))
        bench.environ["DB_PORT"] = str(unused.getsockname()[1])

        run = bench.run()

    assert all_fail(run, "connection")
    assert "ConnectionRefusedError" in run.reasons


def test_unknown_host_fails_all(bench: Bench) -> None:
    bench.environ["DB_HOST"] = "database.invalid"

    assert all_fail(bench.run(), "connection")


def test_port_that_is_none_fails_all(bench: Bench) -> None:
    bench.environ["DB_PORT"], bench.vault = "", Vault([secret(port=99_999)])

    assert all_fail(bench.run(), "connection")


def test_unknown_database_fails_all(bench: Bench) -> None:
    bench.environ["DB_NAME"] = "gone"

    run = bench.run()

    assert all_fail(run, "connection")
    assert 'database "gone" does not exist' in run.reasons


def test_tls_that_is_refused_is_never_gone_without(bench: Bench) -> None:
    bench.database.tls(on=False)
    users = attempts(bench.database, f"user={USER}")

    run = bench.run()

    bench.database.tls(on=True)
    assert all_fail(run, "tls")
    assert "refuses TLS" in run.reasons
    assert attempts(bench.database, f"user={USER}") == users


def test_certificate_of_another_name_is_refused(bench: Bench) -> None:
    bench.environ["DB_HOST"] = LOOPBACK

    run = bench.run()

    assert all_fail(run, "tls")
    assert "IP address mismatch" in run.reasons


def test_certificate_of_an_unknown_authority_is_refused(bench: Bench, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    for ca_file in (str(tmp_path / "other.pem"), ""):  # without a file the system's authorities hold
        bench.environ["DB_CA_FILE"] = ca_file
        bench.cool()

        run = bench.run()

        assert all_fail(run, "tls")
        assert "TLS with the server failed" in run.reasons


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unusable_file_of_authorities_fails_all(bench: Bench, tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    bench.environ["DB_CA_FILE"] = str(tmp_path / "ca.pem")

    run = bench.run()

    assert all_fail(run, "tls")
    assert "DB_CA_FILE: ca.pem" in run.reasons


@contextmanager
def stand_in(answer: Callable[[socket.socket], object]) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says what a test wants, and keeps what it is sent: its port, and that."""
    heard: list[bytes] = []
    with socket.create_server((LOOPBACK, 0)) as server, ThreadPoolExecutor(1) as pool:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(10)
                heard.append(connection.recv(1000))
                answer(connection)
                with suppress(ConnectionResetError):
                    heard.extend(iter(lambda: connection.recv(1000), b""))

        served = pool.submit(serve)
        yield server.getsockname()[1], heard
        served.result(10)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda peer: peer.sendall(b"N"), "tls"),
        (lambda peer: peer.shutdown(socket.SHUT_WR), "connection"),
        (lambda peer: peer.sendall(b"EFATAL"), "connection"),
        (lambda peer: peer.sendall(b"S" + b"no TLS at all" * 10), "tls"),
        (lambda _: None, "connection"),
    ],
    ids=["refuses TLS", "hangs up", "error", "no TLS", "silent"],
)
def test_server_of_another_kind_hears_nothing_but_the_wish_for_tls(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, answer: Callable[[socket.socket], object], kind: str
) -> None:
    monkeypatch.setattr(bench.function.counting, "STEP_SECONDS", 0.3)
    with stand_in(answer) as (port, heard):
        bench.environ["DB_PORT"] = str(port)

        assert all_fail(bench.run(), kind)

    said = b"".join(heard)
    assert said[:8] == bytes.fromhex("00000008 04d2162f")
    assert USER.encode() not in said


def test_wrong_password_is_tried_once(bench: Bench) -> None:
    bench.vault, bench.hidden = Vault([secret("a-wrong-password")]), {PASSWORD, "a-wrong-password"}
    before = attempts(bench.database, "password authentication failed")

    run = bench.run()

    assert all_fail(run, "authentication")
    assert {line["sqlstate"] for line in run.told("metric_failed")} == {"28P01"}
    assert bench.vault.asked == 2  # and found to be the same
    assert attempts(bench.database, "password authentication failed") == before + 1


def test_rotated_password_is_fetched_again(bench: Bench) -> None:
    # given: a warm function that knows a password, and then the password is another
    bench.vault = Vault([secret(), secret("after-the-rotation")])
    bench.hidden = {PASSWORD, "after-the-rotation"}
    assert bench.run().error is None
    bench.database.sql(f"ALTER ROLE {USER} PASSWORD 'after-the-rotation'")

    # when
    run, next_run = bench.run(), bench.run()

    # then
    bench.database.sql(f"ALTER ROLE {USER} PASSWORD '{PASSWORD}'")
    assert run.values == next_run.values == COUNT | {HEARTBEAT: 1}
    assert (len(run.told("secret_rotated")), len(next_run.told("secret_rotated"))) == (1, 0)
    assert bench.vault.asked == 2


def test_secret_that_is_wrong_twice_ends_there(bench: Bench) -> None:
    bench.vault = Vault([secret("wrong-before"), secret("wrong-after"), secret()])

    assert all_fail(bench.run(), "authentication")
    assert bench.vault.asked == 2
    assert bench.run().error is None


@pytest.mark.parametrize("fault", [AwsFaultError("AccessDeniedException"), TimeoutError()])
def test_secret_that_cannot_be_had_fails_all(bench: Bench, fault: Exception) -> None:
    bench.vault = Vault([fault])
    before = attempts(bench.database)

    run = bench.run()

    assert all_fail(run, "credentials")
    assert attempts(bench.database) == before


def test_secret_that_cannot_be_renewed_fails_all(bench: Bench) -> None:
    bench.vault = Vault([secret("a-wrong-password"), AwsFaultError("ThrottlingException")])

    run = bench.run()

    assert all_fail(run, "credentials")
    assert "ThrottlingException" in run.reasons


IAM = {"DB_AUTH": "iam", "DB_USER": "cleartext", "AWS_REGION": "us-east-1"}


def test_token_of_iam_is_the_password(bench: Bench) -> None:
    tokens = iter(["first-token-of-iam", "second-token-of-iam"])
    bench.hidden = {"first-token-of-iam", "second-token-of-iam"}
    bench.environ, bench.token = IAM, lambda *_: next(tokens)
    for token in sorted(bench.hidden):
        bench.database.sql(f"ALTER ROLE cleartext PASSWORD '{token}'")

        assert bench.run().values == COUNT | {HEARTBEAT: 1}
    assert bench.vault.asked == 0


def test_token_that_is_refused_is_tried_once(bench: Bench) -> None:
    bench.environ, bench.token, bench.hidden = IAM, lambda *_: "a-refused-token", {"a-refused-token"}
    before = attempts(bench.database, "password authentication failed")

    assert all_fail(bench.run(), "authentication")
    assert attempts(bench.database, "password authentication failed") == before + 1


def test_run_without_time_does_not_begin(bench: Bench) -> None:
    bench.remaining_ms = lambda: 17_400
    before = attempts(bench.database)

    run = bench.run()

    assert all_fail(run, "time")
    assert attempts(bench.database) == before


def test_metrics_for_which_no_time_is_left_fail(bench: Bench) -> None:
    left = chain([60_000] * 3, repeat(17_400))
    bench.remaining_ms = lambda: next(left)

    run = bench.run()

    assert run.values == {"ActiveSessions": ACTIVE}
    assert run.kinds == {"TotalMessages": "time", "AppointmentsCreated": "time"}


def test_query_may_take_no_longer_than_the_run_has(bench: Bench) -> None:
    bench.metrics = [{"name": "Slow", "sql": "SELECT count(*) FROM pg_sleep(60)"}]
    bench.remaining_ms = lambda: 17_700

    run = bench.run()

    assert run.kinds == {"Slow": "statement_timeout"}
    assert 700 <= run.told("metric_failed")[0]["milliseconds"] < 6000


def test_refusal_of_cloudwatch_is_an_error(bench: Bench) -> None:
    bench.cloudwatch.fault_at = 0

    run = bench.run()

    assert run.points == []
    assert run.error == "CloudWatch did not take all data points: InternalServiceFault"
    assert run.told("publish_failed")[0]["points"] == 4
    assert run.told("run_done")[0]["published"] == 0


def test_heartbeat_waits_for_all_calls(bench: Bench) -> None:
    bench.metrics = [{"name": f"Metric{index}", "sql": f"SELECT {index}"} for index in range(1001)]
    bench.cloudwatch.fault_at = 1

    run = bench.run()

    assert run.values == {f"Metric{index}": index for index in range(1000)}
    assert "InternalServiceFault" in (run.error or "")
