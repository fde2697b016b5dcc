"""Lambda archives that depend on the sources and on nothing else: not on clock, machine or checkout.

Entries are stored, not deflated: zlib and its replacements (zlib-ng in newer Pythons and systems)
compress the same text to different bytes, and every such difference would redeploy a function.
Sources of some ten kilobytes do not need it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modules.errors import ToolError
from modules.facts.secrets import secrets
from modules.requirements import vendored

ENTRY = "handler.py"
REQUIREMENTS = "requirements.txt"
SHARED = "shared"  # the folder next to a function's that every archive contains, as a package
SECRETS = f"{SHARED}/secrets.json"
WHEELS = Path(__file__).parent.parent / ".cache" / "wheels"
_DATE = (1980, 1, 1, 0, 0, 0)  # the first one that a zip file can hold
_UNIX = 3
_MODE = stat.S_IFREG | 0o644
_NO_FOLDERS = frozenset({"__pycache__", "test", "tests"})
_NO_SUFFIXES = frozenset({".pyc", ".pyo"})


@dataclass(frozen=True)
class Archive:
    """A written Lambda archive.

    Attributes
    ----------
    path
        Where it lies.
    sha256_base64
        Its SHA-256 as Terraform's `source_code_hash` wants it, like `filebase64sha256`.
    size_bytes
        Its size.
    """

    path: Path
    sha256_base64: str
    size_bytes: int


def archive_file(source: str) -> str:
    """Where the archive of a folder of lambda_src/ lies, seen from its stack's folder."""
    return f"functions/{source}.zip"


def package(source: Path, target: Path, added: Mapping[str, bytes] | None = None) -> Archive:
    """Write the archive of a function's folder: all of it or, on an error, nothing.

    Tests, caches and files whose name begins with a dot stay out; line ends stay as they are. In place
    of `requirements.txt` come the packages that it pins. A folder `shared` next to `source` is added,
    with the patterns of secrets.

    Parameters
    ----------
    source
        The function's folder, with `handler.py` directly in it.
    target
        The archive to write or replace, outside of `source`.
    added
        Further files, by name.

    Returns
    -------
    Archive
        What was written.

    Raises
    ------
    ToolError
        The folder or its handler is missing, something in it cannot be packed, or `target` cannot
        be written.
    """
    try:
        content = archived(_checked(source, target, added or {}))
        _replace(target, content)
    except (OSError, UnicodeError) as error:
        raise ToolError(f"{source}: cannot be packed into {target}: {error}") from error
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
    return Archive(path=target, sha256_base64=digest, size_bytes=len(content))


def archived(files: dict[str, bytes]) -> bytes:
    """The bytes of an archive with these files, by name with forward slashes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(_entry(name), files[name])
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_STORED
    entry.create_system = _UNIX
    entry.external_attr = _MODE << 16
    return entry


def _checked(source: Path, target: Path, added: Mapping[str, bytes]) -> dict[str, bytes]:
    if not source.is_dir():
        raise ToolError(f"{source}: this folder of a function is missing")
    if target.resolve().is_relative_to(source.resolve()):
        raise ToolError(f"{target}: an archive inside of its own sources would contain itself")
    files = _contents(source, source)
    if ENTRY not in files:
        raise ToolError(f"{source}: {ENTRY} is missing; Lambda starts a function there")
    others = {**shared(source.parent), **added}
    if files.pop(REQUIREMENTS, None) is not None:
        others |= vendored(source / REQUIREMENTS, WHEELS)
    if twice := sorted(files.keys() & others.keys()):
        raise ToolError(f"{source}: {', '.join(twice)} would come twice; rename the source")
    return files | others


def shared(sources: Path) -> dict[str, bytes]:
    """Return the files that all functions below a folder share, by their name in an archive."""
    if not (sources / SHARED).is_dir():
        return {}
    patterns = [{key: entry[key] for key in ("hints", "pattern")} for entry in secrets()["patterns"]]
    return {**_contents(sources / SHARED, sources), SECRETS: json.dumps(patterns).encode()}


def write_shared(sources: Path, folder: Path) -> None:
    """Write the shared package into a folder, for functions that run from their sources."""
    for name, content in shared(sources).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def _contents(folder: Path, root: Path) -> dict[str, bytes]:
    """The files to pack below a folder, by their path seen from `root`."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in _packed(folder, folder)}


def _packed(folder: Path, source: Path) -> Iterator[Path]:
    """The files to pack below a folder."""
    for path in folder.iterdir():
        if _left_out(path):
            continue
        if path.is_symlink() and not _stays_inside(path, source):
            raise ToolError(f"{path}: this link leads to no file inside of {source}; copy what it means")
        if path.is_dir():
            yield from _packed(path, source)
        elif path.is_file():
            yield path
        else:
            raise ToolError(f"{path}: neither a file nor a folder")


def _left_out(path: Path) -> bool:
    name = path.name
    if name.startswith(".") or path.suffix in _NO_SUFFIXES:
        return True
    if path.is_dir():
        return name in _NO_FOLDERS
    is_test = name == "conftest.py" or name.startswith("test_") or path.stem.endswith("_test")
    return is_test and path.suffix == ".py"


def _stays_inside(link: Path, source: Path) -> bool:
    return link.is_file() and link.resolve().is_relative_to(source.resolve())


def _replace(target: Path, content: bytes) -> None:
    """Write beside the target and move into place, so that nobody reads half an archive."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)  # mkstemp's 0600 would hide the archive from other users of a build machine
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
