"""Text for Slack: printable, escaped, and cut to a length.

Source of the escapes: Slack, "Formatting text for app surfaces": `&`, `<` and `>` and nothing else.
"""

from __future__ import annotations

import re

# Compiled when first needed: an import must be quick.
_UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def clean(value: object) -> str:
    """Any value as text that can be printed and encoded; nothing for None.

    A lone surrogate is legal in JSON and illegal in UTF-8, so it is replaced.
    """
    try:
        text = "" if value is None else str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a bottomless list
        text = f"({type(value).__name__})"
    return re.sub(_UNPRINTABLE, "\ufffd", text.replace("\r\n", "\n")).strip()


def joined(*parts: str, by: str = " ") -> str:
    """The parts that are not empty, in one text."""
    return by.join(filter(None, parts))


def escape(text: str, most: int) -> str:
    """The text escaped for Slack, in at most `most` characters.

    What is longer ends with an ellipsis; an entity is never cut in two.
    """
    escaped = text[: most + 1].translate(_ENTITIES)
    return escaped if len(escaped) <= most else re.sub(r"&[a-z]*\Z", "", escaped[: most - 1]) + "…"
