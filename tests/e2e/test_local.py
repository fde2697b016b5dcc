"""`python -m ops local` as a user runs it: what it shows, how it ends, and what it leaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ops.emulator import Emulator, require
from ops.local.states import Home
from ops.processes import MARK, Recorded
from ops.terraform import Terraform
from tests.builders import ROOT
from tests.e2e.deployed import needed
from tests.projects import SOURCES
from tests.projects import project as laid_out

SECRETS = re.compile(rb"/integration/[0-9a-f]{32}/|/services/T[0-9A-F]{8}/B[0-9A-F]{8}/")


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    with needed():
        Terraform.found(ROOT)
        require()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project of its own, so that nobody's run is disturbed; whatever it left is ended."""
    laid_out(tmp_path)
    yield tmp_path
    if Home(tmp_path).exists:
        Home(tmp_path).clear()


def start(project: Path, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ops", "local", *arguments]
    kept = {name: value for name, value in os.environ.items() if name != "SNS_EMAIL"}
    return subprocess.Popen(
        command,
        cwd=project,
        env=kept | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], seconds: float = 120) -> tuple[int, str]:
    """Exit status and all that was said."""
    said, _ = process.communicate(timeout=seconds)
    return process.returncode, said


def run(project: Path, *arguments: str, seconds: float = 120, **environ: str) -> tuple[int, str]:
    return finish(start(project, *arguments, **environ), seconds)


def until(found: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


def left(project: Path, mark: str) -> list[str]:
    """The processes of a run, and the files beside those of the project and its cache."""
    found = [path.name for path in project.iterdir() if path.name not in (*SOURCES, "config", ".cache")]
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):
            continue
    return found


def applying(project: Path) -> str:
    """Wait until Terraform creates things; the mark of the run."""
    state = until(lambda: Home(project).read())
    until(lambda: [*(project / ".local").glob("terraform.*.tfstate")])
    return str(state.mark)


def test_all_is_delivered_and_nothing_is_left(project: Path) -> None:
    process = start(project)
    mark = until(lambda: Home(project).read()).mark

    status, said = finish(process, seconds=400)

    assert status == 0, said
    assert left(project, mark) == []
    table = said[said.index("Who heard of it") : said.index("Every notification arrived.")]
    assert (table.count("│ ✓"), table.count("NOT")) == (20, 0)
    assert "as the embedded AWS found" in said
    assert "P1 scheduling-agent-local-error-count" in said
    assert "trigger: scheduling-agent-local-error-count" in said
    assert "resolve: scheduling-agent-local-error-count" in said
    assert "Monitoring digest" in said
    assert "CloudWatch holds ActiveSessions = 1541" in said
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in said
    assert "Where the time went" in said
    assert not SECRETS.search(said.encode())
    assert "\x1b" not in said  # neither colours nor a bar where there is no terminal


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_deployment_leaves_nothing(
    project: Path, number: int, status: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch = tmp_path_factory.mktemp("t")
    process = start(project, "up", TMPDIR=str(scratch))
    mark = applying(project)

    os.killpg(process.pid, number)  # as a terminal does: Terraform gets it too

    found, said = finish(process)
    assert found == status, said
    assert "Traceback" not in said
    assert left(project, mark) == []
    assert list(scratch.iterdir()) == []


def test_deployment_that_was_killed_is_cleared_up_by_the_next_command(project: Path) -> None:
    process = start(project, "up")
    mark = applying(project)
    process.kill()
    finish(process)
    assert len(left(project, mark)) > 3  # the folder, the emulator, the stand-ins, Terraform

    status, said = run(project, "down")

    assert status == 0, said
    assert "ended: stand-ins, PostgreSQL, emulator; removed: .local/" in said
    assert left(project, mark) == []
    assert run(project, "down") == (0, "Nothing is deployed here.\n")


def test_failure_of_terraform_is_told_in_its_words_and_leaves_nothing(project: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    error = {"severity": "error", "summary": "no such thing", "detail": "AWS says no", "address": "aws_x.y"}
    line = json.dumps({"type": "diagnostic", "diagnostic": error})
    (programs / "terraform").write_text(
        f"#!/bin/sh\ncase $1 in version) echo 'Terraform v1.9.0';; apply) echo '{line}'; exit 1;; esac\n"
    )
    (programs / "terraform").chmod(0o755)

    status, said = run(project, "up", PATH=f"{programs}:{os.environ['PATH']}")

    assert status == 2
    assert said.endswith("terraform apply failed:\naws_x.y: no such thing: AWS says no\n")
    shutil.rmtree(programs)
    assert left(project, "") == []


def test_mistake_in_configuration_is_told_before_anything_is_started(project: Path) -> None:
    (project / "config" / "local.yaml").write_text("retention: {dais: 3}\n")

    status, said = run(project, "up")

    assert status == 2
    assert "config/local.yaml: retention.dais" in said
    assert "Traceback" not in said
    assert left(project, "") == []


def test_incident_without_deployment_says_how_to_deploy(project: Path) -> None:
    assert run(project, "incident") == (2, "nothing is deployed here: run `python -m ops local up` first\n")


def test_what_a_dead_emulator_held_needs_no_destruction(project: Path) -> None:
    home = Home(project)
    state = home.take()
    with Emulator(home.path / "emulator") as emulator:
        assert emulator.process
        state.processes.append(Recorded.of("emulator", emulator.process))
        state.owner, state.ready, state.emulator_url, state.stack = None, True, emulator.url, "none"
        home.write(state)
        os.kill(emulator.process, signal.SIGKILL)
        until(lambda: not state.runs("emulator"))

        status, said = run(project, "incident")
        assert status == 2
        assert "ended meanwhile: emulator; run `python -m ops local up` again" in said

        status, said = run(project, "down")

    assert status == 0, said
    assert "nothing to destroy" in said
    assert left(project, state.mark) == []
