"""Processes that outlive the command that started them: recorded, found again, ended.

Each carries a mark in its environment, and so does whatever it starts itself. A number alone would not
do: it may belong to somebody else's process by now.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psutil

MARK = "MONITORING_LOCAL_RUN"
LONGEST_END_SECONDS = 10
# A process's start is told from the machine's clock, which may be set meanwhile.
_SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class Recorded:
    """A process, told from a later one of the same number by its start in seconds since 1970."""

    name: str
    pid: int
    started_at: float

    @classmethod
    def of(cls, name: str, pid: int) -> Recorded:
        """The process that has this number now.

        Raises
        ------
        psutil.NoSuchProcess
            There is none.
        """
        return cls(name, pid, psutil.Process(pid).create_time())

    @property
    def running(self) -> bool:
        """Whether it is still there."""
        return _found(self) is not None


@contextlib.contextmanager
def marking(mark: str) -> Iterator[None]:
    """Whatever is started meanwhile carries the mark."""
    os.environ[MARK] = mark
    try:
        yield
    finally:
        del os.environ[MARK]


def end(recorded: Iterable[Recorded], mark: str | None = None) -> list[str]:
    """End these processes, what they started, and whatever carries the mark.

    Each is asked first, and killed if it takes too long.

    Returns
    -------
    list of str
        The names of the recorded ones that still ran.
    """
    found = {one.name: process for one in recorded if (process := _found(one))}
    below = {child for process in found.values() for child in _below(process)}
    _end({*found.values(), *below, *_marked(mark)})
    return list(found)


def _found(recorded: Recorded) -> psutil.Process | None:
    try:
        process = psutil.Process(recorded.pid)
        same = abs(process.create_time() - recorded.started_at) < _SAME_START_SECONDS
        return process if same and runs(process) else None
    except psutil.Error:
        return None


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _marked(mark: str | None) -> Iterator[psutil.Process]:
    """The processes that were started with the mark; never this one."""
    for process in psutil.process_iter() if mark else ():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                yield process
        except (psutil.Error, OSError):  # gone meanwhile, or somebody else's
            continue


def _end(processes: Iterable[psutil.Process]) -> None:
    alive = list(processes)
    for tell in (psutil.Process.terminate, psutil.Process.kill):
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                tell(process)
        deadline = time.monotonic() + LONGEST_END_SECONDS
        while alive and time.monotonic() < deadline:
            time.sleep(0.02)
            alive = [process for process in alive if runs(process)]


def runs(process: psutil.Process) -> bool:
    """Whether it does: one that ended stays listed until its parent asks after it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
