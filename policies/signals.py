"""The shape of what an alarm watches: one metric, or metric math that yields one series."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.views import MetricAlarm
from modules.semantics.math_values import Shape, shape
from modules.semantics.metric_math import SEARCH, Kind, named
from modules.terraform.values import as_text, hashable, is_known, is_open
from policies.engine import rule
from policies.findings import Level

_OF_ONE_METRIC = (
    "metric_name",
    "namespace",
    "period",
    "statistic",
    "extended_statistic",
    "dimensions",
    "unit",
)
_PLAIN_STATISTICS = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})
_ID = re.compile(r"[a-z]\w*", re.ASCII)
_ENTRY = "set the signal of its catalog entry"


@rule(
    "MON-SIG-001",
    level=Level.ERROR,
    why="CloudWatch refuses both at once, and has nothing to watch in neither.",
)
def alarm_watches_one_thing(alarm: MetricAlarm) -> Iterator[Breach]:
    """An alarm has either a metric or metric queries."""
    both = [name for name in _OF_ONE_METRIC if alarm.get(name) is not None]
    if alarm.get("metric_query") is None:
        missing = [name for name in ("metric_name", "namespace", "period") if alarm.get(name) is None]
        if missing:
            yield alarm.finding(
                found=f"no {', '.join(missing)}", wanted="a metric with its period", fix=_ENTRY
            )
    elif both:
        found = f"metric_query beside {', '.join(both)}"
        yield alarm.finding(found=found, wanted="one or the other", fix=_ENTRY)


@rule("MON-SIG-002", level=Level.ERROR, why="CloudWatch refuses a statistic that it does not know.")
def statistic_is_legal(alarm: MetricAlarm) -> Iterator[Breach]:
    """Every metric is read under exactly one statistic that CloudWatch knows."""
    plain, extended = alarm.get("statistic"), alarm.get("extended_statistic")
    if plain is not None and extended is not None:
        yield alarm.finding(found=(plain, extended), wanted="one statistic", fix=_ENTRY)
    if is_known(plain) and plain is not None and not _one_of(plain, _PLAIN_STATISTICS):
        yield alarm.finding(found=plain, wanted=sorted(_PLAIN_STATISTICS), fix=_ENTRY)
    for item in alarm.series:
        if is_known(item.statistic) and not facts.is_statistic(as_text(item.statistic) or ""):
            yield alarm.finding(found=item.statistic, wanted="a statistic such as Sum or p99", fix=_ENTRY)


@rule("MON-SIG-003", level=Level.ERROR, why="An alarm compares exactly one series.")
def one_series_is_returned(alarm: MetricAlarm) -> Iterator[Breach]:
    """Exactly one metric query returns data; with an anomaly band, exactly two."""
    if alarm.get("metric_query") is None or is_open(alarm.get("metric_query")):
        return
    wanted = 1 if alarm.get("threshold_metric_id") is None else 2
    flags = [query.get("return_data") for query in alarm.queries]
    count = sum(flag in (True, "true") for flag in flags)
    if count != wanted and not any(map(is_open, flags)):
        yield alarm.finding(found=f"{count} with return_data", wanted=wanted, fix=_ENTRY)


@rule("MON-SIG-004", level=Level.ERROR, why="CloudWatch refuses an id that is ill-formed or given twice.")
def query_ids_are_legal(alarm: MetricAlarm) -> Iterator[Breach]:
    """The ids of metric queries are unique, and begin with a small letter."""
    ids = [query.get("id") for query in alarm.queries]
    counts = Counter(map(hashable, ids))
    for item in ids:
        legal = isinstance(item, str) and _ID.fullmatch(item) is not None and counts[hashable(item)] == 1
        if not legal and not is_open(item):
            yield alarm.finding(found=item, wanted="a unique id such as m1", fix=_ENTRY)


@rule("MON-SIG-005", level=Level.ERROR, why="An input that no expression uses is watched in appearance only.")
def queries_are_used(alarm: MetricAlarm) -> Iterator[Breach]:
    """Every metric query is returned or used by an expression, and every id used exists."""
    ids = {text for query in alarm.queries if (text := as_text(query.get("id")))}
    expressions = [query.get("expression") for query in alarm.queries]
    if any(map(is_open, [*expressions, *(query.get("id") for query in alarm.queries)])):
        return
    metrics = {str(item.id) for item in alarm.series}
    used = {name for expression in alarm.expressions.values() for name in named(expression, metrics)}
    returned = {
        as_text(query.get("id")) for query in alarm.queries if query.get("return_data") in (True, "true")
    }
    if used - ids:
        yield alarm.finding(
            found=f"unknown ids: {', '.join(sorted(used - ids))}", wanted=sorted(ids), fix=_ENTRY
        )
    if ids - used - returned:
        found = f"unused: {', '.join(sorted(ids - used - returned))}"
        yield alarm.finding(found=found, wanted="an expression that uses every input", fix=_ENTRY)


@rule("MON-SIG-006", level=Level.ERROR, why="CloudWatch refuses more.")
def queries_are_few(alarm: MetricAlarm) -> Iterator[Breach]:
    """An alarm has at most 10 metrics and 20 metric queries."""
    counts = {"alarm_metrics": len(alarm.series), "alarm_metric_queries": len(alarm.queries)}
    for name, count in counts.items():
        if count > facts.limit(name):
            words = name.replace("_", " ").removeprefix("alarm ")
            fix = "split the alarm, or configure fewer functions or agents"
            yield alarm.finding(found=f"{count} {words}", wanted=f"at most {facts.limit(name)}", fix=fix)


@rule(
    "MON-SIG-007",
    level=Level.ERROR,
    why="Series of different periods do not line up, and CloudWatch refuses them.",
)
def periods_are_equal(alarm: MetricAlarm) -> Iterator[Breach]:
    """All metrics of an expression have the same period."""
    periods = sorted({str(item.period) for item in alarm.series if is_known(item.period)})
    if len(periods) > 1:
        yield alarm.finding(found=periods, wanted="one period", fix=_ENTRY)


@rule(
    "MON-SIG-008",
    level=Level.ERROR,
    why="A query without a source has no value; the provider refuses long ones.",
)
def query_is_metric_or_expression(alarm: MetricAlarm) -> Iterator[Breach]:
    """A metric query has either a metric or an expression of at most 1024 characters."""
    most = facts.limit("expression_chars")
    for query in alarm.queries:
        expression = query.get("expression")
        if (expression is None) == (query.get("metric") is None):
            found = f"query {query.get('id')} with {'neither' if expression is None else 'both'}"
            yield alarm.finding(found=found, wanted="a metric or an expression", fix=_ENTRY)
        if isinstance(expression, str) and not 0 < len(expression) <= most:
            found = f"an expression of {len(expression)} characters"
            yield alarm.finding(found=found, wanted=f"1 to {most}", fix="configure fewer functions or agents")


@rule("MON-SIG-009", level=Level.ERROR, why="CloudWatch rejects any other alarm.")
def expression_yields_one_series(alarm: MetricAlarm) -> Iterator[Breach]:
    """Metric math yields one series without SEARCH, and has a period where it reads no metric."""
    has_metrics = any(query.get("metric") for query in alarm.queries)
    for query in alarm.queries:
        key = str(query.get("id"))
        own = alarm.expressions.get(key)
        if own and any(own.calls(SEARCH)):
            wanted = "metrics, or a Metrics Insights query"
            yield alarm.finding(found=f"SEARCH in {key}", wanted=wanted, fix=_ENTRY)
        elif (
            own
            and (own.kind is Kind.QUERY or not (has_metrics or named(own, ())))
            and not query.get("period")
        ):
            yield alarm.finding(found=f"{key} without a period", wanted="a period in the query", fix=_ENTRY)
    metrics = [str(item.id) for item in alarm.series]
    yields = shape(alarm.signal, metrics) if alarm.signal else None
    if yields in (Shape.SCALAR, Shape.ARRAY):
        found = "one number" if yields is Shape.SCALAR else "several series"
        yield alarm.finding(found=f"{found} from {alarm.signal}", wanted="one series", fix=_ENTRY)


def _one_of(value: Any, allowed: frozenset[str]) -> bool:
    return isinstance(value, str) and value in allowed
