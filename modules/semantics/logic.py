"""Propositions over states of alarms or tests of log lines, and whether one implies another.

The test is on the writing of the propositions: what it affirms is true, and what it denies may still be
true. That is the right way round, for what cannot be told is said to be so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

ATOM, NOT, AND, OR, AT_LEAST = "atom", "not", "and", "or", "at least"
MOST_STEPS = 200_000
_MOST_COMBINATIONS = 1000


@dataclass(frozen=True)
class Term:
    """An atom, or terms joined by an operator; the order of the terms does not matter.

    Attributes
    ----------
    least
        The number of parts that are necessary, of AT_LEAST.
    """

    operator: str
    name: str = ""
    parts: frozenset[Term] = frozenset()
    least: int = 0

    @cached_property
    def _hash(self) -> int:
        return hash((self.operator, self.name, self.parts, self.least))

    def __hash__(self) -> int:
        # Kept, for a rule may be nested deeply and is compared many times.
        return self._hash


TRUE, FALSE = Term(AND), Term(OR)


def atom(name: str) -> Term:
    """Something that may hold or not."""
    return Term(ATOM, name)


def negated(term: Term) -> Term:
    """The opposite, with its negations at the atoms."""
    match term.operator:
        case "atom":
            return Term(NOT, parts=frozenset({term}))
        case "not":
            return next(iter(term.parts))
        case "and":
            return any_of(map(negated, term.parts))
        case "at least":
            return at_least(len(term.parts) - term.least + 1, map(negated, term.parts))
    return all_of(map(negated, term.parts))


def all_of(terms: Iterable[Term]) -> Term:
    """Terms that all have to hold."""
    return _joined(AND, terms)


def any_of(terms: Iterable[Term]) -> Term:
    """Terms of which one has to hold."""
    return _joined(OR, terms)


def at_least(least: int, terms: Iterable[Term]) -> Term:
    """Return the term that is true if so many of the terms, each counted once, are."""
    parts = frozenset(terms)
    if 1 < least < len(parts):
        return Term(AT_LEAST, parts=parts, least=least)
    if least > len(parts):
        return FALSE
    return TRUE if least < 1 else any_of(parts) if least == 1 else all_of(parts)


def _joined(operator: str, terms: Iterable[Term]) -> Term:
    parts: set[Term] = set()
    for term in terms:
        parts |= term.parts if term.operator == operator else {term}
    return next(iter(parts)) if len(parts) == 1 else Term(operator, parts=frozenset(parts))


def atoms(term: Term) -> frozenset[str]:
    """The names in a term."""
    found, waiting = set(), [term]
    while waiting:
        one = waiting.pop()
        found |= {one.name} if one.operator == ATOM else set()
        waiting += one.parts
    return frozenset(found)


def implies(one: Term, other: Term) -> bool:
    """Whether the other holds whenever the one does, as far as the writing shows it."""
    try:
        return _Implication().holds(one, other)
    except (RecursionError, _TooLongError):
        return False


class _TooLongError(Exception):
    """Two terms take too many steps to compare."""


class _Implication:
    """Compares two terms, each pair of parts once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Term, Term], bool] = {}

    def holds(self, one: Term, other: Term) -> bool:
        if one == other:
            return True
        key = one, other
        if key not in self._known:
            if len(self._known) > MOST_STEPS:
                raise _TooLongError
            self._known[key] = self._compared(one, other)
        return self._known[key]

    def _compared(self, one: Term, other: Term) -> bool:
        if one.operator == OR:
            return all(self.holds(part, other) for part in one.parts)
        if other.operator == AND:
            return all(self.holds(one, part) for part in other.parts)
        # Most parts are found as they stand, without comparing each with each.
        if (other.operator == OR and one in other.parts) or (one.operator == AND and other in one.parts):
            return True
        if one.operator == AND and any(self.holds(part, other) for part in one.parts):
            return True
        if one.operator == AT_LEAST and self._counted(one, other):
            return True
        least = {OR: 1, AT_LEAST: other.least}.get(other.operator)
        return least is not None and sum(self.holds(one, part) for part in other.parts) >= least

    def _counted(self, one: Term, other: Term) -> bool:
        """Return whether AT_LEAST implies a term, even if the parts that it does not name are true."""
        if other.operator in (OR, AT_LEAST):
            common = one.least - len(one.parts - other.parts)
            if common >= (other.least or 1):
                return True
        if math.comb(len(one.parts), one.least) > _MOST_COMBINATIONS:
            return False
        return all(self.holds(all_of(chosen), other) for chosen in combinations(one.parts, one.least))
