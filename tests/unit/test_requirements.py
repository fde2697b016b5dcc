"""Packages of a function's archive: the pinned wheels, found by pip, and nothing else."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from modules.requirements import vendored

GOOD = {"good/__init__.py": "VERSION = 1\n", "good/data.json": "{}"}
NOISE = {
    "good/tests/test_good.py": "test",
    "good/__pycache__/x.cpython-312.pyc": "cache",
    "good/stub.pyi": "stub",
    "good/py.typed": "",
}
PURE = "py3-none-any"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one place where pip looks: a folder."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(index: Path, files: dict[str, str], name: str = "good", tags: str = PURE) -> str:
    """A wheel of version 1.0 in the index; its line in a requirements file."""
    about = f"{name}-1.0.dist-info"
    metadata = {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\nA manual.\n",
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tags}\n",
        f"{about}/licenses/LICENSE": "As you like.",
        f"{about}/RECORD": "",
    }
    path = index / f"{name}-1.0-{tags}.whl"
    with zipfile.ZipFile(path, "w") as file:
        for entry, content in (files | metadata).items():
            file.writestr(entry, content)
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def requirements(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("# a comment\n\n" + "".join(lines), "utf-8")
    return path


def packed(tmp_path: Path, *lines: str) -> dict[str, bytes]:
    return vendored(requirements(tmp_path, *lines), tmp_path / "cache")


def no_pip(*_: object, **__: object) -> None:
    raise AssertionError("pip was asked")


def test_files_of_the_wheels_are_taken_without_what_nobody_runs(tmp_path: Path, index: Path) -> None:
    lines = wheel(index, GOOD | NOISE), wheel(index, {"other.py": "other"}, "other")

    files = packed(tmp_path, *lines)

    assert list(files) == sorted(files)
    assert files == {
        "good/__init__.py": b"VERSION = 1\n",
        "good/data.json": b"{}",
        "good-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: good\nVersion: 1.0\n",
        "good-1.0.dist-info/licenses/LICENSE": b"As you like.",
        "other.py": b"other",
        "other-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
        "other-1.0.dist-info/licenses/LICENSE": b"As you like.",
    }


def test_pip_is_asked_once(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = wheel(index, GOOD)
    first = packed(tmp_path, line)
    monkeypatch.setattr(subprocess, "run", no_pip)

    assert packed(tmp_path, line) == first


def test_wheel_that_was_changed_in_the_cache_is_fetched_again(tmp_path: Path, index: Path) -> None:
    line = wheel(index, GOOD)
    first = packed(tmp_path, line)
    (kept,) = (tmp_path / "cache").glob("*.whl")
    kept.write_bytes(kept.read_bytes()[:-1])

    assert packed(tmp_path, line) == first


def test_other_wheels_in_the_cache_do_not_matter(tmp_path: Path, index: Path) -> None:
    both = wheel(index, GOOD), wheel(index, {"other.py": ""}, "other")
    packed(tmp_path, *both)

    assert "other.py" not in packed(tmp_path, both[0])


def test_file_that_is_left_out_stays_out(tmp_path: Path, index: Path) -> None:
    files = packed(tmp_path, "# leave out: good/data.json\n", wheel(index, GOOD))

    assert "good/data.json" not in files
    assert "good/__init__.py" in files


def refused(tmp_path: Path, *lines: str) -> str:
    with pytest.raises(ToolError) as caught:
        packed(tmp_path, *lines)
    return str(caught.value)


def test_wheel_with_another_hash_is_refused(tmp_path: Path, index: Path) -> None:
    line = wheel(index, GOOD)
    wheel(index, {**GOOD, "good/evil.py": "evil"})

    assert "hash" in refused(tmp_path, line).lower()
    assert list((tmp_path / "cache").iterdir()) == []


def test_wheel_for_one_kind_of_machine_is_refused(tmp_path: Path, index: Path) -> None:
    line = wheel(index, GOOD, tags="cp312-cp312-manylinux_2_17_x86_64")

    assert "pip cannot get the packages" in refused(tmp_path, line)


@pytest.mark.parametrize(
    "name", ["good/_fast.so", "good/_fast.cp312-win_amd64.pyd", "good-1.0.data/scripts/x"]
)
def test_wheel_with_more_than_python_is_refused(tmp_path: Path, index: Path, name: str) -> None:
    assert f"{name} cannot be packed" in refused(tmp_path, wheel(index, {**GOOD, name: ""}))


def test_two_packages_with_the_same_file_are_refused(tmp_path: Path, index: Path) -> None:
    one, other = wheel(index, {"same.py": "1"}, "one"), wheel(index, {"same.py": "2"}, "other")

    assert "two packages bring same.py" in refused(tmp_path, one, other)


def test_file_to_leave_out_that_nobody_brings_is_told(tmp_path: Path, index: Path) -> None:
    said = refused(tmp_path, "# leave out: good/date.json\n", wheel(index, GOOD))

    assert "leave out: no package brings good/date.json" in said


HASH = f"--hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    "line",
    [
        "good==1.0\n",
        f"good>=1.0 {HASH}\n",
        f"good==1.* {HASH}\n",
        "good==1.0 --hash=md5:00\n",
        "-r other.txt\n",
        "--index-url https://packages.example\n",
        f"good==1.0 {HASH}\ngood==1.0 {HASH}\n",
    ],
)
def test_line_that_pins_no_package_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(subprocess, "run", no_pip)

    said = refused(tmp_path, line)
    assert f"{tmp_path / 'requirements.txt'}: {line.splitlines()[0]!r}" in said


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"gone\.txt: cannot be read"):
        vendored(tmp_path / "gone.txt", tmp_path / "cache")


def test_cache_that_cannot_be_written_is_told(tmp_path: Path, index: Path) -> None:
    (tmp_path / "cache").write_text("a file")

    assert "cannot keep wheels" in refused(tmp_path, wheel(index, GOOD))


def done(stderr: str) -> Callable[..., Any]:
    return lambda command, **_: subprocess.CompletedProcess(command, 1, "", stderr)


def test_missing_pip_is_told(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", done("python: No module named pip"))

    assert "run `make setup`" in refused(tmp_path, wheel(index, GOOD))


def test_pip_that_brings_nothing_is_told(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, "", "")
    )

    assert "good: pip brought no wheel with one of its hashes" in refused(tmp_path, wheel(index, GOOD))


def test_pip_that_hangs_is_told(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 300)

    monkeypatch.setattr(subprocess, "run", hangs)

    assert "pip gave no answer" in refused(tmp_path, wheel(index, GOOD))
