"""Terraform's own check of what was synthesized."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from modules.errors import ToolError
from ops.terraform import Terraform


def validate_all(out: Path, terraform: Terraform) -> Iterator[str]:
    """The names of the stacks below `out`, each after Terraform found it valid.

    Raises
    ------
    ToolError
        There is no stack, or Terraform refuses one; the text is Terraform's.
    """
    for stack in _stacks(out):
        terraform.init(stack, backend=False)
        terraform.run(stack, "validate", "-no-color")
        yield stack.name


def _stacks(out: Path) -> list[Path]:
    """The folders that the manifest lists: what another run left beside them is not judged."""
    try:
        manifest = json.loads((out / "manifest.json").read_text("utf-8"))
        folders = [out / stack["workingDirectory"] for _, stack in sorted(manifest["stacks"].items())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        folders = []
    if not folders:
        raise ToolError(f"{out} holds no stack: run `make synth` first")
    return folders
