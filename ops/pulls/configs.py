"""The configuration of a pull request, laid over ours: accepted weakenings and waivers stand in the change.

It comes from GitHub and not from what the pull request's code handed on, so a review counts what people
see in the change. It is data: our own code reads and checks it. New runbooks come along by their names.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modules.errors import ConfigError, ToolError
from modules.settings import load
from ops.pulls.github import GitHub
from ops.pulls.plans import MADE, SPENT, Made
from ops.pulls.targets import every

FOLDER = "config"
RUNBOOKS = "docs/runbooks"
MOST_BYTES = 1_000_000
UNREADABLE = (
    "The configuration of this change cannot be read by the code of the default branch, so the present one "
    "was used: accepted weakenings and waivers of this change do not count. Bring in the code first, then "
    "the configuration that needs it."
)
_FILE = re.compile(r"[A-Za-z0-9_][\w-]*\.ya?ml", re.ASCII)
_PAGE = re.compile(r"[A-Za-z0-9_][\w-]*\.md", re.ASCII)


def lay(github: GitHub, commit: str, folder: Path) -> str:
    """Put the configuration at a commit in place of the one in `folder`.

    Returns
    -------
    str
        Nothing; or why it stays as it is.

    Raises
    ------
    ToolError
        What GitHub has there are no files.
    GitHubError
        GitHub does not have them.
    """
    theirs = dict(_file(github, commit, name) for name in _names(github, commit, FOLDER, _FILE))
    ours = {path.name: path.read_bytes() for path in folder.glob("*.y*ml")}
    # That a runbook is there is checked; what it says is not.
    for page in _names(github, commit, RUNBOOKS, _PAGE):
        (folder.parent / RUNBOOKS / page).touch()
    _replace(folder, theirs)
    try:
        load(tuple(sorted({Path(name).stem for name in theirs} - {"base", "local"})), folder, {})
    except ConfigError as error:
        _replace(folder, ours)
        return str(error)
    return ""


def keep_spent(plans: Path, folder: Path, environ: Mapping[str, str]) -> None:
    """Write beside each plan which acceptances were for changes before this one: those of our configuration.

    One for a resource that the change leaves alone is kept: what it accepts may still wait to be deployed.
    """
    accepted = {target.stack: settings.accepted for settings, target in every(folder, environ)}
    for path in plans.glob(f"*/{MADE}"):
        made = Made(**json.loads(path.read_text("utf-8")))
        spent = [
            one.model_dump()
            for one in accepted.get(made.stack, ())
            if made.touched is None or one.address in made.touched
        ]
        (path.parent / SPENT).write_text(json.dumps({"accepted": spent}), "utf-8")


def _names(github: GitHub, commit: str, folder: str, wanted: re.Pattern[str]) -> list[str]:
    found: Any = github.get(f"contents/{folder}", ref=commit)
    if not isinstance(found, list):
        raise ToolError(f"{folder}/ is no folder at this commit")
    return [
        item["name"]
        for item in found
        if isinstance(item, dict) and item.get("type") == "file" and wanted.fullmatch(str(item.get("name")))
    ]


def _file(github: GitHub, commit: str, name: str) -> tuple[str, bytes]:
    match github.get(f"contents/{FOLDER}/{name}", ref=commit):
        case {"type": "file", "encoding": "base64", "content": str(content)} if len(content) <= MOST_BYTES:
            try:
                return name, base64.b64decode(content)
            except binascii.Error:
                pass
    raise ToolError(f"{FOLDER}/{name}: GitHub does not give it; wanted a file below {MOST_BYTES:,} bytes")


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.glob("*.y*ml"):
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
