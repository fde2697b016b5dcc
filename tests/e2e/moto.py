"""The local target in moto, which describes alarms fully and answers Subscribe as AWS does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops.emulator import Emulator
from ops.local.aws import Aws
from ops.local.deployments import PAGERDUTY_VARIABLE, Deployment, synthesize
from ops.terraform import Terraform
from tests.builders import ROOT
from tests.e2e.deployed import needed
from tests.projects import project
from tests.tools import without

MOTO = ROOT / "ops" / "moto"


@contextmanager
def moto(folder: Path) -> Iterator[Emulator]:
    """Serve an empty account."""
    if not (MOTO / ".venv" / "bin" / "python").exists():
        without("moto is missing: run `make ops/moto/.venv/ready`")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ops.emulator.PROGRAM", MOTO / ".venv" / "bin" / "python")
        patch.setattr("ops.emulator.SERVE", MOTO / "serve.py")
        with Emulator(folder) as emulator:
            yield emulator


@contextmanager
def in_moto(folder: Path) -> Iterator[Deployment]:
    """Synthesize and initialize the local target against moto; nothing is applied yet."""
    with needed():
        terraform = Terraform.found(ROOT)
    with moto(folder / "emulator") as emulator:
        (stack,) = synthesize(project(folder / "project"), folder / "cdktf.out", os.environ).iterdir()
        environ = {**emulator.environ, PAGERDUTY_VARIABLE: "https://localhost/"}
        found = Deployment(terraform, stack, Aws(emulator.url), environ)
        with needed():
            found.init()
        yield found


def apply(found: Deployment, *options: str) -> None:
    """`terraform apply` with these options."""
    found.run("apply", "-auto-approve", "-input=false", "-no-color", *options)
