"""Tests joined with `&&`, `||` and parentheses; `&&` binds tighter.

Kept in postfix order, so that no depth of parentheses can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from modules.semantics.scanners import Scanner

Subject = TypeVar("Subject")
Subject_contra = TypeVar("Subject_contra", contravariant=True)

_OPEN, _CLOSE, _JOIN = re.compile(r"\("), re.compile(r"\)"), re.compile(r"&&|\|\|")


class Test(Protocol[Subject_contra]):
    """One test of a subject; it never raises."""

    def holds(self, subject: Subject_contra, /) -> bool:
        """Tell whether the subject passes."""
        ...


@dataclass(frozen=True)
class Condition(Generic[Subject]):
    """Tests and joining operators in postfix order."""

    postfix: tuple[Test[Subject] | str, ...]

    def holds(self, subject: Subject) -> bool:
        """Tell whether the subject passes the whole condition."""
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
        Stands at the condition.
    read_test
        Reads one test.
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
        _settle(waiting, postfix)
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


def _settle(waiting: list[str], postfix: list[Test[Subject] | str]) -> None:
    """Emit what binds at least as tight as any operator to come."""
    while waiting and waiting[-1] == "&&":
        postfix.append(waiting.pop())
