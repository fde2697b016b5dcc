"""How wide text is, as far as a picture can know that, and the signs that it draws itself."""

from __future__ import annotations

# Widths of Helvetica, which Arial and Liberation Sans share, in thousandths of the size
# (Adobe, "Core 14 AFM files"). What is not named is 556 wide.
_WIDTHS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: "!,./:;I[\\]ft ",
    333: "()-r`",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jckvsxyz",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "→…",
    1015: "@",
}
_BOLD = {
    238: "'",
    278: ",./I\\ ijl",
    280: "|",
    333: "!()-:;[]`ft",
    389: "*r{}",
    474: '"',
    500: "z",
    584: "+<=>^~",
    611: "?FLTZbdghnopqu",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQw",
    833: "M",
    889: "%m",
    944: "W",
    975: "@",
    1000: "→…",
}
_UNNAMED, _SIGN = 556, 1250
_THOUSAND = 1000
_SIZES = tuple(
    {char: width for width, chars in table.items() for char in chars} for table in (_WIDTHS, _BOLD)
)
# Drawn as discs: not every machine that shows the picture has a font for them.
SIGNS = {"🔴": "#dd2e44", "🟠": "#f4900c", "🔵": "#55acee", "🟢": "#78b159", "⚪": "#e6e7e8"}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is at a font size, both in pixels."""
    sizes = _SIZES[bold]
    return sum(_SIGN if char in SIGNS else sizes.get(char, _UNNAMED) for char in text) * size / _THOUSAND
