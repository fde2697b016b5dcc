"""The result of a metric math expression: number of series, unit, direction, range and data points.

Source: CloudWatch user guide, "Using metric math". An operand without a data point counts as 0 if another
operand has one, AVG of several series counts it as 0, and a division by 0 has no data point.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import IntEnum
from functools import reduce

from modules.semantics.intervals import ANY, Interval, hull, point, total
from modules.semantics.metric_math import BAND, COMBINING, METRICS, Kind, Node, selected

_CALENDAR = ("MINUTE", "HOUR", "DAY", "DATE", "MONTH", "YEAR", "EPOCH")
_SAME_UNIT = ("ABS", "CEIL", "FLOOR", "FILL", "DIFF", "RUNNING_SUM", "SORT")
_PER_SERIES = (*_SAME_UNIT, "LOG", "LOG10", "RATE", "DIFF_TIME")
_CHOOSING = ("FIRST", "LAST", "SORT", "SLICE", "REMOVE_EMPTY", "TIME_SERIES")
_KEEPING_UNIT = (*COMBINING, *_CHOOSING, *_SAME_UNIT, "STDDEV", METRICS)
_GROWING = (*COMBINING, "CEIL", "FLOOR", "FILL", "RUNNING_SUM", "LOG", "LOG10", "TIME_SERIES")
_RANGES = {
    **dict.fromkeys(("ABS", "STDDEV", "DATAPOINT_COUNT", "METRIC_COUNT", *_CALENDAR), Interval(0)),
    "PERIOD": Interval(1),
}


class Shape(IntEnum):
    """One number, one number per period, or several such series."""

    SCALAR, SERIES, ARRAY = range(3)


_SHAPES = {
    **dict.fromkeys(("IF", "FIRST", "LAST", "SERVICE_QUOTA", "INSIGHT_RULE_METRIC"), Shape.SERIES),
    **dict.fromkeys(("TIME_SERIES", *_CALENDAR), Shape.SERIES),
    **dict.fromkeys(("PERIOD", "METRIC_COUNT"), Shape.SCALAR),
    BAND: Shape.ARRAY,
}


def shape(node: Node, metrics: Collection[str] = ()) -> Shape | None:
    """Return what an expression yields; `None` where that depends on data or is not known."""
    if node.kind is Kind.LIST or node.text == METRICS:
        return Shape.ARRAY if len(list(_operands(node, metrics))) > 1 else None
    shapes = [shape(part, metrics) for part in node.parts]
    if node.kind is Kind.OPERATOR:
        known = [own for own in shapes if own is not None]
        return max(known) if len(known) == len(shapes) else None
    if node.text in _PER_SERIES:
        return shapes[0] if shapes else None
    if node.text in (*COMBINING, "STDDEV", "DATAPOINT_COUNT") and shapes:
        return Shape(shapes[0] - 1) if shapes[0] else None
    return {Kind.NUMBER: Shape.SCALAR, Kind.ID: Shape.SERIES}.get(node.kind, _SHAPES.get(node.text))


def _operands(node: Node, metrics: Iterable[str]) -> Iterator[Node]:
    """Yield the series of an array, one by one where it is written out."""
    if node.kind is Kind.LIST:
        for part in node.parts:
            yield from _operands(part, metrics)
    elif node.text == METRICS:
        yield from (Node(Kind.ID, name) for name in selected(node, metrics))
    else:
        yield node


def keeps_unit(node: Node) -> bool:
    """Return whether the value has the unit of the inputs, if these have one unit."""
    parts = node.parts[1:] if node.text == "IF" else node.parts
    match node.kind:
        case Kind.QUERY | Kind.UNREADABLE:
            return False
        case Kind.OPERATOR if node.text not in "+-":
            return False
        case Kind.CALL if node.text not in ("IF", *_KEEPING_UNIT):
            return False
    return all(map(keeps_unit, parts))


def direction(node: Node) -> int | None:
    """Return 1 if the value never falls when an input grows, -1 if it never grows then, 0 if it is constant.

    `None` if it may do either.
    """
    parts = [direction(part) for part in node.parts]
    match node.kind:
        case Kind.ID:
            return 1
        case Kind.NUMBER | Kind.TEXT | Kind.WORD:
            return 0
        case Kind.OPERATOR:
            return _direction_of_operator(node, parts)
        case Kind.LIST | Kind.CALL if node.text in ("", *_GROWING):
            return _common(parts)
        case Kind.CALL if node.text in (METRICS, "PERIOD"):
            return int(node.text == METRICS)
    return None


def _direction_of_operator(node: Node, parts: list[int | None]) -> int | None:
    first, *rest = parts
    match node.text:
        case "+":
            return _common(parts)
        case "-" | ">" | ">=":
            return _common([first, *map(_opposite, rest)]) if rest else _opposite(first)
        case "<" | "<=":
            return _common([_opposite(first), *rest])
        case "*" | "/" if any(own != 0 for own in parts) and (node.text == "*" or rest == [0]):
            return _scaled(node, parts)
    return 0 if set(parts) == {0} else None


def _scaled(node: Node, parts: list[int | None]) -> int | None:
    """Return the direction of one operand that constants of a known sign multiply."""
    moving = [own for own in parts if own != 0]
    factors = [bounds(part, {}) for part, own in zip(node.parts, parts, strict=True) if own == 0]
    negative = sum(factor.high < 0 for factor in factors)
    if len(moving) != 1 or negative + sum(factor.low > 0 for factor in factors) < len(factors):
        return None
    return _opposite(moving[0]) if negative % 2 else moving[0]


def _common(directions: Iterable[int | None]) -> int | None:
    found = {way for way in directions if way != 0}
    return found.pop() if len(found) == 1 else None if found else 0


def _opposite(own: int | None) -> int | None:
    return None if own is None else -own


def bounds(node: Node, inputs: Mapping[str, Interval]) -> Interval:
    """Return the values that an expression can have, by those of the metrics; each may lack a data point."""
    if node.kind is Kind.LIST or node.text == METRICS:
        return hull(bounds(part, inputs) for part in _operands(node, inputs))
    match node.kind:
        case Kind.ID:
            return inputs.get(node.text, ANY)
        case Kind.NUMBER:
            return point(float(node.text))
        case Kind.OPERATOR:
            sides = ((bounds(part, inputs), shape(part, inputs) is Shape.SCALAR) for part in node.parts)
            value, _ = reduce(lambda left, right: _applied(node.text, left, right), sides)
            return value if len(node.parts) > 1 else -value
    return _bounds_of_call(node, inputs)


def _applied(sign: str, left: tuple[Interval, bool], right: tuple[Interval, bool]) -> tuple[Interval, bool]:
    """Apply an operator to two operands, each with whether it is a number, which is never missing."""
    (first, fixed), (second, also_fixed) = left, right
    may_miss = not fixed and not also_fixed
    match sign:
        case "+" | "-":
            second = -second if sign == "-" else second
            value = total((first, second)) if may_miss else first + second
        case "*":
            value = first.with_zero() * second.with_zero() if may_miss else first * second
        case "/":
            value = (first.with_zero() if may_miss else first) / second
        case "^":
            value = Interval(0) if first.low >= 0 else ANY
        case _:
            value = Interval(0, 1)
    return value, fixed and also_fixed


def _bounds_of_call(node: Node, inputs: Mapping[str, Interval]) -> Interval:
    parts = [bounds(part, inputs) for part in node.parts]
    match node.text, node.parts:
        case "SUM", [array]:
            return _sum(array, inputs)
        case "AVG", [array] if len(list(_operands(array, inputs))) > 1:
            return parts[0].with_zero()
        case "FILL", [_, filler] if filler.kind is not Kind.WORD:
            return hull(parts)
        case "IF", [_, value, *_]:
            # Where the condition holds, a missing value counts as 0.
            values = parts[1] if shape(value) is Shape.SCALAR else parts[1].with_zero()
            return hull([values, *parts[2:]])
    passed = node.text in ("MAX", "MIN", "AVG", "FILL", *_CHOOSING) and parts
    return parts[0] if passed else _RANGES.get(node.text, ANY)


def _sum(array: Node, inputs: Mapping[str, Interval]) -> Interval:
    operands = list(_operands(array, inputs))
    values = [bounds(part, inputs) for part in operands]
    if operands != [array] and all(shape(part, inputs) is Shape.SERIES for part in operands):
        return total(values)
    # The sum of all data points of one series, or of an array with any number of series.
    low = hull(values).low
    return Interval(low) if low >= 0 else ANY


def has_point(node: Node, present: Collection[str]) -> bool | None:
    """Return whether there is a data point when exactly these metrics have one.

    `None` if that depends on their values or on other periods. Division by 0 is left aside.
    """
    if node.kind is Kind.ID or node.text == METRICS:
        return any(metric.text in present for metric in _operands(node, present))
    if shape(node) is Shape.SCALAR or node.text in ("TIME_SERIES", *_CALENDAR):
        return True
    points = [has_point(part, present) for part in node.parts]
    if node.kind in (Kind.LIST, Kind.OPERATOR) and (node.text != "/" or points[1]):
        sides = zip(points, node.parts, strict=True)
        found = {own for own, part in sides if shape(part) is not Shape.SCALAR}
        return True if True in found else None if None in found else False
    return _point_of_call(node, points)


def _point_of_call(node: Node, points: list[bool | None]) -> bool | None:
    match node.text, points:
        case "/", [_, divisor]:
            return divisor
        case "FILL", [series, _]:
            return True if series or node.parts[1].kind is not Kind.WORD else None
        case "IF", [condition, _, *other]:
            return True if condition and other == [True] else condition and None
    return points[0] if node.text in (*COMBINING, *_PER_SERIES, *_CHOOSING) and points else None
