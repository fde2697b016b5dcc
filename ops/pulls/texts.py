"""Text of others, made harmless before it is printed or shown."""

from __future__ import annotations

import json
import re

_LONGEST = 80
_BACKTICKS = re.compile("`+")


def quoted(value: object) -> str:
    """A value of somebody else's in a message: on one line, short, without any command in it."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return harmless(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def harmless(text: str) -> str:
    """The text without what a runner of GitHub Actions would obey when it reads its log."""
    return text.replace("::", ": :").replace("##[", "## [")


def fenced(text: str) -> str:
    """The text as a block of Markdown that it cannot leave."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{fence}text\n{text}\n{fence}"
