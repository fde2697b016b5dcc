"""Metric math, as far as it is followed here: it reads like Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping

_BAND = re.compile(r"ANOMALY_DETECTION_BAND\(\s*([^,()]+?)\s*(?:,\s*([0-9.]+)\s*)?\)")
_DEFAULT_WIDTH = 2.0
_WORD = re.compile(r"[A-Za-z_]\w*")
_OTHER_UNIT = re.compile(r"[*/]|\b(?!SUM|MAX|MIN|AVG|FILL)[A-Z]{2,}")
# They grow with each of their inputs, so what makes an input smaller makes them smaller.
_GROWING = frozenset({"SUM", "MAX", "MIN", "AVG", "FILL"})
_DEEPEST = 20
# Of a single series, these are the series itself.
OF_ONE = frozenset(f"{name}([x])" for name in ("SUM", "MAX", "MIN", "AVG"))


def names(expression: str) -> frozenset[str]:
    """Every word in an expression: functions and ids."""
    return frozenset(_WORD.findall(expression))


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


def shape(expression: str, inputs: Collection[str]) -> str:
    """The math without the ids of its inputs; equal for the same math over more or fewer series."""
    text = _WORD.sub(lambda match: "x" if match[0] in inputs else match[0], without_width(expression))
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"\[x(?:,x)*\]", "[x]", text)
    text = re.sub(r"(?<![\w)*/-])x(?:\+x)+(?![\w(*/])", "SUM([x])", text)
    return "x" if len(inputs) <= 1 and text in OF_ONE else text
