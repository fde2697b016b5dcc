"""An operator and its operand, as JSON and space-delimited patterns share them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from modules.semantics.operands import NumberOperand, Operand, RegexOperand, read_operand
from modules.semantics.scanners import Scanner

_OPERATOR = re.compile(r">=|<=|!=|=|>|<")
_ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True)
class Comparison:
    """A test of one field, such as ``>= 500``.

    Parameters
    ----------
    operator
        One of ``= != > >= < <=``.
    operand
        What the field is compared with; a number where the operator orders.
    """

    operator: str
    operand: Operand

    @property
    def is_regex(self) -> bool:
        """Whether it counts towards the limit of regular expressions."""
        return isinstance(self.operand, RegexOperand)

    def holds(self, text: str, number: Decimal | None) -> bool:
        """Tell whether a field passes.

        Parameters
        ----------
        text, number
            The field as it is written, and its value if it is a number.
        """
        order = _ORDER.get(self.operator)
        if order is None:
            return self._equals(text, number) == (self.operator == "=")
        if number is None or not isinstance(self.operand, NumberOperand):
            return False
        return order(number, self.operand.value)

    def _equals(self, text: str, number: Decimal | None) -> bool:
        if number is not None and isinstance(self.operand, NumberOperand):
            return number == self.operand.value
        return self.operand.equals(text)


def read_comparison(scanner: Scanner, wanted: str = "one of = != > >= < <=") -> Comparison:
    """Read an operator and its operand.

    Raises
    ------
    PatternError
        The operator is unknown, or it orders something that is no number.
    """
    scanner.skip_blanks()
    sign = scanner.need(_OPERATOR, wanted).group()
    scanner.skip_blanks()
    start = scanner.position
    operand = read_operand(scanner)
    if sign in _ORDER and not isinstance(operand, NumberOperand):
        scanner.position = start
        raise scanner.error(f"a number after {sign}")
    return Comparison(sign, operand)
