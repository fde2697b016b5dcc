"""Property selectors: `$.a.b`, `$.a[0]`, `$.a[*].b`, `$.*`, `$.['a.b']`, `$[0]`.

Source: CloudWatch Logs user guide, "Using filter patterns to match terms in JSON log events".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from modules.semantics.operands import to_number
from modules.semantics.scanners import Scanner

ANY_MEMBER, ANY_ELEMENT = ".*", "[*]"

_ROOT = re.compile(r"\$")
_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z0-9_-]+)|\.?\[(?P<index>[0-9]{1,9})\]|\.?\[(?P<any>\*)\]|(?P<every>\.\*)"""
    r"""|\.?\[(?:'(?P<single>[^']+)'|"(?P<double>[^"]+)")\]"""
)
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_WANTED = "a selector such as $.field, $.list[0], $.list[*] or $.['dotted.field']"


class NumberText(str):
    """A JSON number as the event writes it."""


@dataclass(frozen=True)
class Selector:
    """A path to values of a JSON event.

    Parameters
    ----------
    steps
        Member names, element indexes, `.*` and `[*]` in reading order; names carry no dot.
    """

    steps: tuple[tuple[str, str | int], ...]

    def __str__(self) -> str:
        return "$" + "".join(_written(kind, step) for kind, step in self.steps)

    @property
    def wildcards(self) -> int:
        """How many steps select more than one value."""
        return sum(kind in (ANY_MEMBER, ANY_ELEMENT) for kind, _ in self.steps)

    def select(self, document: object) -> tuple[object, ...]:
        """Follow the path to its values; there are none if it leads nowhere."""
        values: tuple[object, ...] = (document,)
        for kind, step in self.steps:
            values = tuple(child for value in values for child in _children(value, kind, step))
        return values


def read_selector(scanner: Scanner) -> Selector:
    """Read a selector.

    Raises
    ------
    PatternError
        None stands here, or it has more than the one wildcard that AWS allows.
    """
    start = scanner.position
    scanner.need(_ROOT, _WANTED)
    steps = [_step(scanner.need(_STEP, _WANTED))]
    while step := scanner.take(_STEP):
        steps.append(_step(step))
    selector = Selector(tuple(steps))
    if selector.wildcards > 1:
        scanner.position = start
        raise scanner.error("at most one wildcard in a selector")
    return selector


def load(event: str) -> object | None:
    """Read the JSON object or array that an event consists of; None if it is anything else."""
    try:
        document = json.loads(event, parse_int=NumberText, parse_float=NumberText, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, (dict, list)) else None


def scalar(value: object) -> tuple[str, Decimal | None] | None:
    """Read text and number of a value node; None for null, booleans, objects and arrays."""
    if isinstance(value, NumberText):
        return str(value), to_number(value)
    return (value, None) if isinstance(value, str) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _step(match: re.Match[str]) -> tuple[str, str | int]:
    if match["any"]:
        return ANY_ELEMENT, ""
    if match["every"]:
        return ANY_MEMBER, ""
    if match["index"] is not None:
        return "index", int(match["index"])
    return "name", match["name"] or match["single"] or match["double"]


def _children(value: object, kind: str, step: str | int) -> Iterator[object]:
    if isinstance(value, dict):
        if kind == ANY_MEMBER:
            yield from value.values()
        elif kind == "name" and step in value:
            yield value[step]
    elif isinstance(value, list):
        if kind == ANY_ELEMENT:
            yield from value
        elif kind == "index" and isinstance(step, int) and step < len(value):
            yield value[step]


def _written(kind: str, step: str | int) -> str:
    if kind in (ANY_MEMBER, ANY_ELEMENT):
        return kind
    if kind == "index":
        return f"[{step}]"
    name = str(step)
    if _PLAIN.fullmatch(name):
        return f".{name}"
    return f'.["{name}"]' if "'" in name else f".['{name}']"
