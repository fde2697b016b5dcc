"""What an alarm looks at: a metric, or metric math over several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.review.changes import Values
from ops.review.judges import maths
from ops.review.values import is_nothing, mapping
from ops.review.words import duration, listed, shown
from policies.values import as_text, as_whole, blocks

PLAIN = "metric"


@dataclass(frozen=True, order=True)
class MetricId:
    """One series: CloudWatch matches every part of it exactly."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str
    account: str

    def __str__(self) -> str:
        dimensions = ", ".join(f"{name}={value}" for name, value in self.dimensions)
        extra = [dimensions, f"in {self.unit}" if self.unit else "", self.account and f"of {self.account}"]
        details = ", ".join(filter(None, extra))
        return f"{self.namespace} {self.name}" + (f" ({details})" if details else "")


@dataclass(frozen=True)
class Input:
    """A series as an alarm reads it."""

    metric: MetricId
    statistic: str
    period: int | str


@dataclass(frozen=True)
class Signal:
    """What is compared with the threshold.

    Attributes
    ----------
    inputs
        The series by the id that the expression uses.
    expression
        The whole of the metric math, in one expression; just the id for a plain metric.
    """

    inputs: Mapping[str, Input]
    expression: str

    @property
    def metrics(self) -> frozenset[MetricId]:
        """Every series that it reads."""
        return frozenset(one.metric for one in self.inputs.values())

    @property
    def is_plain(self) -> bool:
        """Whether it is one series without any math."""
        return self.expression in self.inputs

    @property
    def keeps_unit(self) -> bool:
        """Whether the math leaves the unit as it is."""
        return self.is_plain or maths.keeps_unit(self.expression)

    @property
    def grows(self) -> bool:
        """Whether the value grows with each of its inputs."""
        return self.is_plain or maths.grows(self.expression)

    @property
    def shape(self) -> str:
        """The math without the ids of its inputs; equal for the same math over more or fewer series."""
        return maths.shape(self.expression, self.inputs.keys())

    def __str__(self) -> str:
        if self.is_plain:
            one = self.inputs[self.expression]
            return f"{one.statistic} of {one.metric}"
        found = listed((f"{key} = {one.statistic} of {one.metric}" for key, one in self.inputs.items()), 3)
        return f"{self.expression} with {found}" if found else self.expression


def read_signal(values: Values) -> Signal:
    """What an alarm looks at."""
    queries = blocks(values.get("metric_query"))
    if not queries:
        metric = _metric(values, "metric_name", "")
        statistic = as_text(values.get("statistic")) or as_text(values.get("extended_statistic"))
        return Signal({PLAIN: Input(metric, statistic or "no statistic", _period(values))}, PLAIN)
    by_id = {str(query.get("id")): query for query in queries}
    inputs = {key: found for key, query in by_id.items() if (found := _input(query)) is not None}
    # Some versions of the provider keep an empty text where there is no expression.
    expressions = {key: text for key, query in by_id.items() if (text := as_text(query.get("expression")))}
    used = maths.whole(_returned(values, by_id), expressions)
    names = maths.names(used)
    return Signal({key: one for key, one in sorted(inputs.items()) if key in names}, used)


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
    account = as_text(query.get("account_id")) or ""
    statistic = as_text(metric.get("stat")) or "no statistic"
    return Input(_metric(metric, "metric_name", account), statistic, _period(metric))


def _period(values: Mapping[str, Any]) -> int | str:
    """In seconds; in words where it is no number."""
    period = values.get("period")
    seconds = as_whole(period)
    return shown(period) if seconds is None else seconds


def _metric(values: Mapping[str, Any], name: str, account: str) -> MetricId:
    dimensions = values.get("dimensions")
    known = isinstance(dimensions, Mapping) or is_nothing(dimensions)
    pairs = mapping(dimensions) if known else {"": dimensions}
    return MetricId(
        namespace=shown(values.get("namespace")),
        name=shown(values.get(name)),
        dimensions=tuple(sorted((str(key), shown(value)) for key, value in pairs.items())),
        unit=as_text(values.get("unit")) or "",
        account=account,
    )


def written(values: Values) -> list[str]:
    """The queries as they are written, without the width of a band and without what says nothing."""
    queries = blocks(values.get("metric_query"))
    said = ({name: one for name, one in query.items() if one and not is_nothing(one)} for query in queries)
    return sorted(maths.without_width(shown(one)) for one in said)


def band_width(values: Values) -> float | None:
    """The width of an anomaly band, in standard deviations."""
    band = values.get("threshold_metric_id")
    for query in blocks(values.get("metric_query")):
        if query.get("id") == band:
            return maths.width(as_text(query.get("expression")) or "")
    return None


def periods(signal: Signal) -> str:
    """The periods of a signal in words; usually one."""
    return listed(sorted({duration(one.period) for one in signal.inputs.values()})) or "its own period"


def same_math(old: Signal, new: Signal) -> bool:
    """Whether both do the same with their inputs, however many those are."""
    shapes = {old.shape, new.shape}
    return len(shapes) == 1 or ("x" in shapes and shapes <= {"x", *maths.OF_ONE})
