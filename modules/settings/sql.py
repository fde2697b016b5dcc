"""Queries of business metrics, refused before deployment as far as a parser can tell.

What a parser cannot tell, the read-only transaction of the function that runs them does.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

LONGEST_QUERY = 4000
# What the function binds; see lambda_src/metrics_publisher/handler.py.
PARAMETERS = ("start_of_day", "end_of_day", "now")
# Functions that do more than read, or make the query wait.
_ACTING = re.compile(
    r"nextval|setval|set_config|pg_sleep.*|pg_(try_)?advisory.*|pg_(terminate|cancel)_backend|pg_notify"
    r"|pg_reload_conf|pg_rotate_logfile|pg_(read|ls|stat_file).*|pg_stat_reset.*|pg_promote|lo_.*|dblink.*"
    r"|query_to_xml.*|pg_logical.*|pg_create.*|pg_drop.*|pg_switch_wal|pg_export_snapshot",
    re.IGNORECASE,
)


def checked(text: str) -> str:
    """The query, if it is one read-only SELECT with one numeric result.

    Raises
    ------
    ValueError
        It is not, and why.
    """
    query = _parsed(text)
    for rule in _RULES:
        for mistake in rule(query):
            raise ValueError(mistake)
    return text


def _parsed(text: str) -> Expr:
    import sqlglot  # 90 ms, and needed only where there are queries
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it tells of what it does not know; so do we
    try:
        found = [one for one in sqlglot.parse(text, read="postgres") if one is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "too deeply nested"
        raise ValueError(f"is no query that can be read: {reason}") from error
    if len(found) != 1:
        raise ValueError(f"holds {len(found)} statements; give one SELECT")
    return found[0]


def _is_select(query: Expr) -> Iterator[str]:
    from sqlglot import exp

    if not isinstance(query, exp.Select):
        yield f"is {_named(query)}; give one SELECT"
    for node in query.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Command):
        yield f"holds {_named(node)}; it may only read"
    for select in query.find_all(exp.Select):
        if select.args.get("into"):
            yield "writes its result into a table; take INTO out"
        if select.args.get("locks"):
            yield "locks rows; take FOR UPDATE or FOR SHARE out"


def _calls_nothing_that_acts(query: Expr) -> Iterator[str]:
    from sqlglot import exp

    for call in query.find_all(exp.Anonymous):
        if _ACTING.fullmatch(call.name):
            yield f"calls {call.name}(), which does more than read; take it out"


def _names_known_parameters(query: Expr) -> Iterator[str]:
    from sqlglot import exp

    known = ", ".join(f":{name}" for name in PARAMETERS)
    for one in query.find_all(exp.Placeholder, exp.Parameter):
        if one.name not in PARAMETERS:
            yield f"has the parameter {one.sql(dialect='postgres')}; known: {known}"


def _gives_one_row(query: Expr) -> Iterator[str]:
    from sqlglot import exp

    limit = query.args.get("limit")
    single = limit is not None and isinstance(limit.expression, exp.Literal) and limit.expression.name == "1"
    adds_up = any(_adds_up(column) for column in query.expressions) and not query.args.get("group")
    if query.args.get("from_") and not single and not adds_up:
        yield "may give many rows; count, sum or average without GROUP BY, or add LIMIT 1"


def _adds_up(column: Expr) -> bool:
    """Whether an aggregate makes one value of all rows; one over a window or in a subquery does not."""
    from sqlglot import exp

    outer = (exp.Window, exp.Subquery)
    return any(one.find_ancestor(*outer) is None for one in column.find_all(exp.AggFunc))


def _gives_one_number(query: Expr) -> Iterator[str]:
    from sqlglot import exp

    columns = query.expressions
    if len(columns) != 1 or (columns[0].find(exp.Star) is not None and not columns[0].find(exp.Count)):
        yield f"gives {len(columns) if len(columns) != 1 else 'all'} columns; select one number"
        return
    column = columns[0].unalias().unnest()
    textual = isinstance(column, exp.Literal) and column.is_string
    other = isinstance(column, exp.Cast) and not column.to.is_type(*exp.DataType.NUMERIC_TYPES)
    if textual or other or isinstance(column, exp.Predicate | exp.Boolean | exp.Null):
        yield f"gives {column.sql(dialect='postgres')}, which is no number"


def _lets_an_index_help(query: Expr) -> Iterator[str]:
    """A day is a range of the column; a function over the column reads the whole table."""
    from sqlglot import exp

    comparisons = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
    days = (exp.Date, exp.TsOrDsToDate, exp.DateTrunc, exp.TimestampTrunc)
    for one in query.find_all(*comparisons):
        for side in (one.this, one.expression):
            cut = isinstance(side, days) or (isinstance(side, exp.Cast) and side.is_type("date"))
            if side is not None and cut and side.find(exp.Column):
                column = side.find(exp.Column)
                yield (
                    f"compares {side.sql(dialect='postgres')}, so that no index helps; "
                    f"write {column.name} >= :start_of_day AND {column.name} < :end_of_day"
                )


def _named(node: Expr) -> str:
    return f"{node.key.upper()}" if node.key != "command" else f"{node.name.upper()}"


_RULES: tuple[Callable[[Expr], Iterator[str]], ...] = (
    _is_select,
    _calls_nothing_that_acts,
    _names_known_parameters,
    _gives_one_number,
    _gives_one_row,
    _lets_an_index_help,
)

Sql = Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY), AfterValidator(checked)]
