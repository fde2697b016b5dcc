"""Comparisons of one field, and tests joined with `&&`, `||` and parentheses.

JSON and space-delimited patterns share both. Source: CloudWatch Logs user guide, "Filter pattern
syntax"; what the guide leaves open follows recorded answers of TestMetricFilter.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, Protocol, TypeAlias, TypeVar

from modules.semantics.patterns import Scalar, Scanner
from modules.semantics.regexes import take_regex

Subject = TypeVar("Subject")
Subject_contra = TypeVar("Subject_contra", contravariant=True)

LARGEST_EXPONENT = 2**31 - 1
"""AWS reads the exponent of a number in a pattern as a 32-bit integer."""

_OPERATOR = re.compile(r">=|<=|!=|=|>|<")
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_WORD = re.compile(r"(?!(?i:null)(?![A-Za-z0-9_.*]))[A-Za-z0-9_.*]+")
_END = re.compile(r"(?=[\s)}\],&|]|$)")
_EXPECTED = 'a number, a "text", or a word of letters, digits, _ . * other than null (quote anything else)'
_OPEN, _CLOSE, _JOIN = re.compile(r"\("), re.compile(r"\)"), re.compile(r"&&|\|\|")


@dataclass(frozen=True)
class NumberOperand:
    """A number without quotes, with its exact value. A text equals it if it is spelled the same."""

    text: str
    value: Decimal

    def equals(self, text: str) -> bool:
        """Compare the spelling."""
        return text == self.text


@dataclass(frozen=True)
class TextOperand:
    """A text in which an asterisk at either end matches anything.

    An asterisk inside of a text matches itself: the guide's 2018 edition says that `Ev*ent` matches
    only that text, and no later edition mentions it.
    """

    text: str

    def equals(self, text: str) -> bool:
        """Compare the text, or the part of it between the asterisks."""
        core = self.text.strip("*")
        open_start, open_end = self.text.startswith("*"), self.text.endswith("*")
        if open_start and open_end:
            return core in text
        if open_start:
            return text.endswith(core)
        return text.startswith(core) if open_end else text == core


@dataclass(frozen=True)
class RegexOperand:
    """An expression that occurs somewhere in the field."""

    expression: re.Pattern[str]

    def equals(self, text: str) -> bool:
        """Search for the expression."""
        return self.expression.search(text) is not None


Operand: TypeAlias = NumberOperand | TextOperand | RegexOperand


@dataclass(frozen=True)
class Comparison:
    """A test of one field, such as ``>= 500``.

    Parameters
    ----------
    operator
        One of ``= != > >= < <=``.
    operand
        The right side; a number if the operator orders.
    """

    operator: str
    operand: Operand

    def holds(self, field: Scalar) -> bool:
        """Return whether a field passes. A number beyond the range of a double equals no number."""
        if field.number is not None and isinstance(self.operand, NumberOperand):
            return field.number.is_finite() and _COMPARE[self.operator](field.number, self.operand.value)
        return self.operator in ("=", "!=") and self.operand.equals(field.text) == (self.operator == "=")


def to_number(text: str) -> Decimal | None:
    """Read a number literal; None if the text is none, or is beyond the range of a double."""
    if not _NUMBER.fullmatch(text) or math.isinf(value := float(text)):
        return None
    return Decimal(text) if value else Decimal()


def read_comparison(scanner: Scanner, expected: str = "one of = != > >= < <=") -> Comparison:
    """Read an operator and its operand.

    Raises
    ------
    PatternError
        The operator is unknown, or it orders something that is not a number.
    """
    scanner.skip_blanks()
    sign = scanner.need(_OPERATOR, expected).group()
    scanner.skip_blanks()
    start = scanner.position
    operand = _read_operand(scanner)
    if sign not in ("=", "!=") and not isinstance(operand, NumberOperand):
        raise scanner.error(f"a number after {sign}", at=start)
    return Comparison(sign, operand)


def _read_operand(scanner: Scanner) -> Operand:
    expression = take_regex(scanner)
    if expression is not None:
        return RegexOperand(expression)
    quoted = scanner.quoted()
    if quoted is not None:
        return TextOperand(quoted)
    start = scanner.position
    literal = scanner.take(_NUMBER)
    if literal and scanner.take(_END):
        if abs(int(literal["exponent"] or 0)) > LARGEST_EXPONENT:
            raise scanner.error(f"an exponent of at most {LARGEST_EXPONENT}", at=start)
        return NumberOperand(literal.group(), Decimal(literal.group()))
    scanner.position = start
    word = scanner.need(_WORD, _EXPECTED).group()
    scanner.need(_END, _EXPECTED)
    return TextOperand(word)


class Test(Protocol[Subject_contra]):
    """One test of a subject; it never raises."""

    def holds(self, subject: Subject_contra, /) -> bool:
        """Return whether the subject passes."""
        ...


@dataclass(frozen=True)
class Condition(Generic[Subject]):
    """Tests and joining operators in postfix order, so that deep parentheses need no recursion."""

    postfix: tuple[Test[Subject] | str, ...]

    def holds(self, subject: Subject) -> bool:
        """Return whether the subject passes the whole condition."""
        results: list[bool] = []
        for item in self.postfix:
            if not isinstance(item, str):
                results.append(item.holds(subject))
                continue
            right, left = results.pop(), results.pop()
            results.append(left and right if item == "&&" else left or right)
        return results[-1]


def read_condition(
    scanner: Scanner, read_test: Callable[[Scanner], Test[Subject]], *, groups: bool
) -> Condition[Subject]:
    """Read a condition up to the first character that cannot belong to it.

    Parameters
    ----------
    scanner
        A scanner at the start of the condition.
    read_test
        A function that reads one test.
    groups
        Whether parentheses are allowed.

    Raises
    ------
    PatternError
        A test, an operand or a closing parenthesis is missing.
    """
    postfix: list[Test[Subject] | str] = []
    waiting: list[str] = []
    while True:
        _open_groups(scanner, waiting, groups=groups)
        postfix.append(read_test(scanner))
        _close_groups(scanner, waiting, postfix)
        join = scanner.take(_JOIN)
        if join is None:
            break
        while waiting and waiting[-1] == "&&":  # it binds at least as tightly as the operator read
            postfix.append(waiting.pop())
        waiting.append(join.group())
    if "(" in waiting:
        raise scanner.error('"&&", "||" or ")"')
    return Condition((*postfix, *reversed(waiting)))


def _open_groups(scanner: Scanner, waiting: list[str], *, groups: bool) -> None:
    scanner.skip_blanks()
    while groups and scanner.take(_OPEN):
        waiting.append("(")
        scanner.skip_blanks()


def _close_groups(scanner: Scanner, waiting: list[str], postfix: list[Test[Subject] | str]) -> None:
    scanner.skip_blanks()
    while "(" in waiting and scanner.take(_CLOSE):
        while (join := waiting.pop()) != "(":
            postfix.append(join)
        scanner.skip_blanks()
