"""Terraform's own check of what was synthesized."""

from __future__ import annotations

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
    stacks = sorted(path.parent for path in out.glob("stacks/*/cdk.tf.json"))
    if not stacks:
        raise ToolError(f"{out} holds no stack: run `make synth` first")
    for stack in stacks:
        terraform.init(stack, backend=False)
        terraform.run(stack, "validate", "-no-color")
        yield stack.name
