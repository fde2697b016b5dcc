"""How long each function takes to be imported from its archive, and how large that is."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from modules.packaging import package
from tests.bench.processes import measured

ROUNDS = 7
MOST_MILLISECONDS = {"slack_notifier": 150, "digest": 150, "metrics_publisher": 400}
MOST_KILOBYTES = {"slack_notifier": 60, "digest": 600, "metrics_publisher": 2000}


def by_function(root: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """One line for each function: the best of alternating runs, less an empty Python."""
    yield f"functions, imported from the archive that ships; best of {ROUNDS}, less the start of Python"
    with tempfile.TemporaryDirectory() as folder:
        for name, most in MOST_MILLISECONDS.items():
            archive = package(root / "lambda_src" / name, Path(folder) / f"{name}.zip")
            code = Path(folder) / name
            with zipfile.ZipFile(archive.path) as opened:
                opened.extractall(code)
            import_ms = _seconds("import handler", code, environ) - _seconds("pass", code, environ)
            yield _line(name, import_ms * 1000, most, archive.size_bytes / 1000, MOST_KILOBYTES[name])


def _seconds(program: str, folder: Path, environ: Mapping[str, str]) -> float:
    """Lambda has no bytecode of ours either."""
    command = [sys.executable, "-B", "-c", program]
    return min(measured(command, folder, environ).seconds for _ in range(ROUNDS))


def _line(name: str, found_ms: float, most_ms: float, found_kb: float, most_kb: float) -> str:
    met = "met" if found_ms <= most_ms and found_kb <= most_kb else "MISSED"
    times, sizes = f"{found_ms:>6.0f} ms ≤ {most_ms} ms", f"{found_kb:>7.1f} kB ≤ {most_kb} kB"
    return f"  {name:<18}{times}{sizes}  {met}"
