"""The archives of all functions, for a look at them; synth packs its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from modules.packaging import ENTRY, package


def package_all(sources: Path, out: Path) -> Iterator[str]:
    """Write every function's archive into a folder; yields a line about each.

    Raises
    ------
    ToolError
        A function cannot be packed.
    """
    for source in sorted(path.parent for path in sources.glob(f"*/{ENTRY}")):
        archive = package(source, out / f"{source.name}.zip")
        yield f"{archive.path.name:<22} {archive.size_bytes:>9,} bytes  sha256 {archive.sha256_base64}"
