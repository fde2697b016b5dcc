"""The base of all filter patterns: the interface, the error and the scanner.

The guide leaves cases open; they follow recorded answers of AWS (TestMetricFilter, PutMetricFilter and
the published series, eu-west-1, September 2026). Source: the emulator floci,
src/test/resources/cloudwatchlogs/filter-pattern-aws*.json and metric-filter-*-aws.json.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from decimal import Decimal
from typing import NamedTuple

from modules.errors import MonitoringError

_BLANKS = re.compile(r"\s*")
_QUOTED = re.compile(r'"((?:\\["\\]|[^"])*)"')
_ESCAPED = re.compile(r'\\(["\\])')
_SHOWN = 20


class PatternError(MonitoringError):
    """A filter pattern, or a field of one, that CloudWatch Logs rejects or AWS does not document.

    Parameters
    ----------
    column
        The position of the mistake, counted from 1.
    actual, expected
        The text at that position, and what is allowed there.
    """

    def __init__(self, column: int, actual: str, expected: str) -> None:
        self.column = column
        self.actual = actual
        self.expected = expected
        super().__init__(f"filter pattern, column {column}: found {actual}, expected {expected}")


class Scalar(NamedTuple):
    """A text or a number of a log event: its text, and its value if it is a number."""

    text: str
    number: Decimal | None = None


class Pattern(ABC):
    """A filter pattern that AWS accepts. Patterns of terms have no fields."""

    @abstractmethod
    def matches(self, event: str) -> bool:
        """Return whether a log event matches; never raises."""

    def tests(self, reference: str) -> bool:
        """Return whether the pattern tests a field, such as `$.field` or `$name`.

        Raises
        ------
        PatternError
            A JSON pattern was asked for something that is not a selector.
        """
        del reference
        return False

    def read(self, reference: str, event: str) -> Scalar | None:
        """Read a field of an event; None if the event has no text or number there.

        Parameters
        ----------
        reference
            `$.field` for JSON; `$name`, or `$1` for the first, for space-delimited events.
        event
            The log event.

        Raises
        ------
        PatternError
            Events of this pattern have no such field.
        """
        del event
        raise PatternError(1, repr(reference), "a number, since a pattern of terms has no fields")


class Scanner:
    """A cursor that moves over a pattern from left to right.

    Parameters
    ----------
    text
        The pattern as the user wrote it, so that columns are the user's.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.regexes = 0

    @property
    def at_end(self) -> bool:
        """True if nothing is left to read."""
        return self.position >= len(self.text)

    def skip_blanks(self) -> None:
        """Move to the next character that is not blank."""
        self.take(_BLANKS)

    def take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        """Read what the expression describes, if it comes next."""
        match = expression.match(self.text, self.position)
        if match:
            self.position = match.end()
        return match

    def need(self, expression: re.Pattern[str], expected: str) -> re.Match[str]:
        """Read what the expression describes.

        Raises
        ------
        PatternError
            Something else comes next.
        """
        match = self.take(expression)
        if match is None:
            raise self.error(expected)
        return match

    def quoted(self) -> str | None:
        r"""Read a text in double quotes, if one comes next; `\\"` and `\\\\` are escapes."""
        if not self.text.startswith('"', self.position):
            return None
        match = self.need(_QUOTED, 'a text that ends with "')
        return _ESCAPED.sub(r"\1", match.group(1))

    def error(self, expected: str, *, at: int | None = None) -> PatternError:
        """Describe a mistake at the current position, or at another one."""
        position = self.position if at is None else at
        rest = self.text[position : position + _SHOWN]
        return PatternError(position + 1, repr(rest) if rest else "the end", expected)
