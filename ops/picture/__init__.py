"""The picture of a Slack message: the blocks of the notifier that ships, drawn as Slack shows them."""

from __future__ import annotations

from pathlib import Path

from ops.picture.channel import drawing
from ops.picture.samples import posts

FILE = Path("docs") / "slack-message.svg"


def text(root: Path) -> str:
    """The picture as it belongs into the documentation of the project at `root`.

    Raises
    ------
    ToolError
        The notifier does not run, or says something that cannot be drawn.
    """
    return drawing(posts(root))


def write(root: Path) -> Path:
    """Write the picture anew; returns where it lies.

    Raises
    ------
    ToolError
        The notifier does not run, or says something that cannot be drawn.
    """
    path = root / FILE
    path.write_text(text(root), "utf-8")
    return path
