"""The rules of composite alarms as propositions over the states of their children.

Source: API reference, PutCompositeAlarm, AlarmRule; CloudWatch user guide, "Composite alarms" for AT_LEAST.
NOT binds tightest, then AND, then OR.
"""

from __future__ import annotations

import math
import re
from typing import Any

from modules.semantics.logic import FALSE, TRUE, Term, all_of, any_of, at_least, atom, atoms, negated

_STATE = "ALARM|OK|INSUFFICIENT_DATA"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\""
_LISTED = rf"(?:{_QUOTED}|[^\s()\",]+)"
_TOKEN = re.compile(
    rf"\s*(?:(?P<state>{_STATE})\s*\(\s*(?P<name>{_QUOTED}|[^\s()\"]+)\s*\)"
    rf"|AT_LEAST\s*\(\s*(?P<quote>\"?)(?P<least>\d+)(?P<percent>%?)(?P=quote)\s*,\s*(?P<negated>NOT\s+)?(?P<of>{_STATE})"
    rf"\s*,\s*\(\s*(?P<names>{_LISTED}\s*(?:,\s*{_LISTED}\s*)*)\)\s*\)"
    r"|(?P<word>TRUE|FALSE|AND|OR|NOT)(?![A-Za-z0-9_])|(?P<sign>[()]))"
)
_ARN = re.compile(r"arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:(.+)", re.DOTALL)


class _SyntaxError(Exception):
    """The text is no rule that is known here."""


def read_rule(value: Any) -> Term | None:
    """The rule as a proposition; `None` if it is not known, or not of this grammar."""
    if not isinstance(value, str):
        return None
    try:
        return _Reader(value).whole()
    except (_SyntaxError, RecursionError):
        return None


def children(rule: Term) -> frozenset[str]:
    """Return the names of the alarms in a rule."""
    return frozenset(name.partition("(")[2][:-1] for name in atoms(rule))


class _Reader:
    """Reads a rule from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0

    def whole(self) -> Term:
        term = self._any()
        if self._at != len(self._tokens):
            raise _SyntaxError
        return term

    def _any(self) -> Term:
        terms = [self._all()]
        while self._take("OR"):
            terms.append(self._all())
        return any_of(terms)

    def _all(self) -> Term:
        terms = [self._one()]
        while self._take("AND"):
            terms.append(self._one())
        return all_of(terms)

    def _one(self) -> Term:
        if self._take("NOT"):
            return negated(self._one())
        if self._take("("):
            term = self._any()
            if not self._take(")"):
                raise _SyntaxError
            return term
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        if not isinstance(token, Term):
            raise _SyntaxError
        self._at += 1
        return token

    def _take(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == word
        self._at += found
        return found


def _tokens(text: str) -> list[str | Term]:
    found: list[str | Term] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _SyntaxError
        position = match.end()
        found.append(_term(match) or match["word"] or match["sign"])
    return found


def _term(match: re.Match[str]) -> Term | None:
    """Return the term of one state, of a number of alarms in a state, or of a constant."""
    if match["state"]:
        return _state(match["state"], match["name"])
    if not match["least"]:
        return {"TRUE": TRUE, "FALSE": FALSE}.get(match["word"])
    names = [_state(match["of"], name) for name in re.findall(_LISTED, match["names"])]
    if len(set(names)) < len(names):
        # Whether an alarm that is named twice counts twice is not documented.
        raise _SyntaxError
    least = int(match["least"])
    least = math.ceil(least * len(names) / 100) if match["percent"] else least
    if not 1 <= least <= len(names):
        raise _SyntaxError
    return at_least(least, map(negated, names) if match["negated"] else names)


def _state(state: str, name: str) -> Term:
    """Return a state of an alarm, which is the same by name and by ARN."""
    name = re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name
    arn = _ARN.fullmatch(name)
    return atom(f"{state}({arn[1] if arn else name})")
