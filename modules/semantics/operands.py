"""What a field is compared with: a number, a text with asterisks, or a regular expression.

Source: CloudWatch Logs user guide, "Filter pattern syntax".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

from modules.semantics.regexes import take_regex
from modules.semantics.scanners import Scanner

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z0-9_.*]+")
_END = re.compile(r"(?=[\s)}\],&|]|$)")
_WANTED = 'a number, a "text", or a word of letters, digits, _ . * (quote anything else)'


class Operand(Protocol):
    """The right side of a comparison."""

    def equals(self, text: str) -> bool:
        """Tell whether a field with this text is meant."""
        ...


@dataclass(frozen=True)
class NumberOperand:
    """A number without quotes. To a field that is none, it is a plain word."""

    text: str
    value: Decimal

    def equals(self, text: str) -> bool:
        """Compare the spelling; the values are compared where the field is a number too."""
        return text == self.text


@dataclass(frozen=True)
class TextOperand:
    """A text in which an asterisk at either end stands for anything.

    Inside of a text an asterisk is itself: the guide's 2018 edition says that `Ev*ent` matches
    that very text only, and no later edition speaks of it.
    """

    text: str

    def equals(self, text: str) -> bool:
        """Compare the text, or the part of it that the asterisks leave."""
        core = self.text.strip("*")
        open_start, open_end = self.text.startswith("*"), self.text.endswith("*")
        if open_start and open_end:
            return core in text
        if open_start:
            return text.endswith(core)
        return text.startswith(core) if open_end else text == core


@dataclass(frozen=True)
class RegexOperand:
    """An expression that has to occur somewhere in the field."""

    expression: re.Pattern[str]

    def equals(self, text: str) -> bool:
        """Look for the expression."""
        return self.expression.search(text) is not None


def to_number(text: str) -> Decimal | None:
    """Read a number literal; sign, decimals and exponent are optional."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of 19 digits or more
        return None


def read_operand(scanner: Scanner) -> Operand:
    """Read what follows a comparison operator.

    Raises
    ------
    PatternError
        No operand stands here, or it has characters that need quotes.
    """
    scanner.skip_blanks()
    expression = take_regex(scanner)
    if expression is not None:
        return RegexOperand(expression)
    quoted = scanner.quoted()
    return _bare(scanner) if quoted is None else TextOperand(quoted)


def _bare(scanner: Scanner) -> Operand:
    start = scanner.position
    literal = scanner.take(_NUMBER)
    if literal and scanner.take(_END):
        value = to_number(literal.group())
        return TextOperand(literal.group()) if value is None else NumberOperand(literal.group(), value)
    scanner.position = start
    word = scanner.need(_WORD, _WANTED).group()
    scanner.need(_END, _WANTED)
    return TextOperand(word)
