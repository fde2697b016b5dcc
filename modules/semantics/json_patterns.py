"""Patterns in braces, for JSON log events: `{ ($.level = "ERROR") && ($.latency_ms >= 500) }`.

Selectors are paths such as `$.a.b`, `$.a[0]`, `$.a[*].b`, `$.*` and `$.['flat.key']`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log events"; what
the guide leaves open follows recorded answers of TestMetricFilter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from modules.semantics.conditions import Comparison, Condition, Test, read_comparison, read_condition
from modules.semantics.patterns import Pattern, Scalar, Scanner

MOST_WILDCARDS = 3
"""Selectors with a wildcard in one pattern."""

_ROOT = re.compile(r"\$(?=\.)")
_STEP = re.compile(
    r"\.(?P<name>[A-Za-z0-9_-]+)|\.\['(?P<quoted>[^']+)'\]|\[(?P<index>[0-9]{1,9})\]|(?P<any>\.\*|\[\*\])"
)
_SELECTOR = "a selector such as $.field, $.list[0], $.list[*] or $.['dotted.field']"
_OPEN, _CLOSE = re.compile(r"\s*\{"), re.compile(r"\}\s*\Z")
_IS = re.compile(r"IS\s+(NULL|TRUE|FALSE)(?![A-Za-z0-9_])", re.IGNORECASE)
_NOT_EXISTS = re.compile(r"NOT\s+EXISTS(?![A-Za-z0-9_])", re.IGNORECASE)
_CONSTANTS: Mapping[str, bool | None] = {"NULL": None, "TRUE": True, "FALSE": False}
_EXPECTED = "one of = != > >= < <=, IS NULL, IS TRUE, IS FALSE, NOT EXISTS"


@dataclass(frozen=True)
class Selector:
    """A path to values of a JSON event.

    Parameters
    ----------
    steps
        Member names, element indexes, and None for a wildcard, in reading order.
    """

    steps: tuple[str | int | None, ...]

    @property
    def has_wildcard(self) -> bool:
        """True if it selects several values: all members of an object or all elements of an array."""
        return None in self.steps

    def select(self, document: object) -> list[Any]:
        """Follow the path to its values."""
        return _follow(document, self.steps)

    def reaches_wildcard(self, document: object) -> bool:
        """Return whether the event has a value of any kind where the wildcard applies."""
        return bool(_follow(document, self.steps[: self.steps.index(None)]))


@dataclass(frozen=True)
class Compares:
    """A selected text or number passes a comparison.

    Missing fields, null, booleans, objects and arrays pass none, not even `!=`. With a wildcard,
    `!=` means that the value before the wildcard exists and no selected value is equal.
    """

    selector: Selector
    comparison: Comparison

    def holds(self, document: object) -> bool:
        """Return whether the event passes."""
        values = [value for value in map(_scalar, self.selector.select(document)) if value is not None]
        if self.comparison.operator == "!=" and self.selector.has_wildcard:
            equal = Comparison("=", self.comparison.operand)
            return self.selector.reaches_wildcard(document) and not any(map(equal.holds, values))
        return any(map(self.comparison.holds, values))


@dataclass(frozen=True)
class Is:
    """A selected value is null, true or false. An array that contains null counts as null."""

    selector: Selector
    constant: bool | None

    def holds(self, document: object) -> bool:
        """Return whether any selected value is the constant."""
        values = self.selector.select(document)
        if self.constant is None and not self.selector.has_wildcard:
            values += [element for value in values if isinstance(value, list) for element in value]
        return any(value is self.constant for value in values)


@dataclass(frozen=True)
class NotExists:
    """Nothing is selected. A field that is null exists."""

    selector: Selector

    def holds(self, document: object) -> bool:
        """Return whether the path selects nothing."""
        return not self.selector.select(document)


@dataclass(frozen=True)
class JsonPattern(Pattern):
    """A condition on a JSON object; an event of another form does not match."""

    condition: Condition[object]
    selectors: tuple[Selector, ...]

    def matches(self, event: str) -> bool:
        """Return whether the event is a JSON object that fulfils the condition."""
        document = _load(event)
        return document is not None and self.condition.holds(document)

    def tests(self, reference: str) -> bool:
        """Return whether the condition contains the selector."""
        return parse_selector(reference) in self.selectors

    def read(self, reference: str, event: str) -> Scalar | None:
        """Read the value at a selector without a wildcard; it need not occur in the pattern."""
        selector = parse_selector(reference)
        if selector.has_wildcard:
            raise Scanner(reference).error("a selector without a wildcard")
        return next(map(_scalar, selector.select(_load(event))), None)


def read_json_pattern(scanner: Scanner) -> JsonPattern:
    """Read a pattern in braces.

    Raises
    ------
    PatternError
        The pattern has a mistake, or too many regular expressions or wildcards.
    """
    scanner.need(_OPEN, '"{"')
    condition: Condition[object] = read_condition(scanner, _read_test, groups=True)
    scanner.need(_CLOSE, '"&&", "||" or a final "}"')
    tests = [item for item in condition.postfix if isinstance(item, (Compares, Is, NotExists))]
    if sum(test.selector.has_wildcard for test in tests) > MOST_WILDCARDS:
        raise scanner.error(f"at most {MOST_WILDCARDS} selectors with a wildcard", at=0)
    return JsonPattern(condition, tuple(test.selector for test in tests))


def parse_selector(text: str) -> Selector:
    """Read a selector that is the whole text.

    Raises
    ------
    PatternError
        It is not a selector.
    """
    scanner = Scanner(text)
    selector = _read_selector(scanner)
    if not scanner.at_end:
        raise scanner.error("the end of the selector")
    return selector


def _read_selector(scanner: Scanner) -> Selector:
    start = scanner.position
    scanner.need(_ROOT, _SELECTOR)
    steps = [_step(scanner.need(_STEP, _SELECTOR))]
    while match := scanner.take(_STEP):
        steps.append(_step(match))
    if steps.count(None) > 1:
        raise scanner.error("at most one wildcard in a selector", at=start)
    return Selector(tuple(steps))


def _step(match: re.Match[str]) -> str | int | None:
    return int(match["index"]) if match["index"] else match["name"] or match["quoted"]


def _read_test(scanner: Scanner) -> Test[object]:
    selector = _read_selector(scanner)
    scanner.skip_blanks()
    constant = scanner.take(_IS)
    if constant:
        return Is(selector, _CONSTANTS[constant.group(1).upper()])
    if scanner.take(_NOT_EXISTS):
        return NotExists(selector)
    return Compares(selector, read_comparison(scanner, _EXPECTED))


def _follow(document: object, steps: Sequence[str | int | None]) -> list[Any]:
    values: list[Any] = [document]
    for step in steps:
        values = [child for value in values for child in _children(value, step)]
    return values


def _children(value: Any, step: str | int | None) -> Iterable[Any]:
    if isinstance(value, dict):
        if step is None:
            return value.values()
        return [value[step]] if step in value else []
    if isinstance(value, list) and not isinstance(step, str):
        return value if step is None else value[step : step + 1]
    return []


def _load(event: str) -> dict[str, Any] | None:
    """Read the JSON object that an event consists of; AWS takes a root array for no JSON event."""
    try:
        document = json.loads(event, parse_constant=_reject)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _scalar(value: object) -> Scalar | None:
    """Read a text or a number. A number with a fraction or an exponent is a double, also as text."""
    if isinstance(value, str):
        return Scalar(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Scalar(str(value), Decimal(str(value)))
    return None
