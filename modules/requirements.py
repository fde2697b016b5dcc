"""Packages that a function's archive carries: the pinned wheels themselves, and nothing of the machine.

Pip only finds them; what is packed is read out of the wheels, each held against its hash every time. So
neither pip's version, nor a cache that somebody touched, nor this Python changes a byte.

A requirements file names each package with all that it needs, as `name==version --hash=sha256:…`. Its
comments may keep data out that the function does not read: `# leave out: dateutil/zoneinfo/data.tar.gz`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modules.errors import ToolError

PYTHON = "3.12"  # the oldest that runs the functions; wheels for it alone are taken as well as for all
LONGEST_SECONDS = 300
# Wheels that hold Python and nothing that was compiled.
_PURE = ("--platform=any", "--implementation=py", "--abi=none", f"--python-version={PYTHON}")
_FETCH = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-input", "--quiet")
_PIN = re.compile(r"(?P<name>[\w.-]+)==[\w.+!-]+(?P<hashes>(\s+--hash=sha256:[0-9a-f]{64})+)")
_LEFT_OUT = re.compile(r"#\s*leave out:\s*(\S+)\s*")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_COMPILED = (".so", ".pyd", ".dylib", ".dll")
_NO_SUFFIXES = (".pyc", ".pyo", ".pyi", "/py.typed")
_TESTS = frozenset({"test", "tests", "__pycache__"})
_LAST_LINES = 3


@dataclass(frozen=True)
class _Pins:
    """A requirements file: the hashes that each package may have, and the files to leave out."""

    hashes: dict[str, frozenset[str]]
    left_out: frozenset[str]


def vendored(requirements: Path, cache: Path) -> dict[str, bytes]:
    """The files of the packages that a requirements file pins, by name with forward slashes.

    Tests, type stubs and caches stay out. Of a package's metadata, its name, version and licences stay:
    some packages ask for their own version when they are imported.

    Parameters
    ----------
    requirements
        The file with the pins.
    cache
        A folder that keeps the wheels between runs; it is made where it is missing.

    Raises
    ------
    ToolError
        The file is missing or malformed, pip cannot get a package with one of its hashes as a pure
        Python wheel, or two packages bring the same file.
    """
    pins = _pins(requirements)
    files: dict[str, bytes] = {}
    for wheel in _wheels(requirements, pins, cache):
        for name, content in _files(wheel, requirements):
            if files.setdefault(name, content) != content:
                raise ToolError(f"{requirements}: two packages bring {name}")
    if missing := sorted(pins.left_out - files.keys()):
        raise ToolError(f"{requirements}: leave out: no package brings {', '.join(missing)}")
    return {name: files[name] for name in sorted(files.keys() - pins.left_out)}


def _pins(requirements: Path) -> _Pins:
    try:
        text = requirements.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise ToolError(f"{requirements}: cannot be read: {error}") from error
    hashes: dict[str, frozenset[str]] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = _PIN.fullmatch(line.strip())
        if pin is None or pin["name"] in hashes:
            raise ToolError(f"{requirements}: {line.strip()!r} is no single `name==version --hash=sha256:…`")
        hashes[pin["name"]] = frozenset(re.findall(r"[0-9a-f]{64}", pin["hashes"]))
    left_out = frozenset(match[1] for line in text.splitlines() if (match := _LEFT_OUT.fullmatch(line)))
    return _Pins(hashes, left_out)


def _wheels(requirements: Path, pins: _Pins, cache: Path) -> Iterator[bytes]:
    """The wheels in the order of the pins, out of the cache or else from pip."""
    kept = _kept(pins, cache)
    if len(kept) < len(pins.hashes):
        _fetch(requirements, cache)
        kept = _kept(pins, cache)
    for name in pins.hashes:
        if name not in kept:
            raise ToolError(f"{requirements}: {name}: pip brought no wheel with one of its hashes")
        yield kept[name]


def _kept(pins: _Pins, cache: Path) -> dict[str, bytes]:
    """The wheels in the cache by pin; what has none of the hashes is as if it were not there."""
    by_hash = {digest: name for name, digests in pins.hashes.items() for digest in digests}
    contents = (path.read_bytes() for path in sorted(cache.glob("*.whl")))
    found = ((by_hash.get(hashlib.sha256(content).hexdigest()), content) for content in contents)
    return {name: content for name, content in found if name}


def _fetch(requirements: Path, cache: Path) -> None:
    """Let pip download what the file pins; a wheel appears in the cache whole or not at all."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as folder:
            _pip("download", *_FETCH, *_PURE, "--dest", folder, "--requirement", str(requirements))
            for wheel in Path(folder).iterdir():
                os.replace(wheel, cache / wheel.name)
    except OSError as error:
        raise ToolError(f"{cache}: cannot keep wheels: {error}") from error


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ToolError(
            f"pip gave no answer within {LONGEST_SECONDS} s; is its package index there?"
        ) from error
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
        mend = "run `make setup`" if "No module named pip" in said else "see what pip says"
        raise ToolError(f"pip cannot get the packages of a function; {mend}:\n{said}")


def _files(wheel: bytes, requirements: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(wheel)) as file:
        for name in file.namelist():
            top, _, rest = name.partition("/")
            if name.endswith(_COMPILED) or top.endswith(".data"):
                raise ToolError(f"{requirements}: {name} cannot be packed: it is more than plain Python")
            if top.endswith(".dist-info"):
                yield from _metadata(name, rest, file)
            elif not _stays_out(name):
                yield name, file.read(name)


def _metadata(name: str, rest: str, file: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    if rest == "METADATA":
        head = _END_OF_HEAD.split(file.read(name), maxsplit=1)[0]  # then comes the package's whole manual
        yield name, head + b"\n"
    elif rest.startswith("licenses/") or "LICEN" in rest.upper() or rest == "NOTICE":
        yield name, file.read(name)


def _stays_out(name: str) -> bool:
    return name.endswith(("/", *_NO_SUFFIXES)) or not _TESTS.isdisjoint(name.split("/")[:-1])
