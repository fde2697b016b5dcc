"""The state of a run, in .local/ or .acceptance/, so that another command finds it after a crash."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.processes import MARK, Recorded, end

FOLDER = ".local"
# A socket's path has at most 103 bytes; Terraform's name for one has some 20.
_LONGEST_FOLDER_BYTES = 80


@dataclass
class State:
    """One run, from `up` to `down`.

    Attributes
    ----------
    mark
        Stands in the environment of every process of the run.
    owner
        The command that is at work on it.
    processes
        What outlives that command.
    ready
        Whether `up` came to its end.
    emulator_url, control_url
        Where the embedded AWS is, and where the stand-ins tell what they received.
    stack, prefix
        The name of the stack that is deployed, and how the names in it begin.
    profile, account, region
        Where an acceptance run deploys; no profile: into the embedded AWS.
    folders
        Folders elsewhere that go when the run does.
    database_port
        Where PostgreSQL listens on loopback.
    """

    mark: str = field(default_factory=lambda: secrets.token_hex(16))
    owner: Recorded | None = None
    processes: list[Recorded] = field(default_factory=list)
    ready: bool = False
    emulator_url: str = ""
    control_url: str = ""
    stack: str = ""
    prefix: str = ""
    profile: str = ""
    account: str = ""
    region: str = ""
    folders: list[str] = field(default_factory=list)
    database_port: int = 0

    def runs(self, name: str) -> bool:
        """Whether a process, by its name, is still there."""
        return any(one.running for one in self.processes if one.name == name)


class Home:
    """The folder that holds everything of a run of a command, in the project's root."""

    def __init__(self, root: Path, folder: str = FOLDER, command: str = "local") -> None:
        self.path = root / folder
        self._command = f"python -m ops {command}"

    @property
    def exists(self) -> bool:
        """Whether anything was left there."""
        return self.path.exists()

    def take(self) -> State:
        """Begin a run in an empty folder, owned by this process."""
        self.path.mkdir(mode=0o700)
        state = State(owner=Recorded.of("command", os.getpid()))
        self.write(state)
        return state

    def environ(self, state: State) -> dict[str, str]:
        """What programs of the run see: its mark, and a folder for what they leave when they are ended.

        Not where that folder's name is too long for the sockets that Terraform puts there.
        """
        scratch = self.path / "tmp"
        scratch.mkdir(exist_ok=True)
        short = len(os.fsencode(scratch)) <= _LONGEST_FOLDER_BYTES
        return {MARK: state.mark} | ({"TMPDIR": str(scratch)} if short else {})

    def write(self, state: State) -> None:
        """Keep a state; never half of it."""
        aside = self._file.with_suffix(".new")
        aside.write_text(json.dumps(asdict(state), indent=2), "utf-8")
        os.replace(aside, self._file)

    def read(self) -> State | None:
        """The state of the run; none if there is no folder, or nothing in it that can be read."""
        try:
            return _state(json.loads(self._file.read_text("utf-8")))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def running(self) -> State:
        """The state of a run that is complete.

        Raises
        ------
        ToolError
            There is none, or a part of it ended.
        """
        state = self.read()
        if state is None or not state.ready:
            raise ToolError("nothing is deployed here: run `python -m ops local up` first")
        gone = [one.name for one in state.processes if not one.running]
        if gone:
            raise ToolError(f"ended meanwhile: {', '.join(gone)}; run `python -m ops local up` again")
        return state

    def refuse_another(self) -> None:
        """Go on only if no other command is at work here.

        Raises
        ------
        ToolError
            One is.
        """
        state = self.read()
        owner = state.owner if state else None
        if owner and owner.pid != os.getpid() and owner.running:
            raise ToolError(f"`{self._command}` is at work already, as process {owner.pid}: wait for its end")

    @contextmanager
    def working(self, state: State) -> Iterator[None]:
        """Own the run meanwhile.

        Raises
        ------
        ToolError
            Another command is at work here.
        """
        self.refuse_another()
        state.owner = Recorded.of("command", os.getpid())
        self.write(state)
        try:
            yield
        finally:
            state.owner = None
            if self.exists:
                self.write(state)

    def clear(self) -> list[str]:
        """End what the run started, and remove the folder; returns the names of what still ran.

        Raises
        ------
        ToolError
            Something in the folder cannot be removed.
        """
        state = self.read()
        with undisturbed():
            ended = end(state.processes, state.mark) if state else []
            for folder in state.folders if state else ():
                shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(self.path, ignore_errors=True)
        if self.path.exists():
            raise ToolError(f"{self.path} cannot be removed: remove it by hand")
        return ended

    @property
    def _file(self) -> Path:
        return self.path / "state.json"


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C and requests to end: a second one would leave half of the work."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _state(value: dict[str, Any]) -> State:
    owner = Recorded(**value["owner"]) if value["owner"] else None
    processes = [Recorded(**one) for one in value["processes"]]
    return State(**value | {"owner": owner, "processes": processes})
