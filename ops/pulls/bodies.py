"""Text for a comment or an issue, within what GitHub takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

# GitHub takes 65,536 characters; bytes are never fewer.
LIMIT = 65_000
CUT = "… cut off here; the page of the run has all of it."
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def fitted(marker: str, parts: Sequence[str], footer: str = "", limit: int = LIMIT) -> str:
    """The parts in their order; what does not fit is cut at a line, with all that is open closed.

    Each part gets its share of the room, and what shorter ones leave over.
    """
    room = limit - _size(marker) - _size(footer) - 4 * (len(parts) + 2)
    shares: dict[int, int] = {}
    waiting = sorted(range(len(parts)), key=lambda place: _size(parts[place]))
    for rank, place in enumerate(waiting):
        shares[place] = min(_size(parts[place]), max(0, room // (len(waiting) - rank)))
        room -= shares[place]
    shown = [cut(part, shares[place]) for place, part in enumerate(parts)]
    return "\n\n".join(filter(None, (marker, *shown, footer))) + "\n"


def cut(text: str, room: int) -> str:
    """As many whole lines as there is room for."""
    if _size(text) <= room:
        return text
    lines = text.encode()[:room].decode("utf-8", "ignore").splitlines()[:-1]
    while lines:
        shown = "\n".join((*lines, *filter(None, (closing(lines),)), "", CUT))
        if _size(shown) <= room:
            return shown
        lines.pop()
    return CUT if room >= _size(CUT) else ""


def closing(lines: Sequence[str]) -> str:
    """What closes the block of code and the folded parts that the lines leave open."""
    fence, folded = "", 0
    for line in lines:
        match = _FENCE.match(line)
        if fence:
            fence = "" if match and line.strip() == match[1] and match[1].startswith(fence) else fence
        elif match:
            fence = match[1]
        else:
            folded += line.count("<details>") - line.count("</details>")
    return "\n".join(filter(None, (fence, *["</details>"] * folded)))


def _size(text: str) -> int:
    return len(text.encode())
