"""Slack's markup as words, and words as lines of a known width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ops.picture.widths import width

_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_DATE = re.compile(r"<!date\^(\d+)\^([^|>]*)\|[^>]*>")
_STRONG = re.compile(r"\*([^*\s](?:[^*\n]*[^*\s])?)\*")


@dataclass(frozen=True)
class Word:
    """A word, or one of the signs."""

    text: str
    bold: bool = False


Line = list[Word]


def plain(text: str, *, bold: bool = False) -> list[Line]:
    """The words of plain text, line by line."""
    shown = _unescaped(text)
    return [[Word(word, bold) for word in line.split()] for line in shown.split("\n")]


def marked(text: str) -> list[Line]:
    """The words of Slack's `mrkdwn`, line by line; of its markup we use `*bold*` and dates."""
    dated = _DATE.sub(lambda match: _date(int(match[1]), match[2]), text)
    return [list(_words(line)) for line in dated.split("\n")]


def _words(line: str) -> Iterator[Word]:
    for index, part in enumerate(_STRONG.split(line)):
        yield from (Word(word, bold=bool(index % 2)) for word in _unescaped(part).split())


def _date(seconds: int, form: str) -> str:
    """As Slack shows it to a reader in UTC."""
    at = datetime.fromtimestamp(seconds, UTC)
    day, time = f"{at:%b} {at.day}, {at.year}", f"{at.hour % 12 or 12}:{at:%M:%S %p}"
    return form.replace("{date_short_pretty}", day).replace("{time_secs}", time)


def _unescaped(text: str) -> str:
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    return text


def wrapped(lines: Iterable[Line], size: float, room: float) -> list[Line]:
    """Lines that fit into a width; a word that is wider than all of it is cut."""
    return [part for line in lines for part in _wrapped(line, size, room)]


def _wrapped(line: Line, size: float, room: float) -> Iterator[Line]:
    part: Line = []
    used = 0.0
    for word in [piece for whole in line for piece in _pieces(whole, size, room)]:
        own = width(word.text, size, bold=word.bold)
        if part and used + width(" ", size) + own > room:
            yield part
            part, used = [], 0.0
        used += own + (width(" ", size) if part else 0)
        part.append(word)
    yield part


def _pieces(word: Word, size: float, room: float) -> Iterator[Word]:
    start = 0
    for end in range(2, len(word.text) + 1):
        if end - start > 1 and width(word.text[start:end], size, bold=word.bold) > room:
            yield Word(word.text[start : end - 1], word.bold)
            start = end - 1
    yield Word(word.text[start:], word.bold)
