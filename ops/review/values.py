"""Values of a change: found, compared, and in words with their units.

They come from JSON, so a mapping is a `dict`; asking for that alone is three times as fast.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modules.semantics.secrets import SENSITIVE
from modules.terraform.values import Hidden, Unknown, as_number, as_whole, is_nothing, same


def is_hidden(value: Any) -> bool:
    """Whether it is sensitive, or holds something that is."""
    return _holds(value, Hidden)


def is_unknown(value: Any) -> bool:
    """Whether it is known only after apply, or holds something that is."""
    return _holds(value, Unknown)


def _holds(value: Any, kind: type) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return any(_holds(item, kind) for item in value) if isinstance(value, list) else isinstance(value, kind)


def key_of(value: Any) -> str:
    """Text that is equal for equal values, sensitive ones included: to compare by, never to be printed."""
    return json.dumps(value, sort_keys=True, default=_marked)


def _marked(value: Any) -> Any:
    if isinstance(value, Hidden):
        return {Hidden.__name__: value.value}
    return (
        {Unknown.__name__: [value.references, value.written]} if isinstance(value, Unknown) else repr(value)
    )


def may_equal(old: Any, new: Any) -> bool:
    """Whether two values may turn out to be equal, by what is known of them."""
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(may_equal(old[name], new[name]) for name in old)
    return bool(old == new)


def at(values: Any, path: str) -> Any:
    """The value at a dotted path; a block is a mapping or a list of one."""
    for name in path.split("."):
        if isinstance(values, list):
            values = values[0] if len(values) == 1 else None
        if isinstance(values, Unknown | Hidden):
            return values
        values = values.get(name) if isinstance(values, dict) else None
    return values


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Dotted path, old and new of all that differs, block by block."""
    if old == new:
        return
    one, other = _block(old), _block(new)
    if isinstance(one, dict) and isinstance(other, dict):
        for name in (*one, *(name for name in other if name not in one)):
            below = f"{path}.{name}" if path else str(name)
            yield from differences(one.get(name), other.get(name), below)
    elif not same(old, new):
        yield path, old, new


def _block(value: Any) -> Any:
    """The mapping in a list of one; an absent block has no values."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return {} if is_nothing(value) and not isinstance(value, str) else value


UNKNOWN = "known after apply"
NOTHING = "nothing"
LONGEST = 160
_CONTEXT = 30

_SECONDS = ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"))
_SHORT_UNITS = {
    "Milliseconds": " ms",
    "Microseconds": " µs",
    "Seconds": " s",
    "Percent": " %",
    "Count": "",
    "None": "",
    "Count/Second": "/s",
}
# Beyond it a float no longer holds every whole number.
_LARGEST_WHOLE = 2**53
_BLANK = re.compile(r"\s+")


def number(value: float) -> str:
    """A number as people write it, and exactly: 5,000 or 0.25."""
    # In this order: a whole number of any length is compared, but is too large for a float.
    if abs(value) < _LARGEST_WHOLE and value == int(value):
        return f"{int(value):,}"
    return repr(value)


def quantity(value: Any, unit: str | None) -> str:
    """A number with its CloudWatch unit, such as 5,000 ms."""
    found = as_number(value)
    if found is None:
        return shown(value)
    if unit is None:
        return number(found)
    return number(found) + _SHORT_UNITS.get(unit, f" {unit.lower()}")


def duration(value: Any) -> str:
    """Seconds, in the largest unit that divides them."""
    seconds = as_whole(value)
    if seconds is None:
        return shown(value)
    for size, one, more in _SECONDS:
        if seconds and seconds % size == 0:
            return f"{number(seconds // size)} {one if seconds == size else more}"
    return f"{number(seconds)} s"


def days(value: Any) -> str:
    """Days that something is kept; none or 0 is for ever, as CloudWatch Logs has it."""
    count = as_whole(value)
    if count == 0 or is_nothing(value):
        return "for ever"
    return shown(value) if count is None else f"{number(count)} day{'s' * (count != 1)}"


def counted(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def listed(items: Iterable[str], most: int = 5) -> str:
    """Texts in one line, and how many are left out."""
    found = list(items)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def shown(value: Any) -> str:
    """Any value on one line. Secrets that only their looks betray are masked later, in whole texts."""
    match value:
        case _ if is_nothing(value):
            text = NOTHING
        case Unknown(references=references):
            text = f"{UNKNOWN} ({', '.join(references)})" if references else UNKNOWN
        case Hidden():
            text = SENSITIVE
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = number(value)
        case Mapping():
            text = ", ".join(f"{name}={shown(item)}" for name, item in sorted(value.items()))
        case list() | tuple():
            text = ", ".join(map(shown, value))
        case _:
            text = str(value)
    return one_line(text)


def one_line(text: str) -> str:
    """Text without line breaks and without what a terminal or a browser would act on."""
    text = _BLANK.sub(" ", text).strip()
    return text if text.isprintable() else "".join(_printable(char) for char in text)


def _printable(char: str) -> str:
    return char if char.isprintable() else f"\\u{ord(char):04x}"


def clipped(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def clipped_pair(old: str, new: str) -> tuple[str, str]:
    """Both texts cut to where they begin to differ."""
    if len(old) <= LONGEST and len(new) <= LONGEST:
        return old, new
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    start = max(0, start - _CONTEXT)
    return _from(old, start), _from(new, start)


def _from(text: str, start: int) -> str:
    return clipped(f"…{text[start:]}" if start and text else text)
