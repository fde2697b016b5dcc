"""Shapes and text as SVG that looks the same in every viewer: no scripts, no styles, no fonts of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from ops.picture.widths import SIGNS, width
from ops.picture.words import Line, Word

INK, GREY, EDGE = "#1d1c1d", "#616061", "#dddddd"
FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"


class Canvas:
    """A growing picture; all measures are in pixels."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def box(
        self, x: float, y: float, size: tuple[float, float], *, fill: str, edge: str = "", radius: float = 0
    ) -> None:
        """A rectangle, with an edge of one pixel if it has a colour."""
        stroke = f' stroke="{edge}"' if edge else ""
        measures = f'x="{x:g}" y="{y:g}" width="{size[0]:g}" height="{size[1]:g}" rx="{radius:g}"'
        self._parts.append(f'<rect {measures} fill="{fill}"{stroke}/>')

    def curve(self, points: str, *, edge: str) -> None:
        """A line through points, such as `1,2 3,4`."""
        self._parts.append(
            f'<polyline points="{points}" fill="none" stroke="{edge}" stroke-width="2.5" '
            'stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def text(
        self, x: float, y: float, text: str, *, size: float, bold: bool = False, colour: str = INK
    ) -> None:
        """One piece of text; `y` is its base line.

        It says how long it is, so that a viewer with another font cannot let it run into something else.
        """
        weight = ' font-weight="700"' if bold else ""
        length = f' textLength="{width(text, size, bold=bold):.1f}" lengthAdjust="spacingAndGlyphs"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:g}" font-size="{size:g}" fill="{colour}"{weight}{length}>'
            f"{escape(text)}</text>"
        )

    def line(self, x: float, y: float, words: Line, *, size: float, colour: str = INK) -> None:
        """Words beside each other."""
        for run, bold in _runs(words):
            if run in SIGNS:
                self._disc(x, y, run, size)
            else:
                self.text(x, y, run, size=size, bold=bold, colour=colour)
            x += width(run, size, bold=bold) + width(" ", size)

    def _disc(self, x: float, y: float, sign: str, size: float) -> None:
        measures = f'cx="{x + size * 0.6:.1f}" cy="{y - size * 0.36:.1f}" r="{size * 0.5:.1f}"'
        self._parts.append(f'<circle {measures} fill="{SIGNS[sign]}"/>')

    def __add__(self, other: Canvas) -> Canvas:
        """Both, with the other one on top."""
        both = Canvas()
        both._parts = [*self._parts, *other._parts]
        return both

    def svg(self, wide: float, high: float, title: str) -> str:
        """The whole picture."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{high:g}" '
            f'viewBox="0 0 {wide:g} {high:g}" font-family="{FONTS}" role="img">'
        )
        return "\n".join((head, f"<title>{escape(title)}</title>", *self._parts, "</svg>", ""))


def _runs(words: Iterable[Word]) -> Iterator[tuple[str, bool]]:
    """Neighbours of the same weight as one text; each sign by itself."""
    for (is_sign, bold), group in groupby(words, key=lambda word: (word.text in SIGNS, word.bold)):
        texts = [word.text for word in group]
        for text in texts if is_sign else [" ".join(texts)]:
            yield text, bold
