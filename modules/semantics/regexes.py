"""Regular expressions of filter patterns: between percent signs, in a small dialect.

Source: CloudWatch Logs user guide, "Supported regular expressions (regex) syntax"; recorded answers
of TestMetricFilter for lazy repeats and line breaks.
"""

from __future__ import annotations

import re

from modules.semantics.patterns import PatternError, Scanner

MOST_PER_PATTERN = 2
"""Regular expressions in one JSON or space-delimited pattern; among terms none are allowed."""

_DELIMITED = re.compile(r"%([^%]+)%")
_ESCAPE = r"\\(?:[dDsSwW]|x[0-9A-Fa-f]{2}|[:_#=@/;,\-^$?\[\]{}|\\*+.])"
_SYMBOL = r"[A-Za-z0-9 :_#=@/;,.\-}\]]"
_IN_CLASS = r"[A-Za-z0-9 :_#=@/;,.^$?{}|*+]|-(?!-)"
_TOKEN = re.compile(
    rf"(?P<repeat>(?:[*+?]|\{{(?:[0-9]+(?:, ?[0-9]*)?|, ?[0-9]+)\}})\??)"
    rf"|(?P<anchor>[$^|])"
    rf"|(?P<atom>{_ESCAPE}|\[\^?(?:{_ESCAPE}|{_IN_CLASS})+\]|{_SYMBOL})"
)
_EXPECTED = (
    r"a regular expression of letters, digits, : _ # = @ / ; , - and the operators"
    r" ^ $ ? [ ] { } | \ * + . (write \xhh for any other character)"
)
# Python's $ also matches before a final line break, and its dot matches some of Java's line breaks.
_IN_PYTHON = {"$": r"\Z", ".": r"[^\n\r\x85\u2028\u2029]"}


def take_regex(scanner: Scanner) -> re.Pattern[str] | None:
    """Read a `%…%` expression, if one comes next.

    Raises
    ------
    PatternError
        It does not end, is one too many, or uses what the dialect lacks: groups, `!`, characters
        of several bytes.
    """
    if not scanner.text.startswith("%", scanner.position):
        return None
    start = scanner.position + 1
    body = scanner.need(_DELIMITED, "a regular expression that ends with %").group(1)
    scanner.regexes += 1
    if scanner.regexes > MOST_PER_PATTERN:
        raise scanner.error(f"at most {MOST_PER_PATTERN} regular expressions in a pattern", at=start - 1)
    try:
        return re.compile(_translated(body, start), re.ASCII)
    except (re.error, OverflowError) as error:
        raise PatternError(start + 1, f"{body!r} ({error})", _EXPECTED) from error


def _translated(body: str, start: int) -> str:
    """Translate into Python's dialect, once every token is known to belong to AWS's."""
    inner, parts, repeatable = Scanner(body), [], False
    while not inner.at_end:
        column = start + inner.position + 1
        token = inner.take(_TOKEN)
        if token is None or (token["repeat"] and not repeatable):
            raise PatternError(column, repr(body[column - start - 1 :]), _EXPECTED)
        repeatable = token["atom"] is not None
        parts.append(_in_python(token))
    return "".join(parts)


def _in_python(token: re.Match[str]) -> str:
    text = token.group()
    if token["repeat"]:
        return text.replace(" ", "")
    if text.startswith("["):
        return re.sub(r"(?<!\\)\|", r"\\|", text)  # Python warns of || in a class
    return _IN_PYTHON.get(text, text)
