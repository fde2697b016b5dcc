"""Text for Slack: printable, escaped, and cut to a length.

Source of the escapes: Slack, "Formatting text for app surfaces": `&`, `<` and `>` and nothing else.
"""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
ELLIPSIS = "…"


def clean(value: object) -> str:
    """Any value as text that can be printed and encoded; nothing for None.

    A lone surrogate is legal in JSON and illegal in UTF-8, so it is replaced.
    """
    try:
        text = "" if value is None else str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a bottomless list
        text = f"({type(value).__name__})"
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n")).strip()


def clip(text: str, most: int) -> str:
    """The text, cut to `most` characters with an ellipsis where it was longer."""
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS


def escape(text: str, most: int) -> str:
    """The text escaped for Slack, in at most `most` characters; an entity is never cut in two."""
    for raw, entity in _ENTITIES:
        text = text.replace(raw, entity)
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    if cut.rfind("&") > cut.rfind(";"):
        cut = cut[: cut.rfind("&")]
    return cut + ELLIPSIS


def figure(value: float) -> str:
    """A number as people write it: 12, 0.25, 1,048,576.

    Examples
    --------
    >>> figure(5.0)
    '5'
    """
    try:
        return f"{value:,.10g}"
    except OverflowError:
        return "(a very large number)"
