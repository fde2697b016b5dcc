"""The digest's log."""

from __future__ import annotations

import os
from collections.abc import Iterable

from shared.logs import LONGEST_TEXT, Log

log = Log(function="digest", environment=os.environ.get("ENVIRONMENT", ""))


def pieces(text: str) -> Iterable[str]:
    """A text in parts that fit into one line each; at least one."""
    return (text[start : start + LONGEST_TEXT] for start in range(0, max(len(text), 1), LONGEST_TEXT))
