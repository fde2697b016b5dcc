"""`python -m ops opa`: keep the data of the OPA policies current."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from ops.opa.data import FILE, text

ROOT = Path(__file__).parents[2]


def opa() -> None:
    """Write policies/opa/data.json, by which the policies in HCP Terraform judge each workspace."""
    path = ROOT / FILE
    path.write_text(text(ROOT / "config", os.environ), "utf-8")
    typer.echo(f"{FILE} is current")
