"""The cdktf command of package.json, in a project folder that is put together of links."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.builders import ROOT
from tests.projects import project as laid_out
from tests.tools import without


def environment(**more: str) -> dict[str, str]:
    environ = dict(os.environ) | {"ENV": "prod", "CHECKPOINT_DISABLE": "1", **more}
    if not Path(environ.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
        del environ["TF_CLI_CONFIG_FILE"]  # the command would print a warning of Terraform's
    return environ


def call(command: Sequence[str], folder: Path, **environ: str) -> str:
    result = subprocess.run(
        command, cwd=folder, env=environment(**environ), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project without anything generated."""
    for tool in ("npx", "terraform"):
        if shutil.which(tool) is None:
            without(f"{tool} is missing, which the cdktf command needs")
    folder = tmp_path / "project"
    laid_out(folder, "cdktf.json", "package.json", "package-lock.json")
    (folder / ".venv").symlink_to(sys.prefix)
    if (ROOT / "node_modules" / ".bin" / "cdktf").exists():
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
    else:
        call(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    return folder


def test_cdktf_synth_writes_what_main_writes(project: Path, tmp_path: Path) -> None:
    said = call(["npx", "--no-install", "cdktf", "synth"], project)
    call([sys.executable, "-O", "main.py"], project, CDKTF_OUTDIR=str(tmp_path / "main"))

    assert "Generated Terraform code for the stacks: scheduling-agent-us-east-1" in said
    assert files(project / "cdktf.out") == files(tmp_path / "main")
    assert "stacks/scheduling-agent-us-east-1/cdk.tf.json" in files(tmp_path / "main")
