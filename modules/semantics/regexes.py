"""Regular expressions as filter patterns know them: between percent signs, and a small dialect.

Source: CloudWatch Logs user guide, "Supported regular expressions (regex) syntax".
"""

from __future__ import annotations

import re

from modules.semantics.errors import PatternError
from modules.semantics.scanners import Scanner

MOST_PER_PATTERN = 2
"""Of a JSON or space-delimited pattern; a pattern of terms has none, or is one."""

_DELIMITED = re.compile(r"%([^%]+)%")
_ESCAPE = r"\\(?:[dDsSwW]|x[0-9A-Fa-f]{2}|[:_#=@/;,\-^$?\[\]{}|\\*+.])"
_SYMBOL = r"[A-Za-z0-9 :_#=@/;,.\-}\]]"
_IN_CLASS = r"[A-Za-z0-9 :_#=@/;,.^$?{}|*+]|-(?!-)"
_TOKEN = re.compile(
    rf"(?P<repeat>[*+?]|\{{(?:[0-9]+(?:, ?[0-9]*)?|, ?[0-9]+)\}})"
    rf"|(?P<anchor>[$^|])"
    rf"|(?P<atom>{_ESCAPE}|\[\^?(?:{_ESCAPE}|{_IN_CLASS})+\]|{_SYMBOL})"
)
_WANTED = (
    r"a regular expression of letters, digits, : _ # = @ / ; , - and the operators"
    r" ^ $ ? [ ] { } | \ * + . (write \xhh for any other character)"
)


def take_regex(scanner: Scanner) -> re.Pattern[str] | None:
    """Read a `%…%` expression, if one stands here.

    Raises
    ------
    PatternError
        It does not end, or it uses what the dialect lacks: groups, `!`, several bytes a character.
    """
    if not scanner.text.startswith("%", scanner.position):
        return None
    start = scanner.position + 1
    body = scanner.need(_DELIMITED, "a regular expression that ends with %").group(1)
    try:
        return re.compile(_translated(body, start), re.ASCII | re.DOTALL)
    except (re.error, OverflowError) as error:
        raise PatternError(start + 1, f"{body!r} ({error})", _WANTED) from error


def limit_regexes(scanner: Scanner, count: int) -> None:
    """Refuse more expressions than one pattern may have.

    Raises
    ------
    PatternError
        The pattern has more than two.
    """
    if count > MOST_PER_PATTERN:
        raise scanner.error(f"at most {MOST_PER_PATTERN}", f"{count} regular expressions")


def _translated(body: str, start: int) -> str:
    """Say it in Python's dialect, once every part of it is known to be of AWS's."""
    inner, parts, repeatable = Scanner(body), [], False
    while not inner.at_end:
        column = start + inner.position + 1
        token = inner.take(_TOKEN)
        if token is None or (token["repeat"] and not repeatable):
            raise PatternError(column, repr(body[column - start - 1 :]), _WANTED)
        repeatable = token["atom"] is not None
        parts.append(_in_python(token))
    return "".join(parts)


def _in_python(token: re.Match[str]) -> str:
    text = token.group()
    if text == "$":
        return r"\Z"  # Python's own $ would also match before a final line break
    if token["repeat"]:
        return text.replace(" ", "")
    if text.startswith("["):
        return re.sub(r"(?<!\\)\|", r"\\|", text)  # Python warns of || in a class
    return text
