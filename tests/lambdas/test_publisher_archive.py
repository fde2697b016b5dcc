"""The publisher as it ships: from its archive, alone, quick to start, and through to CloudWatch."""

# ruff: noqa: S608  (the SQL is our own)

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import boto3
import pytest
from packaging.requirements import Requirement

from modules.errors import ToolError
from modules.packaging import package
from ops.emulator import REGION, Emulator
from ops.local.postgres import HOST, Postgres
from tests.lambdas.publisher_bench import ACTIVE, ADDED, FUNCTION, NAMESPACE, PASSWORD, SHIPPED, secret
from tests.tools import without

pytest_plugins = ["tests.lambdas.publisher_fixtures"]

LARGEST_BYTES = 2_000_000
CA_BUNDLE_BYTES = 170_000  # RDS's bundle of all regions, which a user may have packed too

START = """
import sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
import handler
origins = {getattr(sys.modules[name], "__file__", None) or "" for name in set(sys.modules) - before}
print(*(origin for origin in origins if "site-packages" in origin or sys.argv[1] in origin), sep="\\n")
"""
ZONE = """
import sys
sys.path.insert(0, sys.argv[1])
import zoneinfo, tzdata
print(zoneinfo.ZoneInfo("Europe/Berlin"), tzdata.__file__)
"""
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
import handler
class Context:
    def get_remaining_time_in_millis(self):
        return 60000
print(handler.handler({"id": "from the scheduler"}, Context()))
"""


def python(code: str, task: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A fresh Python with the task's folder first, as Lambda has it, and boto3 where the machine has it."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    command = [sys.executable, "-B", "-c", code, str(task)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=known | environ, cwd=task)


def test_archive_is_small_and_holds_no_waste(publisher_archive: Path) -> None:
    with zipfile.ZipFile(publisher_archive) as file:
        names = file.namelist()

    assert publisher_archive.stat().st_size + CA_BUNDLE_BYTES < LARGEST_BYTES
    assert {"handler.py", "metrics.json", "pg8000/native.py", "tzdata/zoneinfo/Europe/Berlin"} <= set(names)
    assert [name for name in names if name.endswith((".pyc", ".so", ".pyi", ".tar.gz", "RECORD"))] == []
    assert [name for name in names if "test" in name.split("/")[:-1]] == []


def test_archive_is_the_same_when_made_again(publisher_archive: Path, tmp_path: Path) -> None:
    again = package(FUNCTION, tmp_path / "again.zip", ADDED)

    assert again.path.read_bytes() == publisher_archive.read_bytes()


def test_packages_need_nothing_that_is_not_pinned(publisher_task: Path) -> None:
    about = [message_from_bytes(path.read_bytes()) for path in publisher_task.glob("*.dist-info/METADATA")]
    versions = {one["Name"]: one["Version"] for one in about}
    needed = [Requirement(text) for one in about for text in one.get_all("Requires-Dist", [])]

    assert versions.keys() == {"pg8000", "scramp", "asn1crypto", "python-dateutil", "six", "tzdata"}
    for one in needed:
        wanted = one.marker is None or one.marker.evaluate({"extra": ""})
        assert not wanted or one.specifier.contains(versions[one.name])


def test_import_takes_its_packages_from_the_archive(publisher_task: Path) -> None:
    run = python(START, publisher_task)

    assert run.stderr == ""
    loaded = run.stdout.splitlines()
    assert any("pg8000" in origin for origin in loaded)
    assert [origin for origin in loaded if not origin.startswith(str(publisher_task))] == []


def test_time_zones_are_known_where_the_system_knows_none(publisher_task: Path) -> None:
    done = python(ZONE, publisher_task, PYTHONTZPATH="")

    zone, origin = done.stdout.split()
    assert zone == "Europe/Berlin"
    assert origin.startswith(str(publisher_task))


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    try:
        with Emulator(tmp_path_factory.mktemp("emulator")) as running:
            yield running
    except ToolError as error:
        without(str(error))


def aws(emulator: Emulator, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def published(emulator: Emulator, name: str) -> list[tuple[float, float]]:
    """The data points of a metric: the largest value of each minute, and how many there were."""
    now = datetime.now(UTC)
    found = aws(emulator, "cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["Maximum", "SampleCount"],
    )
    return [(point["Maximum"], point["SampleCount"]) for point in found["Datapoints"]]


def test_handler_counts_and_publishes(publisher_task: Path, database: Postgres, emulator: Emulator) -> None:
    # given: rows of today, and credentials in Secrets Manager
    arn = aws(emulator, "secretsmanager").create_secret(Name="database", SecretString=secret())["ARN"]
    for moment in ("now()", "now() + interval '1 day'"):  # if midnight comes now, the others are today's
        database.sql(f"INSERT INTO messages (created_at) SELECT {moment} FROM generate_series(1, 7)")
    variables = {
        "ENVIRONMENT": "test",
        "DB_SECRET_ARN": arn,
        "DB_HOST": HOST,
        "DB_PORT": str(database.port),
        "DB_NAME": "postgres",
        "DB_CA_FILE": str(database.ca_file),
        **emulator.environ,
    }

    # when: it runs, and Lambda repeats it although it need not
    runs = [python(RUN, publisher_task, **variables) for _ in range(2)]

    # then
    database.sql("DELETE FROM messages WHERE created_at > '2025-07-01'")
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr + runs[0].stdout
    assert PASSWORD not in runs[0].stdout + runs[0].stderr
    lines = [json.loads(line) for line in runs[0].stdout.splitlines()[:-1]]
    assert {(line["function"], line["environment"]) for line in lines} == {("metrics_publisher", "test")}
    assert [line["message"] for line in lines] == ["metric_counted"] * 3 + ["run_done"]
    values = {"ActiveSessions": ACTIVE, "TotalMessages": 7, "AppointmentsCreated": 0, "PublisherHeartbeat": 1}
    assert values.keys() > {metric["name"] for metric in SHIPPED}
    assert {name: max(published(emulator, name))[0] for name in values} == values


def test_failed_run_is_an_error_that_tells_no_secret(
    publisher_task: Path, database: Postgres, emulator: Emulator
) -> None:
    # given: a password that is not the database's
    wrong = "not-the-password"
    arn = aws(emulator, "secretsmanager").create_secret(Name="wrong", SecretString=secret(wrong))["ARN"]
    variables = {
        "ENVIRONMENT": "test",
        "DB_SECRET_ARN": arn,
        "DB_HOST": HOST,
        "DB_PORT": str(database.port),
        "DB_NAME": "postgres",
        "DB_CA_FILE": str(database.ca_file),
        **emulator.environ,
    }

    run = python(RUN, publisher_task, **variables)

    assert run.returncode == 1
    assert "PublisherError: 3 of 3 metrics are unknown: ActiveSessions (authentication)" in run.stderr
    assert wrong not in run.stdout + run.stderr
