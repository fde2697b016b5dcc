"""A Slack message as people read it: one notice for each of its attachments."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MARKED = re.compile(r"<(?:!date\^[^|>]*|[^|>]*)\|([^>]*)>")


@dataclass(frozen=True)
class Notice:
    """What one attachment shows.

    Attributes
    ----------
    title
        The header: severity and alarm.
    story
        The lines below it; the first tells the change of state.
    fields
        Label and value.
    buttons
        Label and address.
    """

    title: str
    story: tuple[str, ...]
    fields: dict[str, str]
    buttons: dict[str, str]
    marks: tuple[str, ...] = ()

    @property
    def change(self) -> str:
        """From which state to which: `OK → ALARM`."""
        return self.story[0] if self.story and " → " in self.story[0] else ""

    @property
    def state(self) -> str:
        """The new state; empty for what is no alarm."""
        return self.change.rpartition(" → ")[2]

    def tells_of(self, alarm: str) -> bool:
        """Whether it is about the alarm of this name."""
        return self.title.split()[-1:] == [alarm]


def notices(message: dict[str, Any]) -> list[Notice]:
    """Every notice of a message, in its order."""
    return [_notice(part.get("blocks", [])) for part in message.get("attachments", [])]


def _notice(blocks: list[dict[str, Any]]) -> Notice:
    header = next((block["text"]["text"] for block in blocks if block["type"] == "header"), "")
    story = [
        line for block in blocks if block["type"] == "section" and "text" in block for line in _lines(block)
    ]
    fields = [field["text"] for block in blocks for field in block.get("fields", ())]
    buttons = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    marks = [one["text"] for block in blocks if block["type"] == "context" for one in block["elements"]]
    return Notice(
        title=readable(header),
        story=tuple(story),
        fields=dict(_pairs(fields)),
        buttons={button["text"]["text"]: button["url"] for button in buttons},
        marks=tuple(map(readable, marks)),
    )


def _lines(block: dict[str, Any]) -> list[str]:
    return [readable(line) for line in block["text"]["text"].splitlines()]


def _pairs(fields: list[str]) -> Iterator[tuple[str, str]]:
    for field in fields:
        label, _, value = field.partition("\n")
        yield readable(label), readable(value)


def readable(text: str) -> str:
    """Text of Slack without its markup: `*bold*`, `<address|label>`, dates, `&amp;`."""
    return html.unescape(_MARKED.sub(r"\1", re.sub(r"^\*(.+)\*$", r"\1", text)))
