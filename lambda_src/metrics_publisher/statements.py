"""The SQL of a metric as PostgreSQL gets it: placeholders numbered, and wrapped. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

PARAMETERS = ("start_of_day", "end_of_day", "now")

# What a placeholder cannot be in, then casts, then the placeholders.
_TOKENS = re.compile(
    r"""
      --[^\n]*
    | /\*.*?\*/
    | (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'
    | '(?:[^']|'')*'
    | "(?:[^"]|"")*"
    | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
    | ::
    | :(?P<name>start_of_day|end_of_day|now)\b
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Statement:
    """What is sent: text with $1, $2, … and the parameter that each of them stands for."""

    text: str
    parameters: tuple[str, ...]


def statement(sql: str) -> Statement:
    """The statement of a metric.

    It is wrapped in a SELECT: whatever is no query is a syntax error there, COMMIT and SET among it, and
    a query that returns a whole table costs two rows.
    """
    names: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        name = match["name"]
        return f"${names.setdefault(name, len(names) + 1)}" if name else match[0]

    inner = _TOKENS.sub(numbered, sql).strip().removesuffix(";")
    # The line break ends a comment in the metric's last line.
    text = f"SELECT * FROM (\n{inner}\n) AS metric LIMIT 2"  # noqa: S608  (this SQL is what is to run)
    return Statement(text, tuple(names))
