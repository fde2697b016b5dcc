"""The file with which Terraform takes over what exists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from modules.errors import ToolError
from ops.adopt.finds import Find

FILE = "imports.tf.json"
_COMMENT = "Made by `python -m ops adopt`. Delete it after the first apply: it has done its work then."


def imports(finds: Mapping[str, Find]) -> str:
    """`import` blocks, as Terraform 1.5 and later read them."""
    blocks = [{"to": address, "id": _literal(find.import_id)} for address, find in sorted(finds.items())]
    return json.dumps({"//": _COMMENT, "import": blocks}, indent=2) + "\n"


def _literal(text: str) -> str:
    """Text that Terraform takes as it stands: names of log groups and alarms may look like templates."""
    return text.replace("${", "$${").replace("%{", "%%{")


def write(path: Path, finds: Mapping[str, Find]) -> None:
    """Write the file.

    Raises
    ------
    ToolError
        It cannot be written.
    """
    try:
        path.write_text(imports(finds), "utf-8")
    except OSError as error:
        raise ToolError(f"{path}: cannot be written: {error.strerror}; name another with --out") from None
