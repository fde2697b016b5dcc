"""Patterns in braces, for JSON log events: `{ ($.level = "ERROR") && ($.latency_ms >= 500) }`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log events".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from modules.semantics.comparisons import Comparison, read_comparison
from modules.semantics.conditions import Condition, Test, read_condition
from modules.semantics.patterns import Pattern
from modules.semantics.regexes import limit_regexes
from modules.semantics.scanners import Scanner
from modules.semantics.selectors import Selector, load, read_selector, scalar

MOST_WILDCARDS = 3
"""Selectors with a wildcard in one pattern."""

_OPEN, _CLOSE = re.compile(r"\s*\{"), re.compile(r"\}\s*\Z")
_IS = re.compile(r"IS\s+(NULL|TRUE|FALSE)(?![A-Za-z0-9_])")
_NOT_EXISTS = re.compile(r"NOT\s+EXISTS(?![A-Za-z0-9_])")
_CONSTANTS: Mapping[str, bool | None] = {"NULL": None, "TRUE": True, "FALSE": False}
_WANTED = "one of = != > >= < <=, IS NULL, IS TRUE, IS FALSE, NOT EXISTS"


@dataclass(frozen=True)
class Compares:
    """A selected text or number passes a comparison.

    Missing fields, null, booleans, objects and arrays pass none, not even `!=`.
    """

    selector: Selector
    comparison: Comparison

    def holds(self, document: object) -> bool:
        """Tell whether any selected value passes."""
        values = map(scalar, self.selector.select(document))
        return any(value is not None and self.comparison.holds(*value) for value in values)


@dataclass(frozen=True)
class Is:
    """A selected value is null, true or false; a missing one is none of them."""

    selector: Selector
    constant: bool | None

    def holds(self, document: object) -> bool:
        """Tell whether any selected value is the constant."""
        return any(value is self.constant for value in self.selector.select(document))


@dataclass(frozen=True)
class NotExists:
    """Nothing is selected; null is something."""

    selector: Selector

    def holds(self, document: object) -> bool:
        """Tell whether the path leads nowhere."""
        return not self.selector.select(document)


@dataclass(frozen=True)
class JsonPattern(Pattern):
    """A condition on a JSON object or array; an event of another form does not match."""

    condition: Condition[object]
    selectors: tuple[Selector, ...]

    def matches(self, event: str) -> bool:
        """Tell whether the event is JSON and fulfils the condition."""
        document = load(event)
        return document is not None and self.condition.holds(document)

    def fields(self) -> frozenset[str]:
        """Name the selectors, such as `$.level`."""
        return frozenset(map(str, self.selectors))

    def number(self, reference: str, event: str) -> Decimal | None:
        """Read the number at a selector; it need not occur in the pattern."""
        scanner = Scanner(reference)
        selector = read_selector(scanner)
        if not scanner.at_end:
            raise scanner.error("the end of the selector")
        values = [scalar(value) for value in selector.select(load(event))]
        return values[0][1] if len(values) == 1 and values[0] is not None else None


def read_json_pattern(scanner: Scanner) -> JsonPattern:
    """Read a pattern in braces.

    Raises
    ------
    PatternError
        The pattern has a mistake, more than two regular expressions or three wildcards.
    """
    scanner.need(_OPEN, '"{"')
    condition: Condition[object] = read_condition(scanner, _read_test, groups=True)
    scanner.need(_CLOSE, '"&&", "||" or a final "}"')
    tests = [item for item in condition.postfix if isinstance(item, (Compares, Is, NotExists))]
    limit_regexes(scanner, sum(isinstance(test, Compares) and test.comparison.is_regex for test in tests))
    wildcards = sum(test.selector.wildcards for test in tests)
    if wildcards > MOST_WILDCARDS:
        raise scanner.error(f"at most {MOST_WILDCARDS}", f"{wildcards} wildcard selectors")
    return JsonPattern(condition, tuple(test.selector for test in tests))


def _read_test(scanner: Scanner) -> Test[object]:
    selector = read_selector(scanner)
    scanner.skip_blanks()
    constant = scanner.take(_IS)
    if constant:
        return Is(selector, _CONSTANTS[constant.group(1)])
    if scanner.take(_NOT_EXISTS):
        return NotExists(selector)
    return Compares(selector, read_comparison(scanner, _WANTED))
