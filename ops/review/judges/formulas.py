"""What metric math computes, in one spelling: whatever its inputs are called, and in whatever order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

_WORD = re.compile(r"[A-Za-z_]\w*")
# In the list of one of these, and in a sum, the order says nothing; of a single series, they are that series.
_GATHERING = frozenset({"SUM", "MAX", "MIN", "AVG"})
_SIGNS: Mapping[type[ast.AST], str] = {
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
ANY = "<any>"


class _UnreadableError(ValueError):
    """Math that is not followed here."""


@dataclass(frozen=True)
class Formula:
    """Metric math with its inputs spelled out.

    Attributes
    ----------
    inputs
        How each input is spelled, by its id. One that is `ANY` is only on one side of a change: among
        others that are gathered it is left out, for what is lost or gained is told anyway.
    single
        Whether to take what is gathered of one input for that input.
    """

    inputs: Mapping[str, str]
    single: bool = False

    def spelled(self, expression: str) -> str:
        """The math in one spelling; what cannot be followed stays as it is written, but for its inputs."""
        try:
            return self._of(ast.parse(expression, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            text = _WORD.sub(lambda match: self.inputs.get(match[0], match[0]), expression)
            return " ".join(text.split())

    def _of(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return self.inputs.get(name, name)
            case ast.Constant(value=bool() | int() | float() | str() as value):
                return repr(value)
            case ast.List(elts=items):
                return f"[{self._listed(items)}]"
            case ast.BinOp(op=ast.Add()):
                return self._gathered("+", _summands(node))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._called(name, arguments)
        return self._of_sides(node)

    def _of_sides(self, node: ast.expr) -> str:
        match node:
            case ast.BinOp(left=left, op=sign, right=right):
                return f"({self._of(left)} {_sign(sign)} {self._of(right)})"
            case ast.UnaryOp(op=sign, operand=operand):
                return f"({_sign(sign)}{self._of(operand)})"
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                return f"({self._of(left)} {_sign(sign)} {self._of(right)})"
        raise _UnreadableError(type(node).__name__)

    def _called(self, name: str, arguments: list[ast.expr]) -> str:
        match arguments:
            case [ast.List(elts=[_, *_] as items)] if name in _GATHERING:
                return self._gathered(name, items)
        return f"{name}({self._listed(arguments)})"

    def _listed(self, items: Iterable[ast.expr]) -> str:
        return ", ".join(map(self._of, items))

    def _gathered(self, name: str, items: Iterable[ast.expr]) -> str:
        found = sorted(map(self._of, items))
        kept = [one for one in found if one != ANY] or [ANY]
        only = len(kept) == 1 and (self.single or len(found) == 1)
        return kept[0] if only else f"{name}[{', '.join(kept)}]"


def _sign(operator: ast.AST) -> str:
    """How an operator is written; not of those that bind otherwise in Python, such as a power."""
    if type(operator) not in _SIGNS:
        raise _UnreadableError(type(operator).__name__)
    return _SIGNS[type(operator)]


def _summands(node: ast.expr) -> Iterable[ast.expr]:
    """The parts of a sum, however it is put in brackets."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return chain(_summands(node.left), _summands(node.right))
    return (node,)
