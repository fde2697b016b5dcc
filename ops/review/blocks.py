"""Headings with lines, as many as fit into one comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 65_536
"""Characters that GitHub takes in one comment; bytes are counted here, which are never fewer."""

_RESERVE = 600


@dataclass(frozen=True)
class Line:
    """One list item, and how many things it stands for."""

    text: str
    count: int = 1


@dataclass(frozen=True)
class Block:
    """A heading with its lines; a folded one is opened by whoever wants to read it."""

    title: str
    lines: tuple[Line, ...]
    folded: bool = False

    @property
    def count(self) -> int:
        """How many things it tells of."""
        return sum(line.count for line in self.lines)


def fitted(head: str, blocks: Sequence[Block], limit: int) -> str:
    """The blocks in their order, as far as there is room; every heading stays, with its count."""
    frames = [_frame(block) for block in blocks]
    room = limit - _RESERVE - _size(head) - sum(_size(start) + _size(end) for start, end in frames)
    parts = [head]
    for block, (start, end) in zip(blocks, frames, strict=True):
        lines, room = _taken(block, room)
        parts.append(f"{start}\n\n{lines}{end}")
    return "\n\n".join(parts) + "\n"


def _frame(block: Block) -> tuple[str, str]:
    title = f"{block.title} ({block.count})" if block.lines[0].text.startswith("- ") else block.title
    if block.folded:
        return f"<details><summary>{title}</summary>", "\n\n</details>"
    return f"### {title}", ""


def _taken(block: Block, room: int) -> tuple[str, int]:
    """As many lines as fit, and the room that is left."""
    taken: list[str] = []
    left = block.count
    for line in block.lines:
        size = _size(line.text) + 1
        if size > room:
            break
        taken.append(line.text)
        room -= size
        left -= line.count
    if left:
        taken.append(f"- … and {left} more; the JSON report has them all")
    return "\n".join(taken), room


def _size(text: str) -> int:
    # Room for the blank lines and the count of what is left out beside each part.
    return len(text.encode()) + 2
