"""Patterns in brackets, for events of words: `[ip, ..., status = 4* && status != 404, bytes > 1000]`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in space-delimited log
events"; recorded answers of TestMetricFilter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from modules.semantics.conditions import Comparison, Condition, read_comparison, read_condition, to_number
from modules.semantics.patterns import Pattern, Scalar, Scanner

_OPEN, _CLOSE = re.compile(r"\s*\[\s*"), re.compile(r"\]\s*\Z")
_COMMA, _ELLIPSIS = re.compile(r",\s*"), re.compile(r"\.\.\.\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BARE_END = re.compile(r"\s*(?=[,\]])")
_WORD = re.compile(r"""(?P<quoted>"(?P<q>[^"]*)")|(?P<bracketed>\[(?P<b>[^\]]*)\])|\S+""", re.ASCII)
_PLACE = re.compile(r"\$[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class Field:
    """A field between commas: a name (empty if unnamed) and perhaps a condition."""

    name: str = ""
    condition: Condition[Scalar] | None = None

    def accepts(self, text: str) -> bool:
        """Return whether a word fulfils the condition."""
        return self.condition is None or self.condition.holds(_scalar(text))


@dataclass(frozen=True)
class SpacePattern(Pattern):
    """Fields in the order of an event's words.

    Blanks separate words; quotes or brackets make one word of several. Without an ellipsis the last
    field is the rest of the event, which is why AWS asks for a blank indicator after the last term
    that matters.

    Parameters
    ----------
    places
        The fields without the ellipsis.
    gap
        The number of fields before the ellipsis; None without one.
    """

    places: tuple[Field, ...]
    gap: int | None

    def matches(self, event: str) -> bool:
        """Return whether there are enough words and each fulfils its condition."""
        texts = self._texts(event)
        return texts is not None and all(
            place.accepts(text) for place, text in zip(self.places, texts, strict=True)
        )

    def tests(self, reference: str) -> bool:
        """Return whether a field has the name."""
        return reference != "$" and reference in self._references()

    def read(self, reference: str, event: str) -> Scalar | None:
        """Read a field by its name or its place."""
        if _PLACE.fullmatch(reference):
            texts, index = [_content(match) for match in _WORD.finditer(event)], int(reference[1:]) - 1
        elif self.tests(reference):
            texts, index = self._texts(event) or [], self._references().index(reference)
        else:
            raise Scanner(reference).error("a field of the pattern such as $status, or a place such as $1")
        return _scalar(texts[index]) if index < len(texts) else None

    def _references(self) -> list[str]:
        return [f"${place.name}" for place in self.places]

    def _texts(self, event: str) -> list[str] | None:
        """Find the text of each field; None if the event has too few words."""
        words, count = list(_WORD.finditer(event)), len(self.places)
        if len(words) < count:
            return None
        if self.gap is not None:
            return [_content(match) for match in words[: self.gap] + words[len(words) - count + self.gap :]]
        texts = [_content(match) for match in words[:count]]
        return [*texts[:-1], event[words[count - 1].start() :]] if len(words) > count else texts


def read_space_pattern(scanner: Scanner) -> SpacePattern:
    """Read a pattern in brackets.

    Raises
    ------
    PatternError
        The pattern has a mistake, a name or an ellipsis twice, or too many regular expressions.
    """
    scanner.need(_OPEN, '"["')
    if scanner.take(_CLOSE):
        return SpacePattern((), 0)
    places: list[Field] = []
    gap: int | None = None
    while True:
        start = scanner.position
        if not scanner.take(_ELLIPSIS):
            places.append(_read_field(scanner, {place.name for place in places}))
        elif gap is None:
            gap = len(places)
        else:
            raise scanner.error("at most one ellipsis", at=start)
        if not scanner.take(_COMMA):
            break
    scanner.need(_CLOSE, '"," or a final "]"')
    return SpacePattern(tuple(places), gap)


def _read_field(scanner: Scanner, taken: set[str]) -> Field:
    if scanner.take(_BARE_END):
        return Field()
    start = scanner.position
    name = scanner.need(_NAME, 'a field name, "..." or nothing').group()
    if name in taken:
        raise scanner.error("a name that no other field has", at=start)
    if scanner.take(_BARE_END):
        return Field(name)
    scanner.position = start
    return Field(name, read_condition(scanner, partial(_read_test, name), groups=False))


def _read_test(name: str, scanner: Scanner) -> Comparison:
    start = scanner.position
    match = scanner.take(_NAME)
    if match is None or match.group() != name:
        raise scanner.error(f"the name of the field, {name}", at=start)
    return read_comparison(scanner)


def _scalar(text: str) -> Scalar:
    return Scalar(text, to_number(text))


def _content(match: re.Match[str]) -> str:
    if match["quoted"]:
        return match["q"]
    return match["b"] if match["bracketed"] else match.group()
