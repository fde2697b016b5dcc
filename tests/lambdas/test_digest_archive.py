"""The digest as it ships: from its archive, alone, and fast to start."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modules.packaging import package
from tests.lambdas.digest_loader import SOURCES

START = """
import sys
before = set(sys.modules)
sys.path.insert(0, sys.argv[1])
import handler
print(*sorted(set(sys.modules) - before))
print(callable(handler.handler))
"""


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


def test_it_needs_the_standard_library_and_boto3_alone(extracted: Path) -> None:
    own = {path.stem for path in extracted.glob("*.py")}
    imported = set()
    for path in extracted.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])

    assert imported - own - sys.stdlib_module_names == {"boto3", "botocore"}
