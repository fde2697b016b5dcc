"""What a command hands to the next step or job of a workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modules.errors import ToolError


def tell(environ: Mapping[str, str], **values: Any) -> None:
    """Print values as name and JSON (texts as they are), and set them as outputs of the step.

    Raises
    ------
    ToolError
        A text has several lines: it could set further outputs.
    """
    lines = [f"{name}={_plain(value)}" for name, value in values.items()]
    if any("\n" in line or "\r" in line for line in lines):
        raise ToolError("an output of a step is one line")
    print(*lines, sep="\n")
    if environ.get("GITHUB_OUTPUT"):
        with Path(environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)


def summarize(environ: Mapping[str, str], text: str) -> None:
    """Show Markdown on the page of the run."""
    if environ.get("GITHUB_STEP_SUMMARY"):
        with Path(environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")


def run_url(environ: Mapping[str, str]) -> str:
    """The page of the run, or nothing outside of a workflow."""
    parts = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else ""


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
