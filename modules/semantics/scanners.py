"""A cursor over the text of a pattern."""

from __future__ import annotations

import re

from modules.semantics.errors import PatternError

BLANKS = re.compile(r"\s*")
QUOTED = re.compile(r'"((?:\\["\\]|[^"])*)"')
ESCAPED = re.compile(r'\\(["\\])')
SHOWN = 20


class Scanner:
    """Reads a pattern from left to right and says where it stopped.

    Parameters
    ----------
    text
        The pattern as the user wrote it, so that columns are the user's.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def at_end(self) -> bool:
        """Whether nothing is left to read."""
        return self.position >= len(self.text)

    def skip_blanks(self) -> None:
        """Move to the next character that is not blank."""
        self.take(BLANKS)

    def take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """Read what the expression describes, if it stands here."""
        match = expression.match(self.text, self.position)
        if match:
            self.position = match.end()
        return match

    def need(self, expression: re.Pattern[str], wanted: str) -> re.Match[str]:
        """Read what the expression describes.

        Raises
        ------
        PatternError
            It does not stand here.
        """
        match = self.take(expression)
        if match is None:
            raise self.error(wanted)
        return match

    def quoted(self) -> str | None:
        r"""Read a text in double quotes, if one stands here; `\\"` and `\\\\` stand for themselves."""
        if not self.text.startswith('"', self.position):
            return None
        match = self.need(QUOTED, 'a text that ends with "')
        return ESCAPED.sub(r"\1", match.group(1))

    def error(self, wanted: str, found: str | None = None) -> PatternError:
        """Describe the mistake at this column."""
        rest = self.text[self.position : self.position + SHOWN]
        return PatternError(self.position + 1, found or (repr(rest) if rest else "the end"), wanted)
