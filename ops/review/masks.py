"""Takes out of texts what a plan is known to hold in secret, and whatever looks like one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from modules.semantics.secrets import SENSITIVE, masked
from ops.review.marks import leaves
from ops.review.values import Hidden, merged

# Shorter ones would blot out every other word; the attribute that holds one is hidden all the same.
SHORTEST_KNOWN = 6


class Mask:
    """Removes the secrets that a plan is known to hold, and whatever looks like one."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known: dict[str, list[str]] = {}
        for spelling in {spelling for text in known for spelling in _spellings(text)}:
            self._known.setdefault(spelling[:SHORTEST_KNOWN], []).append(spelling)
        # Most texts come again and again: reasons, fixes, words of ours.
        self._masked: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text, fit to be printed."""
        if text not in self._masked:
            self._masked[text] = masked(veiled(self._without_known(text) if self._known else text))
        return self._masked[text]

    def _without_known(self, text: str) -> str:
        """By their beginnings, so that the number of secrets does not matter."""
        starts = {text[place : place + SHORTEST_KNOWN] for place in range(len(text))}
        found = [secret for start in starts & self._known.keys() for secret in self._known[start]]
        for secret in sorted(found, key=lambda one: (-len(one), one)):
            text = text.replace(secret, SENSITIVE)
        return text


def veiled(text: str) -> str:
    """The text; if it is JSON, without the values that are secrets by their place in it."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        value = json.loads(text)
        told = _told(merged(value, None, None, None))
    except (ValueError, RecursionError):
        return text
    if told == value:
        return text
    return json.dumps(told, ensure_ascii=False, separators=None if '": ' in text else (",", ":"))


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_told(item) for item in value]
    if isinstance(value, Hidden):
        return SENSITIVE
    return veiled(value) if isinstance(value, str) else value


def _spellings(text: str) -> Iterator[str]:
    """The text as it may stand in other texts: whole, in JSON, in Python's writing, and line by line."""
    for one in (text, json.dumps(text)[1:-1], ascii(text)[1:-1], *text.splitlines(), *_inner(text)):
        if len(one.strip()) >= SHORTEST_KNOWN:
            yield one.strip()


def _inner(text: str) -> Iterator[str]:
    """The texts in JSON that is kept as text."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from leaves(json.loads(text))
        except (ValueError, RecursionError):
            return
