"""Archives of functions: the same sources, the same bytes, and nothing else in them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.errors import ToolError
from modules.facts.secrets import secrets
from modules.packaging import SECRETS, Archive, package
from ops.package import package_all

GOOD = {"handler.py": b"from helper import WORD\n", "helper.py": b"WORD = 'done'\r\n", "data/a.json": b"{}"}
NOISE = {
    "__pycache__/handler.cpython-311.pyc": b"cache",
    "handler.pyc": b"cache",
    "old.pyo": b"cache",
    ".DS_Store": b"finder",
    ".git/config": b"git",
    "data/.hidden": b"hidden",
    "tests/test_handler.py": b"test",
    "test/helper.py": b"test",
    "data/tests/deep.py": b"test",
    "test_handler.py": b"test",
    "handler_test.py": b"test",
    "conftest.py": b"test",
}


def good_folder(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    for name, content in (GOOD if files is None else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def packed(source: Path, target: Path | None = None) -> Archive:
    return package(source, target or source.parent / f"{source.name}.zip")


def names(archive: Archive) -> list[str]:
    with zipfile.ZipFile(archive.path) as file:
        return file.namelist()


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_archive_is_known_by_its_hash_and_size(tmp_path: Path) -> None:
    archive = packed(good_folder(tmp_path / "f"))

    content = archive.path.read_bytes()
    assert archive.sha256_base64 == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert archive.size_bytes == len(content)


def test_bytes_are_the_same_on_every_machine(tmp_path: Path) -> None:
    """Pinned: a Python, a zlib or a system that writes other bytes fails here."""
    assert packed(good_folder(tmp_path / "f")).sha256_base64 == "0bu81mSO4gBO7USHN5HTERhEp101++OIvdQ1yzNas6I="


@pytest.mark.usefixtures("umask")
def test_copy_with_other_times_permissions_and_order_has_the_same_bytes(tmp_path: Path) -> None:
    # given: the same files, written in reverse under another umask, with other modes and times
    first = packed(good_folder(tmp_path / "f"))
    copy = good_folder(tmp_path / "elsewhere" / "g", dict(reversed(GOOD.items())))
    for path in copy.rglob("*"):
        path.chmod(0o755)
        os.utime(path, (10**9, 10**9))

    # when
    second = packed(copy)

    # then
    assert second.path.read_bytes() == first.path.read_bytes()
    assert second.path.stat().st_mode & 0o777 == 0o644


def test_order_of_the_file_system_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = good_folder(tmp_path / "f", {**GOOD, **{f"part{i}.py": b"" for i in range(20)}})
    first = packed(source).sha256_base64
    listed = Path.iterdir

    def shuffled(folder: Path) -> Iterator[Path]:
        paths = list(listed(folder))
        random.Random(7).shuffle(paths)
        return iter(paths)

    monkeypatch.setattr(Path, "iterdir", shuffled)

    assert packed(source).sha256_base64 == first


@pytest.mark.parametrize(
    "change",
    [{"helper.py": b"WORD = 'done'\n"}, {"new.py": b""}, {"data/a.json": b"{ }"}],
    ids=["line end", "new file", "content"],
)
def test_change_of_a_source_changes_the_hash(tmp_path: Path, change: dict[str, bytes]) -> None:
    before = packed(good_folder(tmp_path / "f"))
    after = packed(good_folder(tmp_path / "g", GOOD | change))

    assert after.sha256_base64 != before.sha256_base64


def test_tests_and_caches_stay_out(tmp_path: Path) -> None:
    clean = packed(good_folder(tmp_path / "f"))
    noisy = packed(good_folder(tmp_path / "g", GOOD | NOISE))

    assert names(noisy) == sorted(GOOD)
    assert noisy.sha256_base64 == clean.sha256_base64


def test_entries_are_plain_files_of_1980(tmp_path: Path) -> None:
    archive = packed(good_folder(tmp_path / "f"))

    with zipfile.ZipFile(archive.path) as file:
        entries = file.infolist()
        assert {name: file.read(name) for name in file.namelist()} == GOOD
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.create_system for entry in entries} == {3}


def test_archive_runs_as_it_is(tmp_path: Path) -> None:
    archive = packed(good_folder(tmp_path / "f"))
    command = [
        sys.executable,
        "-I",
        "-c",
        "import sys; sys.path[:0] = sys.argv[1:]; import handler as h; print(h.WORD)",
    ]

    done = subprocess.run([*command, str(archive.path)], check=True, capture_output=True, text=True)

    assert done.stdout == "done\n"


def test_shared_package_and_patterns_are_in_every_archive(tmp_path: Path) -> None:
    good_folder(tmp_path / "shared", {"__init__.py": b"", "logs.py": b"LEVEL = 1", "tests/x.py": b""})
    archive = packed(good_folder(tmp_path / "f"))

    assert names(archive) == sorted([*GOOD, "shared/__init__.py", "shared/logs.py", SECRETS])
    with zipfile.ZipFile(archive.path) as file:
        patterns = json.loads(file.read(SECRETS))
    assert [one["pattern"] for one in patterns] == [one["pattern"] for one in secrets()["patterns"]]


def test_folder_with_a_shared_package_of_its_own_is_refused(tmp_path: Path) -> None:
    good_folder(tmp_path / "shared", {"__init__.py": b""})

    with pytest.raises(ToolError, match=r"shared/__init__\.py would come twice"):
        packed(good_folder(tmp_path / "f", GOOD | {"shared/__init__.py": b""}))


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="gone: this folder of a function is missing"):
        packed(tmp_path / "gone")


@pytest.mark.parametrize("files", [{"helper.py": b""}, {"deep/handler.py": b""}, {"tests/handler.py": b""}])
def test_folder_without_handler_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(ToolError, match=r"handler\.py is missing"):
        packed(good_folder(tmp_path / "f", files))

    assert list(tmp_path.glob("*.zip")) == []


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    source = good_folder(tmp_path / "f")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (source / "innocent.txt").symlink_to(tmp_path / "secret.txt")

    with pytest.raises(ToolError, match=r"innocent\.txt: this link leads to no file inside"):
        packed(source)


@pytest.mark.parametrize("aim", ["..", "data", "nowhere", "loop"])
def test_link_to_anything_but_a_file_is_refused(tmp_path: Path, aim: str) -> None:
    source = good_folder(tmp_path / "f")
    (source / "loop").symlink_to(source / aim)

    with pytest.raises(ToolError, match="loop"):
        packed(source)


def test_link_inside_of_the_folder_is_packed_as_its_file(tmp_path: Path) -> None:
    source = good_folder(tmp_path / "f")
    (source / "again.json").symlink_to(source / "data" / "a.json")

    copied = good_folder(tmp_path / "g", GOOD | {"again.json": b"{}"})
    assert packed(source).sha256_base64 == packed(copied).sha256_base64


def test_folder_that_is_itself_reached_through_a_link_is_packed(tmp_path: Path) -> None:
    direct = packed(good_folder(tmp_path / "f"))
    (tmp_path / "link").symlink_to(tmp_path / "f")

    assert packed(tmp_path / "link").sha256_base64 == direct.sha256_base64


def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = good_folder(tmp_path / "f")
    monkeypatch.chdir(source)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("pipe")

        with pytest.raises(ToolError, match="pipe: neither a file nor a folder"):
            packed(source)


def test_archive_inside_of_its_own_sources_is_refused(tmp_path: Path) -> None:
    source = good_folder(tmp_path / "f")

    with pytest.raises(ToolError, match="would contain itself"):
        package(source, source / "build" / "f.zip")


def test_old_archive_stays_whole_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = packed(good_folder(tmp_path / "f"))
    before = archive.path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    good_folder(tmp_path / "f", {"helper.py": b"WORD = 'other'"})

    with pytest.raises(ToolError, match="No space left"):
        packed(tmp_path / "f")
    assert archive.path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "f.zip"]


def test_target_that_cannot_be_written_is_an_error_without_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")

    with pytest.raises(ToolError, match="cannot be packed"):
        package(good_folder(tmp_path / "f"), tmp_path / "file" / "f.zip")


file_names = st.text("abcxyzé._-", min_size=1, max_size=8).filter(lambda name: name.strip(".") != "")
paths = st.lists(file_names, min_size=1, max_size=3).map("/".join)


@given(contents=st.dictionaries(paths, st.binary(max_size=50), max_size=8), seed=st.integers(0, 99))
def test_bytes_depend_on_the_sources_alone(contents: dict[str, bytes], seed: int) -> None:
    folders = {
        "/".join(path.split("/")[:depth]) for path in contents for depth in range(1, path.count("/") + 1)
    }
    files = {path: content for path, content in contents.items() if path not in folders} | {
        "handler.py": b"x"
    }
    shuffled = sorted(files.items())
    random.Random(seed).shuffle(shuffled)

    with tempfile.TemporaryDirectory() as folder:
        one = packed(good_folder(Path(folder, "one"), files))
        other = packed(good_folder(Path(folder, "other"), dict(shuffled)))
        with zipfile.ZipFile(one.path) as file:
            content = {name: file.read(name) for name in file.namelist()}

        assert one.path.read_bytes() == other.path.read_bytes()
    kept = {name for name in files if not any(part.startswith(".") for part in name.split("/"))}
    assert content == {name: files[name] for name in kept if not name.endswith(".pyc")}


def test_folder_without_a_handler_is_not_packed_as_a_function(tmp_path: Path) -> None:
    good_folder(tmp_path / "sources" / "function")
    good_folder(tmp_path / "sources" / "checks", {"checks.py": b"WORD = 'done'"})

    lines = list(package_all(tmp_path / "sources", tmp_path / "out"))

    assert [line.split()[0] for line in lines] == ["function.zip"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["function.zip"]
