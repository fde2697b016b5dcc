"""Queries of business metrics, refused before deployment as far as a parser can tell.

What a parser cannot tell, the read-only transaction of the function that runs them does. Here the words
of a query are judged, in `selects` what they mean.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from modules.settings.problems import shown
from modules.settings.selects import mistakes

if TYPE_CHECKING:
    from sqlglot.expressions import Expr
    from sqlglot.tokenizer_core import Token

LONGEST_QUERY = 4000
# Brackets in brackets: the parser's time doubles with each, and nobody reads more.
DEEPEST = 12
# What the function binds; see lambda_src/metrics_publisher/handler.py.
PARAMETERS = ("start_of_day", "end_of_day", "now")
_KNOWN = ", ".join(f":{name}" for name in PARAMETERS)
# Functions that do more than read, make the query wait, or run the text that they are given.
_ACTING = re.compile(
    r"nextval|setval|set_config|txid_current|lo_.*|lowrite|loread|dblink.*|(query|cursor)_to_xml.*"
    r"|ts_(stat|rewrite)|crosstab.*|connectby|xpath_table|brin_.*|gin_clean_pending_list|heap_force_.*"
    r"|binary_upgrade_.*|http(_(get|post|put|patch|delete|head|set_curlopt))?",
    re.IGNORECASE,
)
# PostgreSQL's own: so many of them act that those are named which only read.
_OWN = re.compile(r"pg_.*", re.IGNORECASE)
_READING = re.compile(
    r"pg_((database|relation|total_relation|table|indexes|tablespace|column)_size|size_bytes|typeof"
    r"|is_in_recovery|last_\w+|current_wal\w*lsn|wal_lsn_diff|postmaster_start_time|conf_load_time"
    r"|backend_pid|blocking_pids|stat_get_\w+|get_\w+|\w+_is_visible|xact_commit_timestamp)",
    re.IGNORECASE,
)
_ACTING_SCHEMAS = re.compile(r"aws_\w+|cron|dblink|net", re.IGNORECASE)
_LINE_SIGNS = "\n\r\t"


def checked(text: str) -> str:
    """The query, if it is one read-only SELECT with one numeric result.

    Raises
    ------
    ValueError
        It is not, and why.
    """
    try:
        for mistake in _mistakes(text):
            raise ValueError(mistake)
    except RecursionError as error:
        raise ValueError("is nested too deeply to be judged; make a view of it") from error
    return text


def _mistakes(text: str) -> Iterator[str]:
    """What is wrong with a query, first what makes the rest hard to judge."""
    if len(text) > LONGEST_QUERY:
        yield f"has {len(text)} characters; at most {LONGEST_QUERY} are possible, so make a view of it"
    hidden = next((sign for sign in text if not sign.isprintable() and sign not in _LINE_SIGNS), None)
    if hidden is not None:
        yield f"has a character that cannot be printed (U+{ord(hidden):04X}); take it out"
    words = _words(text)
    yield from _is_one_select(words, text)
    yield from _is_flat(words)
    yield from _calls_nothing_that_acts(words)
    query = _parsed(text)
    yield from _names_known_parameters(words, query)
    yield from mistakes(query)


def _words(text: str) -> Sequence[Token]:
    import sqlglot  # 100 ms, and needed only where there are queries
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it tells of what it does not know; so do we
    try:
        return sqlglot.tokenize(text, read="postgres")
    except SqlglotError as error:
        raise ValueError("has a quote or a comment that does not end; close it") from error


def _is_one_select(words: Sequence[Token], text: str) -> Iterator[str]:
    ends = [at for at, word in enumerate(words) if word.token_type.name == "SEMICOLON"]
    statements = len([at for at in ends if at]) + (bool(words) and ends[-1:] != [len(words) - 1])
    if statements != 1:
        yield f"holds {statements} statements; give one SELECT"
    elif ends and not text.rstrip().endswith(";"):
        yield "goes on after its semicolon; take that out"
    elif words[0].text == "(":
        yield "stands in brackets; take them off"
    elif words[0].token_type.name not in ("SELECT", "WITH"):
        yield f"begins with {shown(words[0].text)}; give one SELECT"


def _is_flat(words: Sequence[Token]) -> Iterator[str]:
    """The parser itself overlooks brackets that do not close."""
    depth = 0
    for word in words:
        kind = word.token_type.name
        depth += kind in ("L_PAREN", "L_BRACKET", "L_BRACE")
        depth -= kind in ("R_PAREN", "R_BRACKET", "R_BRACE")
        if depth > DEEPEST:
            yield f"nests brackets deeper than {DEEPEST}; simplify it, or make a view of it"
        if depth < 0:
            break
    if depth:
        yield f"{'opens' if depth > 0 else 'closes'} a bracket too many; mend it"


def _calls_nothing_that_acts(words: Sequence[Token]) -> Iterator[str]:
    for schema, name in _calls(words):
        own = _OWN.fullmatch(name) and not _READING.fullmatch(name)
        if own or _ACTING.fullmatch(name) or _ACTING_SCHEMAS.fullmatch(schema):
            called = f"{schema}.{name}" if schema else name
            yield f"calls {called}(), which does more than read; take it out"
    for one, other in pairwise(words):
        if one.text == "&" and other.token_type.name == "IDENTIFIER" and one.end + 1 == other.start:
            yield f"has the name U&{shown(other.text)}, in escapes; write its characters"


def _calls(words: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The schema, if one is named, and the name of each function; in the words nothing is hidden."""
    for at, (name, bracket) in enumerate(pairwise(words)):
        if bracket.token_type.name == "L_PAREN" and not name.token_type.name.endswith("STRING"):
            qualified = at > 1 and words[at - 1].text == "."
            yield words[at - 2].text if qualified else "", name.text


def _parsed(text: str) -> Expr:
    import sqlglot
    from sqlglot.errors import ParseError

    try:
        (query,) = (one for one in sqlglot.parse(text, read="postgres") if one is not None)
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        where = f"line {first.get('line')}, near {shown(first.get('highlight') or '')}"
        raise ValueError(f"is no SQL that can be read: {where}") from error
    return query


def _names_known_parameters(words: Sequence[Token], query: Expr) -> Iterator[str]:
    """The parser takes more for a parameter than the function that binds them."""
    from sqlglot import exp

    found = [one.name for one in query.find_all(exp.Placeholder, exp.Parameter)]
    for one in query.find_all(exp.Placeholder, exp.Parameter):
        if one.name not in PARAMETERS:
            yield f"has the parameter {shown(one.sql(dialect='postgres'))}; known: {_KNOWN}"
    written = [
        name.text
        for colon, name in pairwise(words)
        if colon.text == ":" and name.text in PARAMETERS and colon.end + 1 == name.start
    ]
    if sorted(found) != sorted(written):
        yield f"has a parameter that is written otherwise than {_KNOWN}; mend it"


Sql = Annotated[
    str,
    AfterValidator(checked),
    Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_QUERY}),
]
