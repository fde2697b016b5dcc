"""`python main.py` as a user runs it: exit status, messages, and what is left on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import ROOT
from tests.projects import project as laid_out

ENVIRON = {
    key: value for key, value in os.environ.items() if key not in ("AWS_REGION", "SNS_EMAIL", "CDKTF_OUTDIR")
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with older output in place."""
    laid_out(tmp_path)
    old = tmp_path / "cdktf.out" / "stacks" / "scheduling-agent-us-east-1"
    old.mkdir(parents=True)
    (old / "cdk.tf.json").write_bytes(b'{"older": "output"}\r\n')
    (old / "terraform.tfstate").write_bytes(b"\x00state")
    return tmp_path


def run(project: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-O", "-B", "main.py"]
    return subprocess.run(
        command,
        cwd=project,
        env=ENVIRON | {"ENV": "prod"} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def tree(project: Path) -> dict[str, bytes | None]:
    """Every file below a folder with its bytes, links not followed."""
    paths = sorted(path for path in project.rglob("*") if not path.is_symlink())
    return {str(path.relative_to(project)): path.read_bytes() if path.is_file() else None for path in paths}


def test_bad_input_ends_in_status_2_and_nothing_is_written(project: Path) -> None:
    (project / "config" / "prod.yaml").write_text("retention: {days: 31, dais: 3}\n")
    (project / "config" / "dev.yaml").write_text("features: [\n")
    before = tree(project)
    result = run(project, ENV="prod,dev,../x")
    assert result.returncode == 2
    assert result.stdout == ""
    *lines, last = result.stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["ENV", "config/dev.yaml", *["config/prod.yaml"] * 2]
    assert last == "4 mistakes; nothing was written."
    assert "Traceback" not in result.stderr
    assert tree(project) == before


def test_override_of_an_unknown_alarm_ends_in_status_2(project: Path) -> None:
    (project / "config" / "prod.yaml").write_text("alarms: {no-such: {threshold: 5}}\n")
    before = tree(project)
    result = run(project)
    assert result.returncode == 2
    assert result.stderr.startswith("config/prod.yaml: alarms.no-such: there is no such alarm")
    assert result.stderr.endswith("1 mistake; nothing was written.\n")
    assert tree(project) == before


def test_breach_of_a_policy_ends_in_status_1_and_nothing_is_written(project: Path) -> None:
    (project / "config" / "prod.yaml").write_text(
        "retention: {minimum_days: 60}\nalarms: {db-connections-high: {threshold: 5000}}\n"
    )
    before = tree(project)
    result = run(project)
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    assert "db-connections-high" in result.stderr
    assert "MON-RET-" in result.stderr
    assert "nothing was written." in result.stderr
    assert "Traceback" not in result.stderr
    assert tree(project) == before


def test_good_input_ends_in_status_0_and_replaces_the_output(project: Path) -> None:
    before = tree(project)
    result = run(project)
    assert result.returncode == 0, result.stderr
    assert "scheduling-agent-us-east-1" in result.stdout
    after = tree(project)
    stack = "cdktf.out/stacks/scheduling-agent-us-east-1"
    assert after[f"{stack}/terraform.tfstate"] == before[f"{stack}/terraform.tfstate"]
    assert (after[f"{stack}/cdk.tf.json"] or b"").startswith(b"{\n")
    assert not [path for path in after if ".synth-" in path]


def test_output_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    environ = os.environ | {"ENV": "dev", "CDKTF_OUTDIR": str(blocked / "out")}
    result = subprocess.run(
        [sys.executable, "-O", "main.py"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_node_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    environ = os.environ | {"ENV": "dev", "CDKTF_OUTDIR": str(tmp_path / "out"), "JSII_NODE": "/no/such/node"}
    result = subprocess.run(
        [sys.executable, "-O", "main.py"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stderr.startswith("JSII_NODE: '/no/such/node' is no program")
    assert not (tmp_path / "out").exists()
