"""Processes that outlive a command: only those of the run are ended, and all of those."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from modules.errors import ToolError
from ops.local.states import Home, State
from ops.processes import MARK, Recorded, end, marking

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on'); sys.stdout.flush(); "
)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Python programs, and ends what a test left."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str = SLEEP, *, mark: str | None = None) -> subprocess.Popen[str]:
        environ = dict(os.environ) | ({MARK: mark} if mark else {})
        command = [sys.executable, "-c", program]
        started.append(subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def until(found: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_recorded_process_is_ended(start: Start) -> None:
    process = start()
    recorded = Recorded.of("sleeper", process.pid)
    assert recorded.running

    assert end([recorded]) == ["sleeper"]
    assert not recorded.running
    assert end([recorded]) == []


def test_later_process_of_the_same_number_is_left_alone(start: Start) -> None:
    process = start()
    now = Recorded.of("sleeper", process.pid)
    before = Recorded(now.name, now.pid, now.started_at - 3600)

    assert not before.running
    assert end([before]) == []
    assert now.running


def test_marked_process_is_ended_though_nobody_recorded_it(start: Start) -> None:
    ours, other, plain = start(mark="this-run"), start(mark="another-run"), start()
    until(lambda: psutil.Process(ours.pid).environ().get(MARK))

    assert end([], "this-run") == []
    assert ours.wait(5) is not None
    assert (other.poll(), plain.poll()) == (None, None)


def test_what_a_process_started_is_ended_with_it(start: Start) -> None:
    child = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print(p.pid); "
    process = start(child + "sys.stdout.flush(); p.wait()")
    assert process.stdout
    grandchild = Recorded.of("grandchild", int(process.stdout.readline()))

    end([Recorded.of("child", process.pid)])

    assert not grandchild.running


def test_process_that_does_not_listen_is_killed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.processes.LONGEST_END_SECONDS", 0.2)
    process = start(STUBBORN + SLEEP)
    assert process.stdout
    assert process.stdout.readline() == "on\n"

    assert end([Recorded.of("stubborn", process.pid)]) == ["stubborn"]
    assert not psutil.pid_exists(process.pid) or psutil.Process(process.pid).status() == "zombie"


def test_mark_is_there_only_meanwhile() -> None:
    with marking("m"):
        assert os.environ[MARK] == "m"
    assert MARK not in os.environ


def test_state_comes_back_as_it_was(tmp_path: Path) -> None:
    home = Home(tmp_path)
    state = home.take()
    state.processes.append(Recorded("emulator", 7, 1.5))
    state.ready, state.emulator_url = True, "http://127.0.0.1:1"

    home.write(state)

    assert Home(tmp_path).read() == state
    assert [path.name for path in home.path.iterdir()] == ["state.json"]


def test_webhooks_and_keys_are_no_part_of_the_state() -> None:
    assert not {"slack", "pagerduty", "webhooks"} & State().__dict__.keys()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"owner": 1, "processes": []}', '{"mark": "m"}', "\xff"]
)
def test_broken_state_is_cleared_like_any_other(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    home.take()
    (home.path / "state.json").write_text(text, "latin-1")

    assert home.read() is None
    assert home.clear() == []
    assert not home.exists


def test_clear_ends_the_processes_and_removes_the_folder(tmp_path: Path, start: Start) -> None:
    home = Home(tmp_path)
    state = home.take()
    recorded, marked = start(), start(mark=state.mark)
    state.processes.append(Recorded.of("sleeper", recorded.pid))
    home.write(state)
    (home.path / "deep").mkdir()
    (home.path / "deep" / "file").write_text("x")
    until(lambda: psutil.Process(marked.pid).environ().get(MARK))

    assert home.clear() == ["sleeper"]

    assert not home.exists
    assert marked.wait(5) is not None


def test_interrupt_does_not_break_off_the_clearing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    home.take()
    before = signal.getsignal(signal.SIGINT)

    def interrupted(*_: object) -> list[str]:
        signal.raise_signal(signal.SIGINT)
        return []

    monkeypatch.setattr("ops.local.states.end", interrupted)

    home.clear()

    assert not home.exists
    assert signal.getsignal(signal.SIGINT) is before


def test_second_command_waits_its_turn(tmp_path: Path, start: Start) -> None:
    home = Home(tmp_path)
    state = home.take()
    home.refuse_another()  # its own folder is no hindrance
    other = start()
    state.owner = Recorded.of("command", other.pid)
    home.write(state)

    with pytest.raises(ToolError, match=f"at work already, as process {other.pid}"):
        home.refuse_another()

    end([state.owner])
    home.refuse_another()


def test_what_is_not_deployed_says_how_to_deploy_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for prepare in (lambda: None, home.take):
        prepare()
        with pytest.raises(ToolError, match="run `python -m ops local up` first"):
            home.running()


def test_part_that_ended_is_named(tmp_path: Path, start: Start) -> None:
    home = Home(tmp_path)
    state = home.take()
    there = Recorded.of("stand-ins", start().pid)
    state.processes, state.ready = [there, Recorded("emulator", there.pid, 1.0)], True
    home.write(state)

    with pytest.raises(ToolError, match="ended meanwhile: emulator; run"):
        home.running()


def test_state_holds_nothing_but_what_the_next_command_needs(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.take()
    kept = json.loads((home.path / "state.json").read_text("utf-8"))
    assert kept.keys() == State().__dict__.keys()
