"""What `make bench` measures still runs, and is what it says; nothing here is timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.plain import plain_program
from tests.builders import ROOT


def output(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_notes(resources: dict[str, Any]) -> dict[str, Any]:
    return {
        kind: {name: {key: body[key] for key in body if key != "//"} for name, body in named.items()}
        for kind, named in resources.items()
    }


def test_plain_program_makes_the_same_resources(prod_stack: dict[str, Any], tmp_path: Path) -> None:
    program = tmp_path / "plain.py"
    program.write_text(plain_program(prod_stack), "utf-8")

    output(str(program), str(tmp_path / "out"))

    made = json.loads((tmp_path / "out" / "stacks" / "plain" / "cdk.tf.json").read_text("utf-8"))
    assert without_notes(made["resource"]) == without_notes(prod_stack["resource"])


@pytest.mark.parametrize("program", ["many_alarms", "review_plans"])
def test_program_measures_itself(program: str) -> None:
    answer = json.loads(output("-O", "-m", f"tests.bench.{program}", "60").splitlines()[-1])
    assert answer["seconds"]
