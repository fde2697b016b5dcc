"""Text in the small: cut, cleaned, counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

SUBJECT_CHARACTERS = 99


def one_line(text: str, longest: int) -> str:
    """In one line, without control characters and halves of characters, and not longer than asked."""
    shown = "".join(one if one.isprintable() else " " for one in text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def subject_line(text: str) -> str:
    """A subject as SNS and mail servers take it."""
    shown = "".join(one if one.isascii() and one.isprintable() else "?" for one in text)
    return shown if len(shown) <= SUBJECT_CHARACTERS else f"{shown[: SUBJECT_CHARACTERS - 3]}..."


def lasting(time: timedelta) -> str:
    """A length of time in whole minutes, rounded down."""
    minutes = int(time.total_seconds()) // 60
    hours, minutes_over = divmod(minutes, 60)
    return f"{hours} h {minutes_over} min" if hours else f"{minutes} min" if minutes else "under 1 min"


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 alarm`, `2 alarms`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def fitting(blocks: Iterable[str], room: int) -> list[str]:
    """The first blocks that fit into so many bytes."""
    kept = []
    for block in blocks:
        room -= size(block)
        if room < 0:
            break
        kept.append(block)
    return kept


def size(block: str) -> int:
    """Bytes of a block, with the line break that will follow it."""
    return len(block.encode("utf-8")) + 1
