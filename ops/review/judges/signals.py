"""What an alarm looks at: a metric, or metric math over several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from modules.semantics import math_values, metric_math
from modules.semantics.metric_math import BAND, METRICS, Kind, Node
from modules.terraform.values import Hidden, Unknown, as_list, as_text, as_whole, blocks, is_nothing
from ops.review.plans import Values
from ops.review.values import duration, key_of, listed, may_equal, shown

PLAIN = "metric"
# An input that is only on one side of a change: its loss or gain is reported anyway.
_ANY = Node(Kind.ID, "<any>")


@dataclass(frozen=True, order=True)
class MetricId:
    """One series: CloudWatch matches every part of it exactly.

    Attributes
    ----------
    text
        How it reads, without what is sensitive.
    key
        Equal for the same series; what is sensitive counts.
    parts
        What it is found by; `None` for what is not given.
    """

    text: str
    key: str = field(repr=False)
    parts: Mapping[str, Any] = field(repr=False, compare=False)

    def may_be(self, other: MetricId) -> bool:
        """Whether both may turn out to be the same, by all that is known of them."""
        return may_equal(self.parts, other.parts)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Input:
    """A series as an alarm reads it; its period is in seconds where that is a number."""

    metric: MetricId
    key: str = field(repr=False)
    statistic: Any = field(compare=False)
    period: Any = field(compare=False)

    def __str__(self) -> str:
        return f"{shown(self.statistic)} of {self.metric}"


@dataclass(frozen=True)
class Signal:
    """What is compared with the threshold.

    Attributes
    ----------
    inputs
        The series by the id that the expression uses.
    expression
        The whole of the metric math, in one expression; just the id for a plain metric.
    others
        The series that it does not use, by their ids; a band may be learned from one.
    band
        The math of the band that it is compared with, without its width.
    own_periods
        The periods that parts of the math have of their own, with these parts.
    is_known
        Whether all of the math is known; else there is nothing in it.
    """

    inputs: Mapping[str, Input]
    expression: Node
    others: Mapping[str, Input] = field(default_factory=dict)
    band: Node | None = None
    own_periods: tuple[tuple[Node, Any], ...] = ()
    is_known: bool = True

    @property
    def metrics(self) -> frozenset[MetricId]:
        """Every series that it reads."""
        return frozenset(one.metric for one in self.inputs.values())

    @property
    def is_plain(self) -> bool:
        """Whether it is one series without any math."""
        return self.expression.kind is Kind.ID and self.expression.text in self.inputs

    @property
    def keeps_unit(self) -> bool:
        """Whether the math leaves the unit as it is."""
        return math_values.keeps_unit(self.expression)

    @property
    def grows(self) -> bool:
        """Whether the value grows with each of its inputs."""
        return math_values.direction(self.expression) == 1

    @property
    def periods(self) -> tuple[Any, ...]:
        """Every length of a period that it has, once."""
        every = (*(one.period for one in self.inputs.values()), *(length for _, length in self.own_periods))
        return tuple(found for _, found in sorted({key_of(one): one for one in every}.items()))

    @property
    def statistics(self) -> Mapping[MetricId, tuple[Any, ...]]:
        """The statistics that it reads of each series, each once."""
        found: dict[MetricId, dict[str, Any]] = {}
        for one in self.inputs.values():
            found.setdefault(one.metric, {})[key_of(one.statistic)] = one.statistic
        return {metric: tuple(each.values()) for metric, each in found.items()}

    @property
    def math(self) -> str:
        """What it computes, and what it compares that with if that is computed too."""
        return f"{self.expression} by {self.band}" if self.band else str(self.expression)

    def __str__(self) -> str:
        if self.is_plain and not self.band:
            return str(self.inputs[self.expression.text])
        found = listed((f"{key} = {one}" for key, one in self.inputs.items()), 3)
        return f"{self.math} with {found}" if found else self.math


def read_signal(values: Values) -> Signal:
    """What an alarm looks at."""
    queries = as_list(values.get("metric_query"))
    gaps = [gap for query in queries for gap in _gaps(query)]
    if gaps:
        return Signal({}, Node(Kind.WORD, shown(gaps[0])), is_known=False)
    if not blocks(queries):
        statistic = _first(values.get("statistic"), values.get("extended_statistic"))
        return Signal(
            {PLAIN: _read(_metric(values, None), statistic, values.get("period"))}, Node(Kind.ID, PLAIN)
        )
    return _math(values, {str(query.get("id")): query for query in blocks(queries)})


def _gaps(query: Any) -> Iterator[Any]:
    """What hides how a query takes part in the math."""
    if not isinstance(query, Mapping):
        parts = [query]
    else:
        metrics = as_list(query.get("metric"))
        parts = [*(query.get(name) for name in ("id", "expression", "return_data")), *metrics]
    yield from (part for part in parts if isinstance(part, Unknown | Hidden))


def _math(values: Values, by_id: Mapping[str, Mapping[str, Any]]) -> Signal:
    inputs = {key: found for key, query in sorted(by_id.items()) if (found := _input(query)) is not None}
    # Some versions of the provider keep an empty text where there is no expression.
    texts = {key: text for key, query in by_id.items() if (text := as_text(query.get("expression")))}
    expressions = {key: metric_math.parse(text) for key, text in texts.items()}
    returned, band = _returned(values, by_id), as_text(values.get("threshold_metric_id")) or ""
    plain = {key: metric_math.without_band_width(one) for key, one in expressions.items()}
    used, compared = (metric_math.reached(key, expressions, inputs) for key in (returned, band))
    return Signal(
        inputs={key: one for key, one in inputs.items() if key in used},
        expression=metric_math.whole(returned, expressions),
        others={key: one for key, one in inputs.items() if key not in used},
        band=metric_math.whole(band, plain) if band in plain else None,
        own_periods=tuple(
            (metric_math.whole(key, expressions), length)
            for key in sorted(expressions.keys() & (used | compared))
            if (length := _seconds(by_id[key].get("period")))
        ),
    )


def _returned(values: Values, by_id: Mapping[str, Mapping[str, Any]]) -> str:
    """The id of what is compared; of an anomaly alarm the metric, not its band."""
    returned = [key for key, query in by_id.items() if query.get("return_data") is True]
    band = values.get("threshold_metric_id")
    others = [key for key in returned if key != band]
    return next(iter(others or returned or by_id), "")


def _input(query: Mapping[str, Any]) -> Input | None:
    metric = next(iter(blocks(query.get("metric"))), None)
    if not metric:
        return None
    return _read(_metric(metric, query.get("account_id")), _first(metric.get("stat")), metric.get("period"))


def _read(metric: MetricId, statistic: Any, period: Any) -> Input:
    length = _seconds(period)
    return Input(metric, key_of([statistic, length]), statistic, length)


def _first(*options: Any) -> Any:
    """The first that says something."""
    return next((one for one in options if not is_nothing(one)), "no statistic")


def _seconds(period: Any) -> Any:
    """A period in seconds; as it is where it is no number."""
    seconds = as_whole(period)
    return period if seconds is None else seconds


def _metric(values: Mapping[str, Any], account: Any) -> MetricId:
    names = ("namespace", "metric_name", "dimensions", "unit")
    given = {name: values.get(name) for name in names} | {"account_id": account}
    parts = {name: None if is_nothing(value) else value for name, value in given.items()}
    return MetricId(_spelled(parts), key_of(parts), parts)


def _spelled(parts: Mapping[str, Any]) -> str:
    """A series as it reads: `AWS/Lambda Errors (FunctionName=booking)`."""
    dimensions, unit, account = parts["dimensions"], parts["unit"], parts["account_id"]
    if isinstance(dimensions, Mapping):
        details = [f"{name}={shown(value)}" for name, value in sorted(dimensions.items())]
    else:
        details = [f"dimensions {shown(dimensions)}"] if dimensions is not None else []
    details += [f"in {shown(unit)}"] if unit is not None else []
    details += [f"of {shown(account)}"] if account is not None else []
    name = f"{shown(parts['namespace'])} {shown(parts['metric_name'])}"
    return f"{name} ({', '.join(details)})" if details else name


def written(values: Values) -> list[str]:
    """The queries as they are written, without the width of a band and without what says nothing."""
    queries = blocks(values.get("metric_query"))
    said = ({name: one for name, one in query.items() if one and not is_nothing(one)} for query in queries)
    return sorted(shown(query | {"expression": _without_width(query.get("expression"))}) for query in said)


def _without_width(expression: Any) -> Any:
    math = metric_math.parse(as_text(expression) or "")
    return str(metric_math.without_band_width(math)) if any(math.calls(BAND)) else expression


def band_width(values: Values) -> float | None:
    """The width of an anomaly band, in standard deviations."""
    band = values.get("threshold_metric_id")
    for query in blocks(values.get("metric_query")):
        if query.get("id") == band:
            return metric_math.band_width(metric_math.parse(as_text(query.get("expression")) or ""))
    return None


def periods(signal: Signal) -> str:
    """The periods of a signal in words; usually one."""
    return listed(sorted(map(duration, signal.periods))) or "its own period"


def same_math(old: Signal, new: Signal) -> bool:
    """Whether both do the same with their inputs, however many those are.

    What an input is counts where it stands, but for what others tell: series that are lost or gained,
    and another statistic or period of a series.
    """
    alone = min(len(old.inputs), len(new.inputs)) <= 1
    return any(_spellings(old, new, single) == _spellings(new, old, single) for single in {False, alone})


def _spellings(signal: Signal, other: Signal, single: bool) -> list[str]:  # noqa: FBT001  (internal)
    inputs, timed = _tokens(signal, other), signal.periods == other.periods

    def spelled(part: Node) -> str:
        named = metric_math.renamed(part, lambda key: inputs.get(key, Node(Kind.ID, key)))
        return str(metric_math.canonical(named, _ANY, single=single))

    own = sorted(f"{spelled(part)} {key_of(length)}" for part, length in signal.own_periods if timed)
    # Which metrics METRICS("part") stands for depends on their ids.
    named = [f"{key} {one}" for key, one in inputs.items()] if any(signal.expression.calls(METRICS)) else []
    return [spelled(signal.expression), spelled(signal.band) if signal.band else "", *own, *named]


def _tokens(one: Signal, other: Signal) -> dict[str, Node]:
    """How the inputs of a signal are spelled to compare it with another."""
    return {key: _token(found, one, other) for key, found in {**one.others, **one.inputs}.items()}


def _token(found: Input, one: Signal, other: Signal) -> Node:
    if found.metric in one.metrics ^ other.metrics:
        return _ANY
    kinds = [len(signal.statistics.get(found.metric, ())) for signal in (one, other)]
    statistic = "" if kinds == [1, 1] else found.statistic
    length = found.period if one.periods == other.periods else ""
    return Node(Kind.ID, f"<{key_of([found.metric.key, statistic, length])}>")
