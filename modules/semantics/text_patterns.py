"""Patterns of terms, for events without structure: `ERROR -timeout`, `?ERROR ?WARN`, `%4[0-9]{2}%`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in unstructured log
events"; recorded answers of TestMetricFilter for characters inside of a term.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modules.semantics.patterns import Pattern, Scanner
from modules.semantics.regexes import take_regex

_SIGN = re.compile(r"[?-]?")
_TERM = re.compile(r"[\w.]+")
_END = re.compile(r"(?=[\s?-]|$)")
_EXPECTED = "a term of letters, digits, _ and . (quote anything else), or a regular expression alone"


@dataclass(frozen=True)
class TextPattern(Pattern):
    """Terms that an event has to contain, may choose from, or must not contain.

    A term matches inside of a word and is case-sensitive. AWS ignores optional terms next to other
    terms. A sign also starts a term inside of a word: `a-b` is `a -b`.

    Parameters
    ----------
    required, optional, excluded
        The terms, without `?`, `-` and quotes.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def matches(self, event: str) -> bool:
        """Return whether the event has the right terms."""
        if self.optional and not self.required and not self.excluded:
            return any(term in event for term in self.optional)
        has_required = all(term in event for term in self.required)
        return has_required and not any(term in event for term in self.excluded)


@dataclass(frozen=True)
class RegexPattern(Pattern):
    """One regular expression that occurs somewhere in the event."""

    expression: re.Pattern[str]

    def matches(self, event: str) -> bool:
        """Search for the expression."""
        return self.expression.search(event) is not None


def read_text_pattern(scanner: Scanner) -> Pattern:
    """Read a pattern of terms, or one regular expression.

    Raises
    ------
    PatternError
        A term is empty or needs quotes, or an expression is not alone.
    """
    scanner.skip_blanks()
    expression = take_regex(scanner)
    if expression is None:
        return _terms(scanner)
    scanner.skip_blanks()
    if not scanner.at_end:
        raise scanner.error("nothing after a regular expression")
    return RegexPattern(expression)


def _terms(scanner: Scanner) -> TextPattern:
    terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
    while not scanner.at_end:
        sign = scanner.need(_SIGN, _EXPECTED).group()
        start = scanner.position
        term = scanner.quoted()
        if term == "":
            raise scanner.error("a text that is not empty", at=start)
        terms[sign].append(term or scanner.need(_TERM, _EXPECTED).group())
        scanner.need(_END, _EXPECTED)
        scanner.skip_blanks()
    return TextPattern(tuple(terms[""]), tuple(terms["?"]), tuple(terms["-"]))
