"""Patterns in brackets, for events of words: `[ip, ..., status = 4* && status != 404, bytes > 1000]`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in space-delimited log
events".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from modules.semantics.comparisons import Comparison, read_comparison
from modules.semantics.conditions import Condition, Test, read_condition
from modules.semantics.operands import to_number
from modules.semantics.patterns import Pattern
from modules.semantics.regexes import limit_regexes
from modules.semantics.scanners import Scanner

_OPEN, _CLOSE = re.compile(r"\s*\[\s*"), re.compile(r"\]\s*\Z")
_COMMA, _ELLIPSIS = re.compile(r",\s*"), re.compile(r"\.\.\.\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BARE_END = re.compile(r"\s*(?=[,\]])")
_WORD = re.compile(r"""(?P<quoted>"(?P<q>[^"]*)")|(?P<bracketed>\[(?P<b>[^\]]*)\])|\S+""", re.ASCII)
_REFERENCE = re.compile(r"\$(?:(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<place>[1-9][0-9]{0,3}))\Z")


@dataclass(frozen=True)
class FieldTest:
    """A comparison of the field that it stands in."""

    comparison: Comparison

    def holds(self, text: str) -> bool:
        """Tell whether the field's text passes."""
        return self.comparison.holds(text, to_number(text))


@dataclass(frozen=True)
class Field:
    """One place between commas: a name (empty if unnamed) and perhaps a condition."""

    name: str = ""
    condition: Condition[str] | None = None

    def accepts(self, text: str) -> bool:
        """Tell whether a word may stand here."""
        return self.condition is None or self.condition.holds(text)


@dataclass(frozen=True)
class SpacePattern(Pattern):
    """Fields in the order of an event's words.

    Words are parted by blanks; quotes and brackets that open a word hold one together. Without an
    ellipsis the last field takes all that is left, which is why AWS asks for a blank indicator
    behind the last term that matters.

    Parameters
    ----------
    places
        The fields; the ellipsis is none of them.
    gap
        How many fields stand before the ellipsis; None without one.
    """

    places: tuple[Field, ...]
    gap: int | None

    def matches(self, event: str) -> bool:
        """Tell whether there are words enough and each fulfils its condition."""
        texts = self._texts(event)
        return texts is not None and all(
            place.accepts(text) for place, text in zip(self.places, texts, strict=True)
        )

    def fields(self) -> frozenset[str]:
        """Name the fields, such as `$status`."""
        return frozenset(f"${place.name}" for place in self.places if place.name)

    def number(self, reference: str, event: str) -> Decimal | None:
        """Read the number in a field, by its name or its place."""
        match = Scanner(reference).need(_REFERENCE, "a field such as $status or $1")
        if match["place"]:
            texts, index = tuple(_split(event)), int(match["place"]) - 1
        else:
            texts, index = self._texts(event) or (), self._index(match["name"])
        return to_number(texts[index]) if 0 <= index < len(texts) else None

    def _index(self, name: str) -> int:
        return next((index for index, place in enumerate(self.places) if place.name == name), -1)

    def _texts(self, event: str) -> tuple[str, ...] | None:
        """Find the text of each field; None if the event has too few words."""
        count = len(self.places)
        if self.gap is None:
            return _first(event, count)
        words = tuple(_split(event))
        if len(words) < count:
            return None
        return words[: self.gap] + words[len(words) - (count - self.gap) :]


def read_space_pattern(scanner: Scanner) -> SpacePattern:
    """Read a pattern in brackets.

    Raises
    ------
    PatternError
        The pattern has a mistake, a name or an ellipsis twice, or more than two regular expressions.
    """
    scanner.need(_OPEN, '"["')
    if scanner.take(_CLOSE):
        return SpacePattern((), 0)
    places, gap = _read_places(scanner)
    scanner.need(_CLOSE, '"," or a final "]"')
    tests = (item for place in places if place.condition for item in place.condition.postfix)
    limit_regexes(scanner, sum(isinstance(item, FieldTest) and item.comparison.is_regex for item in tests))
    return SpacePattern(tuple(places), gap)


def _read_places(scanner: Scanner) -> tuple[list[Field], int | None]:
    places: list[Field] = []
    gap: int | None = None
    while True:
        start = scanner.position
        if scanner.take(_ELLIPSIS):
            if gap is not None:
                scanner.position = start
                raise scanner.error("at most one ellipsis")
            gap = len(places)
        else:
            places.append(_read_field(scanner, {place.name for place in places}))
        if not scanner.take(_COMMA):
            return places, gap


def _read_field(scanner: Scanner, taken: set[str]) -> Field:
    if scanner.take(_BARE_END):
        return Field()
    start = scanner.position
    name = scanner.need(_NAME, 'a field name, "..." or nothing').group()
    if name in taken:
        scanner.position = start
        raise scanner.error("a name that no other field has")
    if scanner.take(_BARE_END):
        return Field(name)
    scanner.position = start
    return Field(name, read_condition(scanner, partial(_read_test, name), groups=False))


def _read_test(name: str, scanner: Scanner) -> Test[str]:
    start = scanner.position
    found = scanner.take(_NAME)
    if found is None or found.group() != name:
        scanner.position = start
        raise scanner.error(f"the name of the field, {name}")
    return FieldTest(read_comparison(scanner))


def _split(event: str) -> Iterator[str]:
    return (_content(match) for match in _WORD.finditer(event))


def _first(event: str, count: int) -> tuple[str, ...] | None:
    """As many texts as fields: the last one is the rest of the event, as it is written."""
    words = list(_WORD.finditer(event))
    if len(words) < count:
        return None
    texts = [_content(match) for match in words[:count]]
    if len(words) > count:
        texts[-1] = event[words[count - 1].start() :].rstrip()
    return tuple(texts)


def _content(match: re.Match[str]) -> str:
    if match["quoted"]:
        return match["q"]
    return match["b"] if match["bracketed"] else match.group()
