"""A synthesized folder that somebody else made: read once, into values that are then all there is of it."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.errors import MonitoringError
from modules.synthesis import MANIFEST, STACK_FILE
from ops.pulls.blocks import problems
from ops.pulls.texts import quoted

STACKS = "stacks"
MOST_BYTES = 50_000_000
MOST_JSON_BYTES = 20_000_000
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,127}", re.ASCII)
_FILE = re.compile(rf"{STACKS}/(?P<stack>[^/]+)/(?P<file>cdk\.tf\.json|functions/[a-z0-9_]+\.zip)", re.ASCII)

Tree = dict[str, Any]


class InspectionError(MonitoringError):
    """A folder holds what Terraform must not see; one line for each finding."""

    def __init__(self, findings: list[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(findings))


@dataclass(frozen=True)
class Stack:
    """A stack as it was read.

    Attributes
    ----------
    tree
        The content of its ``cdk.tf.json``.
    archives
        The bytes of its functions' archives, by their path in the stack's folder.
    """

    name: str
    tree: Tree
    archives: Mapping[str, bytes]


def inspected(folder: Path) -> dict[str, Stack]:
    """The stacks of a folder, by name.

    Raises
    ------
    InspectionError
        It holds something else than stacks, or a stack holds what the generator does not make.
    """
    found: list[str] = []
    stacks: dict[str, dict[str, bytes]] = {}
    for path in _files(folder, found):
        match = _FILE.fullmatch(path)
        if path == MANIFEST:
            continue
        if match is None or not STACK_NAME.fullmatch(match["stack"]):
            found.append(f"{quoted(path)}: found a file that synth does not write; wanted none")
        else:
            stacks.setdefault(match["stack"], {})[match["file"]] = (folder / path).read_bytes()
    read = {name: _read(name, files, found) for name, files in sorted(stacks.items())}
    if not stacks and not found:
        found.append(f"{STACKS}/: found no stack; wanted what `make synth` writes")
    if found:
        raise InspectionError(found)
    return read


def _files(folder: Path, found: list[str]) -> Iterator[str]:
    """The plain files below a folder, by their path from there; no link is followed."""
    for parent, folders, files in os.walk(folder):
        for name in sorted((*folders, *files)):
            path = Path(parent, name)
            shown = str(path.relative_to(folder))
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                found.append(f"{quoted(shown)}: found a link; wanted plain files")
            elif stat.S_ISREG(status.st_mode):
                if status.st_size > MOST_BYTES:
                    found.append(f"{quoted(shown)}: found {status.st_size:,} bytes; wanted less")
                else:
                    yield shown
            elif not stat.S_ISDIR(status.st_mode):
                found.append(f"{quoted(shown)}: found no plain file; wanted plain files")


def _read(name: str, files: dict[str, bytes], found: list[str]) -> Stack:
    place = f"{STACKS}/{name}/{STACK_FILE}"
    archives = {path: data for path, data in files.items() if path != STACK_FILE}
    tree: Any = {}
    try:
        tree = _json(files.get(STACK_FILE, b""))
        told = problems(tree, archives.keys())
        found += [": ".join(filter(None, (place, path, text))) for path, text in told]
    except (ValueError, RecursionError) as error:
        found.append(f"{place}: found no JSON that can be read: {quoted(str(error))}; wanted a stack")
    return Stack(name, tree if isinstance(tree, dict) else {}, archives)


def _json(data: bytes) -> Any:
    if len(data) > MOST_JSON_BYTES:
        raise ValueError(f"more than {MOST_JSON_BYTES:,} bytes")
    return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> Tree:
    """Terraform takes every block of a name, Python's JSON the last."""
    tree = dict(pairs)
    if len(tree) < len(pairs):
        raise ValueError("a key stands twice in one mapping")
    return tree


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
