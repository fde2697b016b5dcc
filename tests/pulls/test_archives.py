"""Artifacts, and zips that mean harm."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from modules.errors import ToolError
from ops.pulls import archives
from ops.pulls.archives import fetch, unpack
from ops.pulls.commands import app
from tests.pulls.github_stand_in import RUN, Hub, zipped


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def linked(name: str, target: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return data.getvalue()


def test_artifact_is_unpacked(tmp_path: Path, hub: Hub) -> None:
    wanted = {"pull.json": b"{}", "head/stacks/a-b/functions/x.zip": b"PK", "head/manifest.json": b"1"}
    hub.artifacts = {"other": zipped({"x": b"x"}), "synthesized": zipped(wanted)}
    names = fetch(hub.api, RUN, lambda name: name == "synthesized", tmp_path)
    assert names == ("synthesized",)
    assert files(tmp_path) == {f"synthesized/{path}": data for path, data in wanted.items()}
    assert hub.blobs_with_token == []


def test_newest_artifact_of_a_name_counts(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.artifacts = {"old": zipped({"x": b"old"}), "new": zipped({"x": b"new"})}
    two = [{"name": "review", "id": number, "expired": False} for number in (2, 1)]
    monkeypatch.setattr("ops.pulls.github.GitHub.pages", lambda *_, **__: iter(two))
    fetch(hub.api, RUN, lambda name: True, tmp_path)
    assert files(tmp_path) == {"review/x": b"new"}


@pytest.mark.parametrize(
    "item",
    [
        {"name": "../x", "id": 1, "expired": False},
        {"name": "a/b", "id": 1, "expired": False},
        {"name": ".x", "id": 1, "expired": False},
        {"name": "x", "id": 1, "expired": True},
        {"name": "x", "id": "1/../../secrets", "expired": False},
        "x",
    ],
)
def test_artifact_that_cannot_be_used_is_left_alone(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, item: object
) -> None:
    monkeypatch.setattr("ops.pulls.github.GitHub.pages", lambda *_, **__: iter([item]))
    assert fetch(hub.api, RUN, lambda name: True, tmp_path) == ()
    assert hub.requests == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped({"../evil": b""}), "not a place"),
        (zipped({"/etc/evil": b""}), "not a place"),
        (zipped({"a/../../evil": b""}), "not a place"),
        (zipped({"a\\..\\evil": b""}), "not a place"),
        (zipped({".git/config": b""}), "not a place"),
        (zipped({"a/.terraform/x": b""}), "not a place"),
        (zipped({"a\n::add-mask::x": b""}), "not a place"),
        (zipped({"a/" * 9 + "x": b""}), "not a place"),
        (linked("head", "/etc"), "a link or a device"),
        (b"", "cannot be unpacked"),
        (b"PK\x03\x04 nothing", "cannot be unpacked"),
        (zipped({"x": b"abc" * 50})[:-30], "cannot be unpacked"),
    ],
)
def test_zip_that_means_harm_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(ToolError, match=says) as caught:
        unpack(data, tmp_path / "out", "synthesized")
    assert files(tmp_path) == {}
    assert "::" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("x", b"good")
        archive.writestr("X", b"evil")
    with pytest.raises(ToolError, match="there twice"):
        unpack(data.getvalue(), tmp_path, "synthesized")


def test_encrypted_file_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"x": b"content"}))
    place = data.index(b"PK\x01\x02")
    (flags,) = struct.unpack_from("<H", data, place + 8)
    struct.pack_into("<H", data, place + 8, flags | 1)
    with pytest.raises(ToolError, match="is encrypted"):
        unpack(bytes(data), tmp_path, "synthesized")


def test_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"x": b"content" * 100}))
    place = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)
    with pytest.raises(ToolError):
        unpack(bytes(data), tmp_path, "synthesized")
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    ("limit", "says"), [("MOST_FILES", "files"), ("MOST_UNPACKED_BYTES", "unpacks to more than 1 bytes")]
)
def test_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, says: str) -> None:
    monkeypatch.setattr(archives, limit, 1)
    with pytest.raises(ToolError, match=says):
        unpack(zipped({"x": b"1", "y": b"2"}), tmp_path, "synthesized")
    assert files(tmp_path) == {}


GOOD = zipped({"pull.json": b'{"number":7}', "head/x": b"x" * 300})


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_broken_zip_ends_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    broken = bytearray(GOOD)
    for place, value in changes:
        broken[place] = value
    folder = tmp_path_factory.mktemp("zip")
    refused = ""
    try:
        unpack(bytes(broken), folder / "out", "synthesized")
    except ToolError as error:
        refused = str(error)
    assert len(refused.splitlines()) <= 1
    assert all(path.startswith("out/") for path in files(folder))


def test_command_unpacks_by_prefix(tmp_path: Path, hub: Hub) -> None:
    hub.artifacts = {name: zipped({"x.json": b"{}"}) for name in ("review-a", "review-b", "plan-a")}
    arguments = ["fetch", str(tmp_path), "--run", str(RUN), "--prefix", "review-"]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (0, "review-a\nreview-b\n")
    assert set(files(tmp_path)) == {"review-a/x.json", "review-b/x.json"}


def test_command_wants_the_named_artifact_and_no_other(tmp_path: Path, hub: Hub) -> None:
    hub.artifacts = {"plan-a-b": zipped({"x": b""})}
    arguments = ["fetch", str(tmp_path), "--run", str(RUN), "--name", "plan-a"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ToolError)
    assert "has no artifact plan-a" in str(result.exception)
    assert files(tmp_path) == {}
