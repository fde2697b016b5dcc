"""Runs a program and measures it: wall time, and the memory of it and all that it starts."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.01
PROC = Path("/proc")


@dataclass(frozen=True)
class Run:
    """One run: wall time, the highest sum of resident memory seen, and what it printed."""

    seconds: float
    peak_mib: float
    output: str


def measured(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Run:
    """Runs a program to its end.

    Every 10 ms the resident memory of the program and of its descendants (jsii's Node is one) is
    added up; pages that two of them share count twice.

    Raises
    ------
    RuntimeError
        It failed; the text is what it said.
    """
    start = time.perf_counter()
    peak = 0
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        while process.poll() is None:
            peak = max(peak, _resident_bytes(process.pid))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.perf_counter() - start
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output}")
    return Run(seconds, peak / 2**20, output)


def _resident_bytes(root: int) -> int:
    waiting, total = [root], 0
    while waiting:
        process = waiting.pop()
        try:
            pages = int((PROC / str(process) / "statm").read_text().split()[1])
            for task in (PROC / str(process) / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, ValueError):  # it ended meanwhile
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total
