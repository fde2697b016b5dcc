"""Between which values a signal can lie, from facts, units, declarations and this system's ceilings."""

from __future__ import annotations

import math
from collections.abc import Mapping

from modules import facts
from modules.resources.series import Series
from modules.resources.stacks import Stack
from modules.resources.views import MetricAlarm
from modules.semantics import math_values
from modules.semantics.intervals import ANY, Interval
from modules.terraform.values import as_map, as_number, as_text
from policies.context import Ceiling, Context
from policies.publishers import declared, filter_of

# What one value can be at most, where nobody says otherwise: far more than any of our systems does.
MOST_COUNTED = 1e9
DAY_SECONDS = 86_400
MOST_BYTES = 1e18
_UNIT_BOUNDS: Mapping[str, Interval] = {
    "Count": Interval(0, MOST_COUNTED),
    "Count/Second": Interval(0, MOST_COUNTED),
    "Percent": Interval(0, 100),
    "Seconds": Interval(0, DAY_SECONDS),
    "Milliseconds": Interval(0, DAY_SECONDS * 1e3),
    "Microseconds": Interval(0, DAY_SECONDS * 1e6),
    "None": Interval(-MOST_BYTES, MOST_BYTES),
}
_OF_BYTES = Interval(0, MOST_BYTES)
# How many samples one period is thought to hold when a sum of them is judged.
MOST_SAMPLES = 1e6


def of_alarm(alarm: MetricAlarm, stack: Stack, context: Context, *, with_ceilings: bool) -> Interval:
    """The values that the alarm's threshold is compared with."""
    ceilings = context.ceilings if with_ceilings else ()
    single = {_id(item): of_series(item, stack, context, ceilings) for item in alarm.series}
    if alarm.get("metric_query") is None:
        return next(iter(single.values()), ANY)
    return math_values.bounds(alarm.signal, single) if alarm.signal else ANY


def of_series(item: Series, stack: Stack, context: Context, ceilings: tuple[Ceiling, ...] = ()) -> Interval:
    """The values of one metric under its statistic."""
    statistic = as_text(item.statistic) or ""
    if statistic == "SampleCount" or statistic.lower().startswith("tc"):
        return _UNIT_BOUNDS["Count"]
    if statistic.startswith("PR"):
        return _UNIT_BOUNDS["Percent"]
    value = _of_value(item, stack, context)
    if statistic == "Sum" or statistic.lower().startswith("ts"):
        return _summed(value, unit_of(item, stack, context))
    for ceiling in ceilings:
        if _is_under(item, ceiling):
            value = value.cut(ceiling.maximum)
    return value


def unit_of(item: Series, stack: Stack, context: Context) -> str | None:
    """The unit that a metric is published in, where the stack, the facts or config/ say."""
    fact = facts.metric(*item.metric) if item.metric else None
    if fact:
        return fact.unit
    transformation = filter_of(item, stack)
    if transformation is not None:
        return as_text(transformation.get("unit")) or "None"
    publisher = declared(item, context)
    return publisher.unit if publisher else None


def _of_value(item: Series, stack: Stack, context: Context) -> Interval:
    unit = unit_of(item, stack, context)
    if unit not in facts.UNITS:
        return ANY
    usual = _UNIT_BOUNDS.get(unit or "", _OF_BYTES)
    said = facts.metric(*item.metric) if item.metric else None
    source = said or declared(item, context)
    if source is None:
        return usual
    low = usual.low if source.minimum is None else source.minimum
    return Interval(low, usual.high if source.maximum is None else source.maximum)


def _summed(value: Interval, unit: str | None) -> Interval:
    """A sum over a period: of at least one sample, and of no impossible number of them."""
    if unit == "Count" and value.low >= 0:
        return Interval(value.low, MOST_COUNTED)
    low = value.low if value.low >= 0 else value.low * MOST_SAMPLES
    return Interval(low, value.high * MOST_SAMPLES if value.high > 0 else value.high)


def _is_under(item: Series, ceiling: Ceiling) -> bool:
    same_metric = item.metric == (ceiling.namespace, ceiling.name)
    return same_metric and dict(as_map(item.dimensions)) == dict(ceiling.dimensions)


def _id(item: Series) -> str:
    return str(item.id)


def is_bounded(interval: Interval) -> bool:
    """Whether anything is known of it."""
    return interval.low > -math.inf or interval.high < math.inf


def number_of(alarm: MetricAlarm) -> float | None:
    """The threshold, where it is a finite number."""
    threshold = as_number(alarm.get("threshold"))
    return threshold if threshold is not None and math.isfinite(threshold) else None
