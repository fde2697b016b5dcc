"""The rules of composite alarms, read into propositions.

Source: API reference, PutCompositeAlarm, AlarmRule. NOT binds tightest, then AND, then OR.
"""

from __future__ import annotations

import re
from typing import Any

from ops.review.logic import FALSE, TRUE, Term, all_of, any_of, atom, negated

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<bare>[^\s()\"]+))\s*\)"
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
        if self._take("TRUE"):
            return TRUE
        if self._take("FALSE"):
            return FALSE
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
        state = match["state"]
        found.append(
            _state(state, match["quoted"] or match["bare"] or "") if state else match["word"] or match["sign"]
        )
    return found


def _state(state: str, name: str) -> Term:
    """An alarm is the same by name and by ARN."""
    arn = _ARN.fullmatch(name)
    return atom(f"{state}({arn[1] if arn else name})")
