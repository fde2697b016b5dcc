"""The digest as it ships: from its archive, alone, and fast to start."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modules.packaging import package
from tests.lambdas.loader import SOURCES

START = """
import sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
import handler
print(*sorted(set(sys.modules) - before))
print(callable(handler.handler))
"""
ZONE = """
import sys
sys.path.insert(0, sys.argv[1])
import settings, tzdata
names = {"QUEUE_URL": "q", "TOPIC_ARN": "t", "ENVIRONMENT": "prod", "TIME_ZONE": "Europe/Zurich"}
found = settings.Settings.read(names)
print(found.zone, found.zone_name, tzdata.__file__)
"""
LARGEST_BYTES = 600_000


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digest")
    archive = package(SOURCES / "digest", folder / "digest.zip")
    with zipfile.ZipFile(archive.path) as file:
        file.extractall(folder / "task")
    return folder / "task"


def started(folder: Path) -> set[str]:
    """The modules of a cold import, in an interpreter without this project."""
    command = [sys.executable, "-I", "-B", "-c", START, str(folder)]
    modules, works = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=folder
    ).stdout.splitlines()
    assert works == "True"
    return set(modules.split())


def test_import_leaves_boto3_for_later(extracted: Path) -> None:
    assert not {"boto3", "botocore", "modules", "lambda_src"} & started(extracted)


def test_no_file_hides_a_module_of_the_standard_library(extracted: Path) -> None:
    """The function's folder leads the path: a `queue.py` of ours would break boto3."""
    assert {path.stem for path in extracted.glob("*.py")} & sys.stdlib_module_names == set()


def test_archive_is_small_and_holds_no_waste(extracted: Path) -> None:
    files = [path for path in extracted.rglob("*") if path.is_file()]

    assert sum(path.stat().st_size for path in files) < LARGEST_BYTES
    assert not {"tzdata.zi", "requirements.txt", "RECORD"} & {path.name for path in files}


def test_time_zones_are_known_where_the_system_knows_none(extracted: Path) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-B", "-c", ZONE, str(extracted)]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        cwd=extracted,
        env=known | {"PYTHONTZPATH": ""},
    )

    zone, shown, origin = done.stdout.split()
    assert (zone, shown) == ("Europe/Zurich", "Europe/Zurich")
    assert origin.startswith(str(extracted))
