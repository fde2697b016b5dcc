"""The project in a folder of a test's own: its sources as links, and a configuration that may be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.builders import CONFIG, ROOT

SOURCES = ("main.py", "modules", "policies", "lambda_src", "ops", "docs")


def project(folder: Path, *more: str, copied: tuple[str, ...] = ()) -> Path:
    """Lay the project out in a folder, with `config/` as it ships and not as a team has made it.

    Attributes
    ----------
    more
        What else of the project is wanted in it.
    copied
        What the test changes, and gets as a copy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(CONFIG, folder / "config")
    for name in (*SOURCES, *more):
        if name in copied:
            shutil.copytree(ROOT / name, folder / name)
        else:
            (folder / name).symlink_to(ROOT / name)
    return folder
