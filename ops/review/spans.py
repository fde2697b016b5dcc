"""Texts of others in Markdown, so that they are read and do nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ops.review.words import clipped, one_line

_MOST_ADDRESSES = 12
_LONGEST_ADDRESS = 200
_BACKTICKS = re.compile(r"`+")
_SENTENCES = re.compile(r"(?<=[.;]) ")
_PLAIN = re.compile(r"(?:(?:[A-Za-z,;:'()-]+|[0-9][0-9,]*(?:\.[0-9]+)?)[.;]?(?: |$))*")


def fence(text: str, least: int = 1) -> str:
    """Backticks, more of them than there are in a row in the text."""
    return "`" * max(least, max(map(len, _BACKTICKS.findall(text)), default=0) + 1)


def code(text: str) -> str:
    """A code span of any text, on one line."""
    text = one_line(text)
    ticks = fence(text)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def places(addresses: Sequence[str]) -> str:
    """Addresses in one line, and how many are left out."""
    shown = [code(clipped(one, _LONGEST_ADDRESS)) for one in addresses[:_MOST_ADDRESSES]]
    more = len(addresses) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def sentences(text: str) -> str:
    """Sentences with values in them: plain where nothing can be made of them, else a code span."""
    return " ".join(one if _PLAIN.fullmatch(one) else code(one) for one in _SENTENCES.split(text))
