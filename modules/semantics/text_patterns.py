"""Patterns of terms, for events without structure: `ERROR -timeout`, `?ERROR ?WARN`, `%4[0-9]{2}%`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in unstructured log events".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from modules.semantics.patterns import Pattern
from modules.semantics.regexes import take_regex
from modules.semantics.scanners import Scanner

_SIGN = re.compile(r"[?-]?")
_TERM = re.compile(r"[A-Za-z0-9_]+")
_END = re.compile(r"(?=\s|$)")
_WANTED = "a term of letters, digits and _ (quote anything else), or a regular expression alone"


class FieldlessPattern(Pattern):
    """A pattern that sees an event as one text; there is nothing to extract."""

    def fields(self) -> frozenset[str]:
        """Name no field."""
        return frozenset()

    def number(self, reference: str, event: str) -> Decimal | None:
        """Read nothing."""
        del reference, event
        return None


@dataclass(frozen=True)
class TextPattern(FieldlessPattern):
    """Terms that an event has to contain, may choose from, or must not contain.

    A term matches inside of a word and with its case. Optional terms count only where they stand
    alone: beside other terms AWS ignores them. A blank phrase is in every event.

    Parameters
    ----------
    required, optional, excluded
        The terms, without `?`, `-` and quotes.
    """

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def matches(self, event: str) -> bool:
        """Tell whether the event has the right terms."""
        if self.required or self.excluded or not self.optional:
            wanted = all(_contains(event, term) for term in self.required)
            return wanted and not any(_contains(event, term) for term in self.excluded)
        return any(_contains(event, term) for term in self.optional)


@dataclass(frozen=True)
class RegexPattern(FieldlessPattern):
    """One regular expression that has to occur somewhere in the event."""

    expression: re.Pattern[str]

    def matches(self, event: str) -> bool:
        """Look for the expression."""
        return self.expression.search(event) is not None


def read_text_pattern(scanner: Scanner) -> Pattern:
    """Read a pattern of terms, or one regular expression.

    Raises
    ------
    PatternError
        A term needs quotes, or an expression has company.
    """
    scanner.skip_blanks()
    expression = take_regex(scanner)
    if expression is None:
        return _terms(scanner)
    scanner.skip_blanks()
    if not scanner.at_end:
        raise scanner.error("nothing beside a regular expression")
    return RegexPattern(expression)


def _terms(scanner: Scanner) -> TextPattern:
    found: dict[str, list[str]] = {"": [], "?": [], "-": []}
    while not scanner.at_end:
        sign = scanner.need(_SIGN, _WANTED).group()
        term = scanner.quoted()
        found[sign].append(scanner.need(_TERM, _WANTED).group() if term is None else term)
        scanner.need(_END, _WANTED)
        scanner.skip_blanks()
    return TextPattern(tuple(found[""]), tuple(found["?"]), tuple(found["-"]))


def _contains(event: str, term: str) -> bool:
    return term in event or not term.strip()
