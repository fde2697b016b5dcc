"""CloudWatch metric math: the parser, and how expressions name, contain and equal each other.

Source: CloudWatch user guide, "Using metric math". The guide does not state precedence; the usual one is
assumed: `^`, unary minus, `* /`, `+ -`, comparisons, AND, OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from functools import cached_property, lru_cache

BAND, METRICS, SEARCH = "ANOMALY_DETECTION_BAND", "METRICS", "SEARCH"
DEFAULT_BAND_WIDTH = 2.0
"""Standard deviations. Source: same page, ANOMALY_DETECTION_BAND."""

MOST_LEVELS, MOST_NODES, MOST_STEPS = 60, 1000, 20
"""Of a tree, and of expressions that name each other: far more than the 20 queries of an alarm need."""

_LEVELS = {"OR": 1, "AND": 2, "+": 4, "-": 4, "*": 5, "/": 5, "^": 7} | dict.fromkeys(
    ("==", "!=", "<", "<=", ">", ">="), 3
)
_UNARY_LEVEL = 6
_JOINING = ("+", "*", "AND", "OR")
_SPELLINGS = {"&&": "AND", "||": "OR"}
_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<id>[a-z]\w*)"
    r"|(?P<word>\w+|&&|\|\||[=!<>]=|\S)",
    re.ASCII,
)
_QUERY = re.compile(r"\s*SELECT\s+\w+\s*\(", re.IGNORECASE)

COMBINING = ("SUM", "MAX", "MIN", "AVG")
"""Of several series they make one; of one series, a number."""


class Kind(StrEnum):
    """Kinds of nodes of the tree."""

    ID = auto()
    NUMBER = auto()
    TEXT = auto()
    WORD = auto()  # an option of a function, such as REPEAT; as a token also an operator or a bracket
    LIST = auto()
    OPERATOR = auto()  # a minus with one part is the sign
    CALL = auto()
    QUERY = auto()  # a Metrics Insights query, which is always the whole expression
    UNREADABLE = auto()  # not of this grammar; its parts are its tokens, so that its ids are known


@dataclass(frozen=True)
class Node:
    """An expression or a part of one; `text` is the name, the operator, the number or the quoted text."""

    kind: Kind
    text: str = ""
    parts: tuple[Node, ...] = ()

    @cached_property
    def size(self) -> tuple[int, int]:
        """Levels and nodes."""
        sizes = [part.size for part in self.parts]
        return 1 + max((levels for levels, _ in sizes), default=0), 1 + sum(nodes for _, nodes in sizes)

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def calls(self, name: str) -> Iterator[Node]:
        """Yield the calls of a function."""
        return (node for node in self.walk() if (node.kind, node.text) == (Kind.CALL, name))

    def changed(self, change: Callable[[Node], Node]) -> Node:
        """Return the tree with every node changed, the lowest first."""
        return change(replace(self, parts=tuple(part.changed(change) for part in self.parts)))

    def __str__(self) -> str:
        match self.kind:
            case Kind.TEXT:
                return f"'{self.text}'" if '"' in self.text else f'"{self.text}"'
            case Kind.LIST | Kind.CALL:
                left, right = "()" if self.kind is Kind.CALL else "[]"
                return f"{self.text}{left}{', '.join(map(str, self.parts))}{right}"
            case Kind.OPERATOR:
                first, *rest = self.parts
                sides = [
                    first._side(self.level - bool(rest and self.text != "^")),
                    *(part._side(self.level) for part in rest),
                ]
                return f" {self.text} ".join(sides) if rest else f"-{sides[0]}"
            case Kind.UNREADABLE:
                return " ".join(map(str, self.parts))
        return self.text

    @property
    def level(self) -> int:
        """The precedence of an operator; the highest binds tightest."""
        return _UNARY_LEVEL if len(self.parts) == 1 else _LEVELS[self.text]

    def _side(self, level: int) -> str:
        return f"({self})" if self.kind is Kind.OPERATOR and self.level <= level else str(self)


@lru_cache(maxsize=1024)
def parse(expression: str) -> Node:
    """Return the tree of an expression; what is not of the grammar becomes an `UNREADABLE` node."""
    if _QUERY.match(expression):
        return Node(Kind.QUERY, " ".join(expression.split()))
    tokens = [_token(Kind(match.lastgroup or ""), match[0]) for match in _TOKEN.finditer(expression)]
    try:
        node = _Parser([*tokens, _END]).whole()
        if node.size[0] <= MOST_LEVELS:
            return node
    except (_SyntaxError, RecursionError):
        pass
    return Node(Kind.UNREADABLE, parts=tuple(tokens))


class _SyntaxError(Exception):
    """The text is not of this grammar."""


def _token(kind: Kind, text: str) -> Node:
    return Node(kind, text[1:-1] if kind is Kind.TEXT else _SPELLINGS.get(text, text))


_END = Node(Kind.WORD)


class _Parser:
    """Precedence climbing."""

    def __init__(self, tokens: list[Node]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Node:
        node = self._binary()
        self._need("")
        return node

    def _take(self, *words: str) -> str | None:
        token = self._tokens[self._at]
        if token.kind is not Kind.WORD or token.text not in words:
            return None
        self._at += 1
        return token.text

    def _need(self, word: str) -> None:
        if self._take(word) is None:
            raise _SyntaxError

    def _binary(self, least: int = 0) -> Node:
        node = self._unary()
        while sign := self._take(*(sign for sign, level in _LEVELS.items() if level > least)):
            # A power is taken from the right.
            right = self._binary(_LEVELS[sign] - (sign == "^"))
            chain = sign in _JOINING and (node.kind, node.text) == (Kind.OPERATOR, sign)
            node = Node(Kind.OPERATOR, sign, (*(node.parts if chain else (node,)), right))
        return node

    def _unary(self) -> Node:
        if self._take("-"):
            return Node(Kind.OPERATOR, "-", (self._binary(_UNARY_LEVEL),))
        if self._take("("):
            node = self._binary()
            self._need(")")
            return node
        if self._take("["):
            return Node(Kind.LIST, parts=self._items("]"))
        token = self._tokens[self._at]
        if token.kind is Kind.WORD and (token.text in _LEVELS or not token.text.isidentifier()):
            raise _SyntaxError
        self._at += 1
        if token.kind is Kind.WORD and self._take("("):
            return Node(Kind.CALL, token.text, self._items(")"))
        return token

    def _items(self, end: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._take(end) is None:
            if items:
                self._need(",")
            items.append(self._binary())
        return tuple(items)


def named(node: Node, metrics: Iterable[str]) -> frozenset[str]:
    """Return the ids that an expression names; METRICS() names the metrics of the request."""
    ids = {part.text for part in node.walk() if part.kind is Kind.ID}
    return frozenset(ids.union(*(selected(call, metrics) for call in node.calls(METRICS))))


def selected(call: Node, metrics: Iterable[str]) -> list[str]:
    """Return the metrics that METRICS("part") stands for: those with the part in their id."""
    part = call.parts[0].text if call.parts else ""
    return [metric for metric in metrics if part in metric]


def reached(key: str, expressions: Mapping[str, Node], metrics: Collection[str]) -> frozenset[str]:
    """Return an id with all ids that its expression depends on."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += named(expressions[name], metrics) if name in expressions else ()
    return frozenset(found)


def whole(key: str, expressions: Mapping[str, Node]) -> Node:
    """Return an expression with those that it names in place of their ids, unless that becomes too large."""
    node = Node(Kind.ID, key)
    for _ in range(MOST_STEPS):
        wider = renamed(node, lambda name: expressions.get(name, Node(Kind.ID, name)))
        if wider == node or wider.size[0] > MOST_LEVELS or wider.size[1] > MOST_NODES:
            break
        node = wider
    return node


def renamed(node: Node, new: Callable[[str], Node]) -> Node:
    """Return an expression with other nodes in place of its ids."""
    return node.changed(lambda part: new(part.text) if part.kind is Kind.ID else part)


def band_width(node: Node) -> float | None:
    """Return the width of an anomaly band in standard deviations; `None` if it is not a number."""
    for band in node.calls(BAND):
        match band.parts:
            case [_]:
                return DEFAULT_BAND_WIDTH
            case [_, Node(kind=Kind.NUMBER, text=width)]:
                return float(width)
    return None


def without_band_width(node: Node) -> Node:
    """Return an expression with its bands, but without their widths."""
    return node.changed(lambda part: replace(part, parts=part.parts[:1]) if part.text == BAND else part)


def canonical(node: Node, ignored: Node, *, single: bool = False) -> Node:
    """Return one spelling for all writings of the same: order, brackets and numbers.

    Parameters
    ----------
    ignored
        An operand that is left out of sums and of what SUM, MAX, MIN and AVG combine.
    single
        Whether a combination of one operand is that operand.
    """
    if node.kind is Kind.NUMBER:
        return replace(node, text=repr(float(node.text)))
    lists = node.text in COMBINING and [part.kind for part in node.parts] == [Kind.LIST]
    joins = node.kind is Kind.OPERATOR and node.text in _JOINING
    parts = [canonical(part, ignored, single=single) for part in _flat(node.parts[0] if lists else node)]
    if lists or (joins and node.text == "+"):
        kept = [part for part in parts if part != ignored] or [ignored]
        if len(kept) == 1 and (single or len(parts) == 1):
            return kept[0]
        parts = kept
    return replace(node, parts=tuple(sorted(parts, key=str) if lists or joins else parts))


def _flat(node: Node) -> Iterator[Node]:
    """Yield the operands, also those in inner brackets of the same joining operator."""
    for part in node.parts:
        same = (part.kind, part.text) == (node.kind, node.text) and node.text in _JOINING
        yield from _flat(part) if same else (part,)
