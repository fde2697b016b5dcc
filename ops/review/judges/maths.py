"""Metric math, as far as it is followed here: it reads like Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

_BAND = re.compile(r"ANOMALY_DETECTION_BAND\(\s*([^,()]+?)\s*(?:,\s*([0-9.]+)\s*)?\)")
_DEFAULT_WIDTH = 2.0
_WORD = re.compile(r"[A-Za-z_]\w*")
_OTHER_UNIT = re.compile(r"[*/]|\b(?!SUM|MAX|MIN|AVG|FILL)[A-Z]{2,}")
# They grow with each of their inputs, so what makes an input smaller makes them smaller.
_GROWING = frozenset({"SUM", "MAX", "MIN", "AVG", "FILL"})
_DEEPEST = 20


def names(expression: str) -> frozenset[str]:
    """Every word in an expression: functions and ids."""
    return frozenset(_WORD.findall(expression))


def reached(key: str, expressions: Mapping[str, str]) -> frozenset[str]:
    """The ids of all that an expression names, and of what those name, its own included."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += names(expressions.get(one, ""))
    return frozenset(found)


def whole(key: str, expressions: Mapping[str, str], depth: int = 0) -> str:
    """An expression with the others that it names put in their places."""
    text = expressions.get(key)
    if text is None or depth > _DEEPEST:
        return key

    def placed(match: re.Match[str]) -> str:
        word = match[0]
        return f"({whole(word, expressions, depth + 1)})" if word in expressions else word

    return _WORD.sub(placed, text).strip()


def keeps_unit(expression: str) -> bool:
    """Whether the math leaves the unit of its inputs as it is."""
    return not _OTHER_UNIT.search(expression)


def width(expression: str) -> float | None:
    """The width of an anomaly band, in standard deviations; `None` if it is no band."""
    found = _BAND.search(expression)
    if found is None:
        return None
    try:
        return float(found[2]) if found[2] else _DEFAULT_WIDTH
    except ValueError:
        return None


def without_width(expression: str) -> str:
    """The math with its bands left without their widths."""
    return _BAND.sub(r"BAND(\1)", expression)


def grows(expression: str) -> bool:
    """Whether the value grows with each of its inputs."""
    try:
        return _of(ast.parse(expression, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _of(node: ast.expr) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.List(elts=items):
            return all(map(_of, items))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return all(_of(side) or _is_number(side) for side in (left, right))
        case ast.BinOp(
            left=left, op=ast.Mult() | ast.Div(), right=ast.Constant(value=int() | float() as value)
        ):
            return value > 0 and _of(left)
        case ast.Call(func=ast.Name(id=name), args=[first, *_]):
            return name in _GROWING and _of(first)
    return False


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)
