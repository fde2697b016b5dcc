"""Artifacts of workflows: downloaded, and unpacked as if somebody meant harm."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from modules.errors import ToolError
from ops.pulls.github import GitHub, TooLargeError
from ops.pulls.texts import quoted

MOST_BYTES = 100_000_000
MOST_UNPACKED_BYTES = 300_000_000
MOST_FILES = 2_000
_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# All that the library raises for zips with one byte changed.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
# Folders and files as synth, plans and reviews name them: no dot leads, nothing climbs.
_PART = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)
_NAME = re.compile(rf"(?:{_PART.pattern}/){{0,5}}{_PART.pattern}", re.ASCII)


def fetch(github: GitHub, run: int, wanted: Callable[[str], bool], folder: Path) -> tuple[str, ...]:
    """Unpack the artifacts of a run whose names are wanted, each into a folder of its name.

    Returns
    -------
    tuple of str
        Their names.

    Raises
    ------
    ToolError
        An artifact is not one that can be unpacked safely.
    GitHubError
        One cannot be had.
    """
    found = [(name, number) for name, number in _listed(github, run) if wanted(name)]
    for name, number in found:
        try:
            data = github.download(f"actions/artifacts/{number}/zip", MOST_BYTES)
        except TooLargeError:
            raise ToolError(f"artifact {name}: larger than {MOST_BYTES:,} bytes") from None
        unpack(data, folder / name, name)
    return tuple(name for name, _ in found)


def _listed(github: GitHub, run: int) -> list[tuple[str, int]]:
    """Name and number of each; of one name the newest, for a run may have been tried again."""
    newest: dict[str, int] = {}
    for item in github.pages(f"actions/runs/{run}/artifacts", "artifacts"):
        name, number = _of_artifact(item)
        newest[name] = max(number, newest.get(name, 0))
    newest.pop("", None)
    return sorted(newest.items())


def _of_artifact(item: Any) -> tuple[str, int]:
    """Name and number; no name if it is gone, or if no folder could be called so."""
    match item:
        case {"name": str(name), "id": int(number), "expired": False} if _PART.fullmatch(name):
            return name, number
    return "", 0


def unpack(data: bytes, folder: Path, name: str) -> None:
    """Write the files of a zip below a new folder.

    Raises
    ------
    ToolError
        It is no zip, or holds more than plain files at plain places.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
            for problem in _problems(members):
                raise ToolError(f"artifact {name}: {problem}")
            for member in members:
                _write(archive, member, folder)
    except _BROKEN as error:
        raise ToolError(f"artifact {name}: cannot be unpacked: {quoted(str(error))}") from None


def _problems(members: list[zipfile.ZipInfo]) -> Iterator[str]:
    if len(members) > MOST_FILES:
        yield f"holds {len(members):,} files; {MOST_FILES:,} at most are unpacked"
    if sum(member.file_size for member in members) > MOST_UNPACKED_BYTES:
        yield f"unpacks to more than {MOST_UNPACKED_BYTES:,} bytes"
    seen: set[str] = set()
    for member in members:
        text = member.filename
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            yield f"{quoted(text)} is a link or a device, not a file"
        elif not _NAME.fullmatch(text) or text != member.orig_filename:
            yield f"{quoted(text)} is not a place where a file may lie"
        elif text.casefold() in seen:
            yield f"{quoted(text)} is there twice"
        elif member.flag_bits & _ENCRYPTED:
            yield f"{quoted(text)} is encrypted"
        elif member.compress_type not in _COMPRESSIONS:
            yield f"{quoted(text)} is compressed in an unusual way"
        seen.add(text.casefold())


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    target = folder.joinpath(*PurePosixPath(member.filename).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source:
        # The size that the directory of a zip states need not be true.
        content = source.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise ToolError(f"{quoted(member.filename)} has another size than its archive says")
    target.write_bytes(content)
