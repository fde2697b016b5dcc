"""Intervals of values, and what metric math makes of them.

Best effort: an expression that cannot be followed has no bounds, so that nothing is claimed of it.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MOST_NODES = 1000


@dataclass(frozen=True)
class Interval:
    """The lowest and the highest value that a series can have."""

    low: float = -math.inf
    high: float = math.inf

    def cut(self, high: float) -> Interval:
        """The same with a lower end above."""
        return Interval(self.low, min(self.high, high))


ANY = Interval()
_Operation = Callable[[Interval, Interval], Interval]


def of_expression(expression: str, inputs: Mapping[str, Interval]) -> Interval:
    """The interval of an expression over inputs by id; metric math reads like Python here."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ANY
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        return ANY
    return _of(tree, inputs)


def _of(node: ast.expr, inputs: Mapping[str, Interval]) -> Interval:
    match node:
        case ast.Name(id=name):
            return inputs.get(name, ANY)
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _point(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _negative(_of(operand, inputs))
        case ast.BinOp(left=left, op=operator, right=right):
            operation = _OPERATIONS.get(type(operator))
            return operation(_of(left, inputs), _of(right, inputs)) if operation else ANY
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments, inputs)
    return ANY


def _call(name: str, arguments: Sequence[ast.expr], inputs: Mapping[str, Interval]) -> Interval:
    match name, arguments:
        case "SUM" | "MAX" | "MIN" | "AVG", [ast.List(elts=items)] if items:
            return _AGGREGATES[name]([_of(item, inputs) for item in items])
        case "FILL", [series, ast.Constant() | ast.UnaryOp() as filling]:
            return _hull([_of(series, inputs), _of(filling, inputs)])
        case "FILL", [series, _]:
            return _of(series, inputs)
        case "IF", [_, one, other]:
            return _hull([_of(one, inputs), _of(other, inputs)])
    return ANY


def _point(value: float) -> Interval:
    try:
        return Interval(float(value), float(value))
    except OverflowError:
        return ANY


def _sum(parts: Sequence[Interval]) -> Interval:
    """Of those parts that have a data point: at least one, so the lowest is not the sum of all lows."""
    lows, highs = [part.low for part in parts], [part.high for part in parts]
    low = sum(low for low in lows if low < 0) if min(lows) < 0 else min(lows)
    high = sum(high for high in highs if high > 0) if max(highs) > 0 else max(highs)
    return Interval(low, high)


def _hull(parts: Sequence[Interval]) -> Interval:
    return Interval(min(part.low for part in parts), max(part.high for part in parts))


def _plus(one: Interval, other: Interval) -> Interval:
    return Interval(one.low + other.low, one.high + other.high)


def _negative(one: Interval) -> Interval:
    return Interval(-one.high, -one.low)


def _times(one: Interval, other: Interval) -> Interval:
    products = [a * b if a and b else 0.0 for a in (one.low, one.high) for b in (other.low, other.high)]
    return Interval(min(products), max(products))


def _over(one: Interval, other: Interval) -> Interval:
    """A share of nothing has no value; otherwise only the sign is sure."""
    if other.low == other.high and other.low not in (0, math.inf, -math.inf):
        return _times(one, _point(1 / other.low))
    return Interval(0, math.inf) if one.low >= 0 and other.low >= 0 else ANY


_AGGREGATES: Mapping[str, Callable[[Sequence[Interval]], Interval]] = {
    "SUM": _sum,
    "MAX": _hull,
    "MIN": _hull,
    "AVG": _hull,
}
_OPERATIONS: Mapping[type[ast.operator], _Operation] = {
    ast.Add: _plus,
    ast.Sub: lambda one, other: _plus(one, _negative(other)),
    ast.Mult: _times,
    ast.Div: _over,
}
