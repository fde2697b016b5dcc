"""What the publisher's tests share: its archive as it ships, unpacked and loaded, and one server."""

# ruff: noqa: S608  (the SQL is our own)

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modules.errors import ToolError
from modules.packaging import package
from ops.local.postgres import Postgres
from tests.lambdas.loader import load_folder
from tests.lambdas.publisher_bench import ADDED, FUNCTION, SCHEMA, Bench
from tests.tools import without


@pytest.fixture(scope="session")
def publisher_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive: the sources, the packages that they need, and the shipped metrics."""
    try:
        return package(FUNCTION, tmp_path_factory.mktemp("publisher") / "metrics_publisher.zip", ADDED).path
    except ToolError as error:
        without(str(error))


@pytest.fixture(scope="session")
def publisher_task(publisher_archive: Path) -> Path:
    """The archive as Lambda unpacks it."""
    with zipfile.ZipFile(publisher_archive) as file:
        file.extractall(publisher_archive.parent / "task")
    return publisher_archive.parent / "task"


@pytest.fixture(scope="session")
def function(publisher_task: Path) -> SimpleNamespace:
    """The modules of the unpacked archive, by name."""
    return load_folder(publisher_task)


@pytest.fixture(scope="session")
def database() -> Iterator[Postgres]:
    """A server with the tables of the shipped metrics, a hundred thousand rows each."""
    try:
        server = Postgres().__enter__()
    except ToolError as error:
        without(str(error))
    try:
        server.sql(*SCHEMA)
        server.sql("VACUUM ANALYZE")
        yield server
    finally:
        server.__exit__(None, None, None)


@pytest.fixture
def bench(function: SimpleNamespace, database: Postgres, tmp_path: Path) -> Iterator[Bench]:
    """A publisher on the server; what a test added to today's rows is gone afterwards."""
    yield Bench(function, database, tmp_path)
    database.sql(
        *(f"DELETE FROM {table} WHERE created_at > '2025-07-01'" for table in ("messages", "appointments"))
    )


@pytest.fixture
def held_lock(bench: Bench) -> Iterator[Any]:
    """A session that holds the lock of LOCKED."""
    session = bench.session()
    session._connection.run("SELECT pg_advisory_lock(7)")
    yield session
    session.close()
