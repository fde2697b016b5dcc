"""The publisher's pure parts: statements, results, points, faults, settings and the plan."""

from __future__ import annotations

import json
import math
import ssl
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lambdas.publisher_bench import NOON, SHIPPED, plan

pytest_plugins = ["tests.lambdas.publisher_fixtures"]

NAMES = ("start_of_day", "end_of_day", "now")
# Pieces of SQL in which a placeholder is none.
INERT = (
    "SELECT 1",
    "a::text",
    "x[1:2]",
    ":nowhere",
    "':now'",
    "'it''s :now'",
    "E'\\':now'",
    '"a "":now"',
    "-- :now\n",
    "/* :now ' */",
    "$$:now'$$",
    "$tag$ $$ :now $tag$",
    "date':now'",
    "$1",
)
PIECES = st.lists(st.sampled_from(INERT) | st.sampled_from(NAMES).map(lambda name: (name,)), max_size=12)


@given(pieces=PIECES)
def test_placeholders_are_numbered_and_nothing_else_is_touched(
    function: SimpleNamespace, pieces: list[Any]
) -> None:
    order: list[str] = []
    for piece in pieces:
        if isinstance(piece, tuple) and piece[0] not in order:
            order.append(piece[0])
    sql = " ".join(f":{piece[0]}" if isinstance(piece, tuple) else piece for piece in pieces)
    numbered = " ".join(
        f"${order.index(piece[0]) + 1}" if isinstance(piece, tuple) else piece for piece in pieces
    )

    found = function.statements.statement(sql)

    wrapped = ("SELECT * FROM (", numbered.strip(), ") AS metric LIMIT 2")
    assert found.text == "\n".join(wrapped)
    assert found.parameters == tuple(order)


def metric(function: SimpleNamespace, **changes: Any) -> Any:
    return function.plan.Metric(**{"name": "M", "sql": "SELECT 1", "unit": "Count", **changes})


CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text()
BOUNDS = st.none() | st.floats(-1e6, 1e6)


@given(cell=CELLS, minimum=BOUNDS, maximum=BOUNDS)
def test_result_is_the_number_or_a_fault(
    function: SimpleNamespace, cell: Any, minimum: float | None, maximum: float | None
) -> None:
    wanted = metric(function, minimum=minimum, maximum=maximum)
    try:
        value = function.results.number(wanted, 1, [[cell]])
    except function.faults.Fault as fault:
        value = fault.kind

    if (
        isinstance(cell, bool)
        or not isinstance(cell, int | float | Decimal)
        or (isinstance(cell, Decimal) and cell.is_snan())
        or not math.isfinite(cell)
        or abs(cell) > 2**360
    ):
        assert value == "result"
    elif (minimum is not None and float(cell) < minimum) or (maximum is not None and float(cell) > maximum):
        assert value == "bounds"
    else:
        assert value == float(cell)
        assert type(value) is float


@pytest.mark.parametrize(("columns", "rows"), [(1, []), (1, [[1], [1]]), (2, [[1, 2]]), (0, [[]])])
def test_result_is_one_row_of_one_column(
    function: SimpleNamespace, columns: int, rows: list[list[int]]
) -> None:
    with pytest.raises(function.faults.Fault, match="result"):
        function.results.number(metric(function), columns, rows)


LONG = st.text("äé&%x ", min_size=1, max_size=1024)
DIMENSIONS = st.lists(st.tuples(LONG.map(lambda text: text[:255]), LONG), max_size=30).map(tuple)


@settings(max_examples=10)
@given(shapes=st.lists(DIMENSIONS, min_size=1, max_size=5), times=st.integers(1, 250))
def test_calls_hold_what_cloudwatch_takes(function: SimpleNamespace, shapes: list[Any], times: int) -> None:
    metrics = [
        metric(function, name=f"M{index}", dimensions=shape) for index, shape in enumerate(shapes * times)
    ]
    points = [function.points.point(one, 1.5, NOON) for one in metrics]

    batches = list(function.points.batches(points))

    assert [point for batch in batches for point in batch] == points
    assert all(1 <= len(batch) <= 1000 for batch in batches)
    assert max(len(body(batch)) for batch in batches) <= 1_000_000


def test_large_points_are_spread_over_calls(function: SimpleNamespace) -> None:
    large = metric(function, dimensions=tuple((f"D{index}", "ä" * 1024) for index in range(30)))
    points = [function.points.point(large, 1, NOON)] * 20

    batches = list(function.points.batches(points))

    assert sum(map(len, batches)) == 20
    assert len(batches) > 1
    assert max(len(body(batch)) for batch in batches) <= 1_000_000


def body(batch: Any) -> str:
    """A call in the most wordy of the protocols that boto3 may choose."""
    model = botocore.session.get_session().get_service_model("cloudwatch")
    call = {"Namespace": "SchedulingAgent", "MetricData": batch}
    serialized = create_serializer("query").serialize_to_request(call, model.operation_model("PutMetricData"))
    return urlencode(serialized["body"])


def test_small_points_share_one_call(function: SimpleNamespace) -> None:
    points = [function.points.point(metric(function, name=f"M{index}"), 1, NOON) for index in range(1000)]

    assert [len(batch) for batch in function.points.batches(points)] == [1000]
    assert list(function.points.batches([])) == []


def chained(outer: Exception, inner: Exception) -> Exception:
    outer.__context__ = inner
    return outer


SERVER = Exception({"S": "FATAL", "C": "53300", "M": "sorry, too many clients already"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (SERVER, "too_many_connections"),
        # The driver's own attempt to close failed, and hides what the server said.
        (chained(Exception("network error"), SERVER), "too_many_connections"),
        (Exception({"C": "28P01", "M": "x"}), "authentication"),
        (Exception({"C": "28000", "M": "x"}), "authentication"),
        (Exception({"C": "57P03", "M": "the database system is starting up"}), "connection"),
        (Exception({"C": "08006", "M": "x"}), "connection"),
        (ssl.SSLCertVerificationError(1, "x"), "tls"),
        (chained(Exception("network error"), ssl.SSLError(1, "tlsv13 alert certificate required")), "tls"),
        (chained(ssl.SSLError(1, "a closed connection"), SERVER), "too_many_connections"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "connection"),
        (TimeoutError("timed out"), "connection"),
        (ConnectionResetError(104, "reset"), "connection"),
        (KeyError("an unknown message"), "connection"),
    ],
)
def test_fault_of_connecting_is_known_by_its_kind(
    function: SimpleNamespace, error: Exception, kind: str
) -> None:
    assert function.faults.of_connecting(error).kind == kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("55P03", "lock_timeout"),
        ("57014", "statement_timeout"),
        ("42501", "permission"),
        ("25006", "read_only"),
        ("42P01", "query"),
        ("22012", "query"),
        ("40001", "query"),
    ],
)
def test_fault_of_querying_is_known_by_its_kind(function: SimpleNamespace, state: str, kind: str) -> None:
    fault = function.faults.of_querying(Exception({"C": state, "M": "why"}))

    assert (fault.kind, fault.sqlstate, fault.reason) == (kind, state, "why")
    assert function.faults.of_querying(ssl.SSLEOFError(8, "EOF")).kind == "connection"


GOOD = {"ENVIRONMENT": "prod", "DB_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s"}


def test_variables_have_defaults(function: SimpleNamespace) -> None:
    settings = function.settings.Settings.read(GOOD | {"DB_PORT": " ", "HEARTBEAT": ""})

    assert (settings.auth, settings.port, settings.ca_file) == ("secret", None, None)
    assert (settings.statement_timeout_ms, settings.lock_timeout_ms) == (10_000, 1_000)
    assert settings.heartbeat == "PublisherHeartbeat"
    folder = Path(function.handler.__file__).parent
    assert settings.metrics_file == folder / "metrics.json"
    assert function.settings.Settings.read(GOOD | {"DB_CA_FILE": "ca.pem"}).ca_file == folder / "ca.pem"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ENVIRONMENT": ""}, "ENVIRONMENT is not set"),
        ({"DB_SECRET_ARN": ""}, "DB_SECRET_ARN is not set"),
        ({"DB_AUTH": "trust"}, "DB_AUTH: 'trust' is neither 'secret' nor 'iam'"),
        (
            {"DB_AUTH": "iam"},
            "DB_HOST is not set; DB_NAME is not set; DB_USER is not set; AWS_REGION is not set",
        ),
        ({"DB_PORT": "70000"}, "DB_PORT: '70000' is no number from 1 to 65535"),
        ({"STATEMENT_TIMEOUT_MS": "0"}, "STATEMENT_TIMEOUT_MS: '0' is no number"),
        ({"LOCK_TIMEOUT_MS": "1s"}, "LOCK_TIMEOUT_MS: '1s' is no number"),
        ({"SECRET_LIFETIME_SECONDS": "²"}, "SECRET_LIFETIME_SECONDS: '²' is no number"),
    ],
)
def test_mistake_in_a_variable_is_told(function: SimpleNamespace, changes: dict[str, str], said: str) -> None:
    with pytest.raises(function.settings.SettingsError) as caught:
        function.settings.Settings.read(GOOD | changes)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "FileNotFoundError"),
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        (json.dumps(plan([])), "names no metric"),
        (json.dumps(plan(SHIPPED, "Mars/Olympus")), "Mars/Olympus"),
        (json.dumps(plan([{"name": "x"}])), "sql"),
        (json.dumps(plan([{"name": "x", "sql": "SELECT 1", "minimum": "many"}])), "many"),
    ],
)
def test_unusable_plan_is_told(
    function: SimpleNamespace, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "metrics.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(function.settings.SettingsError, match=r"metrics\.json") as caught:
        function.plan.read_plan(file)
    assert said in str(caught.value)


def test_day_in_utc_is_a_day(function: SimpleNamespace) -> None:
    """The session's queries get their parameters as text that PostgreSQL cannot misread."""
    loaded = function.counting._parameters(
        function.plan.Plan(namespace="N", zone=NOON.tzinfo, metrics=()), NOON + timedelta(microseconds=5)
    )

    assert loaded == {
        "start_of_day": "2026-06-15T00:00:00+00:00",
        "end_of_day": "2026-06-16T00:00:00+00:00",
        "now": "2026-06-15T12:00:30.000005+00:00",
    }


def test_certificates_and_names_are_verified_as_libpq_does(function: SimpleNamespace) -> None:
    context = function.sessions.trust(None)

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
