"""What a query has to be: a SELECT that reads, gives one number, and lets an index help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from modules.settings.problems import shown

if TYPE_CHECKING:
    from sqlglot.expressions import Expr, Select

# Functions of PostgreSQL that give many rows, and that the parser does not know as such.
_MANY_ROWS = re.compile(
    r"regexp_matches|(regexp_split|string)_to_table|generate_subscripts|jsonb?_(each|array_elements)(_text)?"
    r"|jsonb?_object_keys|jsonb_path_query",
    re.IGNORECASE,
)
# And such as give no number.
_NO_NUMBER = re.compile(
    r"row|jsonb?_(agg|build_\w+)|to_jsonb?|row_to_json|xml\w+|make_(date|time|interval)", re.IGNORECASE
)


def mistakes(query: Expr) -> Iterator[str]:
    """What is wrong with a parsed query."""
    from sqlglot import exp

    if not isinstance(query, exp.Select):
        yield f"is {query.key.upper()}; give one SELECT"
        return
    for rule in _RULES:
        yield from rule(query)


def _only_reads(query: Select) -> Iterator[str]:
    from sqlglot import exp

    for node in query.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Command):
        yield f"holds {node.key.upper()}; it may only read"
    if query.find(exp.Into):
        yield "writes its result into a table; take INTO out"
    if query.find(exp.Lock):
        yield "locks rows; take FOR UPDATE or FOR SHARE out"


def _gives_one_number(query: Select) -> Iterator[str]:
    from sqlglot import exp

    columns = query.expressions
    if len(columns) == 1 and (columns[0].is_star or isinstance(columns[0], exp.Star)):
        yield "gives all columns; select one number"
    elif len(columns) != 1:
        yield f"gives {len(columns)} columns; select one number"
    else:
        yield from _is_number(columns[0].unalias().unnest(), grouped=bool(query.args.get("group")))


def _is_number(column: Expr, *, grouped: bool) -> Iterator[str]:
    from sqlglot import exp

    other = _other_than_number(column)
    if other is not None:
        mend = "; for seconds write extract(epoch FROM ...)" if _is_moment(other) else ""
        yield f"gives {_text(other)}, which is no number{mend}"
    total = column
    while isinstance(total, exp.Cast | exp.Filter | exp.Paren):
        total = total.this
    if isinstance(total, exp.Sum) and not grouped:
        yield f"gives NULL where there is no row; write coalesce({_bare(column)}, 0)"


def _other_than_number(column: Expr) -> Expr | None:
    """The expression, if it certainly is of another type; most types only the database knows."""
    from sqlglot import exp

    column = column.unalias().unnest()
    if isinstance(column, exp.Select) and len(column.expressions) == 1:  # a subquery
        return _other_than_number(column.expressions[0])
    untyped = (exp.Tuple, exp.Null, exp.ArrayAgg, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.JSONBObjectAgg)
    called = isinstance(column, exp.Anonymous) and _NO_NUMBER.fullmatch(column.name)
    other = called or isinstance(column, untyped) or _is_moment(column) or _is_typed_otherwise(column)
    return column if other else None


def _is_typed_otherwise(column: Expr) -> bool:
    from sqlglot import exp
    from sqlglot.optimizer.annotate_types import annotate_types

    # Days between two dates are a number, and so is a place in an array; the parser has them otherwise.
    if isinstance(column, exp.Sub | exp.ArrayPosition):
        return False
    kind = annotate_types(column.copy(), dialect="postgres").type
    if kind is None or kind.is_type("unknown"):
        return False
    return not kind.is_type(*exp.DataType.NUMERIC_TYPES) or kind.this in (exp.DType.MONEY, exp.DType.BIT)


def _is_moment(column: Expr) -> bool:
    """Whether it is a moment, or what is left of one when a span is taken off."""
    from sqlglot import exp

    if isinstance(column, exp.Add | exp.Sub):
        sides = (column.left.unnest(), column.right.unnest())
        return any(_is_moment(side) or isinstance(side, exp.Interval) for side in sides)
    now = (exp.Placeholder, exp.CurrentTimestamp, exp.Localtimestamp, exp.TimestampTrunc, exp.DateTrunc)
    return isinstance(column, now)


def _gives_one_row(query: Select) -> Iterator[str]:
    from sqlglot import exp

    limit = query.args.get("limit")
    figure = limit.args.get("expression") if limit is not None else None
    most = figure.name if isinstance(figure, exp.Literal) else ""
    column = query.expressions[0]
    adds_up = _adds_up(column) and not query.args.get("group")
    many = not adds_up and query.args.get("from_")
    if (many or _makes_rows(column)) and most != "1":
        yield "may give many rows; count, sum or average without GROUP BY, or add LIMIT 1"
    leaving = ("having", "offset") if adds_up else ("where",) if not many else ()
    if most == "0" or any(query.args.get(part) for part in leaving):
        yield "may give no row at all; put the condition into what is counted, or count in a subquery"


def _adds_up(column: Expr) -> bool:
    """Whether an aggregate makes one value of all rows; one over a window or in a subquery does not."""
    from sqlglot import exp

    return any(
        one.find_ancestor(exp.Window, exp.Query) is column.parent for one in column.find_all(exp.AggFunc)
    )


def _makes_rows(column: Expr) -> bool:
    from sqlglot import exp

    known = (exp.Explode, exp.ExplodingGenerateSeries, exp.Unnest, exp.GenerateSeries)
    calls = column.find_all(exp.Anonymous, *known)
    return any(
        one.find_ancestor(exp.Query) is column.parent
        for one in calls
        if not isinstance(one, exp.Anonymous) or _MANY_ROWS.fullmatch(one.name)
    )


def _lets_an_index_help(query: Select) -> Iterator[str]:
    """A day is a range of the column; a function over the column reads the whole table."""
    from sqlglot import exp

    comparisons = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
    for one in query.find_all(*comparisons):
        sides = [side for side in one.iter_expressions() if not isinstance(side, exp.Query)]
        for side in sides:
            others = [other for other in sides if other is not side]
            column = _column(side)
            if column is not None and _spoils(side.unnest(), others):
                name = column.sql(dialect="postgres")
                yield (
                    f"compares {_text(side)}, so that no index helps; leave {name} alone on its side, "
                    f"as in {name} >= :start_of_day AND {name} < :end_of_day"
                )


def _column(side: Expr) -> Expr | None:
    """The column of the row that a side is about; what is aggregated has no index any more."""
    from sqlglot import exp

    return next((one for one in side.find_all(exp.Column) if not _is_gathered(one, side)), None)


def _is_gathered(column: Expr, side: Expr) -> bool:
    """Whether an aggregate or a query of its own holds it."""
    from sqlglot import exp

    node: Expr | None = column
    while node is not None and not isinstance(node, exp.AggFunc | exp.Query):
        if node is side:
            return False
        node = node.parent
    return True


def _spoils(side: Expr, others: Sequence[Expr]) -> bool:
    """Whether it cuts a day out of a column, or moves the column where the moment beside it could move."""
    from sqlglot import exp

    moments = (exp.Placeholder, exp.CurrentDate, exp.CurrentTimestamp, exp.Localtimestamp)
    timed = any(other.find(*moments) for other in others)
    if isinstance(side, exp.Date | exp.TsOrDsToDate | exp.DateTrunc | exp.TimestampTrunc):
        return True
    if isinstance(side, exp.Cast):
        return side.to.is_type("date") or (timed and side.to.is_type(*exp.DataType.TEMPORAL_TYPES))
    if isinstance(side, exp.Add | exp.Sub):
        moved, by = (side.left.unnest(), side.right.unnest()), (_column(side.left), _column(side.right))
        alone = any(isinstance(one, exp.Column) for one in moved) and None in by
        return alone and (timed or side.find(*moments) is not None)
    return timed and isinstance(side, exp.AtTimeZone | exp.TimeToStr | exp.StrToDate | exp.Extract)


def _text(node: Expr) -> str:
    return shown(_bare(node))


def _bare(node: Expr) -> str:
    return " ".join(node.sql(dialect="postgres", comments=False).split())


_RULES: tuple[Callable[[Any], Iterator[str]], ...] = (
    _only_reads,
    _gives_one_number,
    _gives_one_row,
    _lets_an_index_help,
)
