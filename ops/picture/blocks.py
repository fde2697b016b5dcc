"""Block Kit on a canvas: each block is drawn below the one before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modules.errors import ToolError
from ops.picture.canvas import GREY, INK, Canvas
from ops.picture.widths import width
from ops.picture.words import Line, marked, plain, wrapped

Block = Mapping[str, Any]
# Sizes of Slack's desktop application, in pixels: of the font, and from line to line.
TEXT, STEP = 15.0, 22.0
_HEADER, _HEADER_STEP = 18.0, 25.0
_SMALL, _SMALL_STEP = 12.0, 18.0
_GAP, _COLUMN_GAP = 8.0, 16.0
_BUTTON, _BUTTON_HIGH, _BUTTON_EDGE = 13.0, 30.0, "#bbbbbb"
_BASE = 0.73  # of a step: from its top to the base line


def attachment(canvas: Canvas, item: Block, x: float, y: float, room: float) -> float:
    """An attachment: its blocks beside a bar of its colour. Returns where it ends.

    Raises
    ------
    ToolError
        A block is of a type that cannot be drawn.
    """
    inner, top = x + 16, y
    for block in item["blocks"]:
        draw = _DRAWN.get(block["type"])
        if draw is None:
            raise ToolError(f"a block of type {block['type']!r} cannot be drawn: teach ops/picture/blocks.py")
        y = draw(canvas, block, inner, y, room - 16) + _GAP
    canvas.box(x, top, (4, y - _GAP - top), fill=item["color"], radius=2)
    return y - _GAP


def paragraph(
    canvas: Canvas, lines: list[Line], x: float, y: float, room: float, *, size: float = TEXT,
    step: float = STEP, colour: str = INK,
) -> float:  # fmt: skip
    """Lines below each other, wrapped. Returns where they end."""
    for line in wrapped(lines, size, room):
        canvas.line(x, y + step * _BASE, line, size=size, colour=colour)
        y += step
    return y


def _header(canvas: Canvas, block: Block, x: float, y: float, room: float) -> float:
    lines = plain(block["text"]["text"], bold=True)
    return paragraph(canvas, lines, x, y, room, size=_HEADER, step=_HEADER_STEP)


def _section(canvas: Canvas, block: Block, x: float, y: float, room: float) -> float:
    if "fields" in block:
        return _fields(canvas, block["fields"], x, y, room)
    return paragraph(canvas, _read(block["text"]), x, y, room)


def _fields(canvas: Canvas, fields: list[Block], x: float, y: float, room: float) -> float:
    """Two columns; both fields of a row begin at the same height."""
    column = (room - _COLUMN_GAP) / 2
    for left in range(0, len(fields), 2):
        pair = fields[left : left + 2]
        ends = [
            paragraph(canvas, _read(field), x + index * (column + _COLUMN_GAP), y, column)
            for index, field in enumerate(pair)
        ]
        y = max(ends) + _GAP
    return y - _GAP


def _actions(canvas: Canvas, block: Block, x: float, y: float, room: float) -> float:
    at = x
    for element in block["elements"]:
        label = element["text"]["text"]
        wide = width(label, _BUTTON, bold=True) + 24
        if at > x and at + wide > x + room:
            at, y = x, y + _BUTTON_HIGH + _GAP
        canvas.box(at + 0.5, y + 0.5, (wide, _BUTTON_HIGH), fill="#ffffff", edge=_BUTTON_EDGE, radius=6)
        canvas.text(at + 12.5, y + 20, label, size=_BUTTON, bold=True)
        at += wide + _GAP
    return y + _BUTTON_HIGH


def _context(canvas: Canvas, block: Block, x: float, y: float, room: float) -> float:
    lines = [word for element in block["elements"] for word in _read(element)]
    return paragraph(canvas, lines, x, y, room, size=_SMALL, step=_SMALL_STEP, colour=GREY)


def _read(text: Block) -> list[Line]:
    return marked(text["text"]) if text["type"] == "mrkdwn" else plain(text["text"])


_DRAWN: Mapping[str, Callable[[Canvas, Block, float, float, float], float]] = {
    "header": _header,
    "section": _section,
    "actions": _actions,
    "context": _context,
}
