"""The small words that catalog entries are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from modules.spec.alarms import Comparison, Condition, Evaluation
from modules.spec.metrics import Math, Metric, Stat


def above(threshold: float, *, because: str) -> Condition:
    """Breaches when the value is greater than the threshold."""
    return Condition(Comparison.ABOVE, threshold, because)


def below(threshold: float, *, because: str) -> Condition:
    """Breaches when the value is less than the threshold."""
    return Condition(Comparison.BELOW, threshold, because)


def datapoints(count: int, *, of: int, period_seconds: int = 300) -> Evaluation:
    """`count` of the last `of` periods; five minutes each, as in the setup guide."""
    return Evaluation(count, of, period_seconds)


def metrics(namespace: str, name: str, unit: str, sets: Iterable[Mapping[str, str]]) -> tuple[Metric, ...]:
    """The same metric for several dimension sets."""
    return tuple(Metric(namespace, name, dict(dimensions), unit) for dimensions in sets)


def total(parts: Sequence[Metric], *, label: str, statistic: str = "Sum") -> Stat | Math:
    """The sum over metrics, of those that have a data point in the period."""
    return _over("SUM", parts, statistic, label)


def worst(parts: Sequence[Metric], statistic: str, *, label: str) -> Stat | Math:
    """The highest of several metrics under one statistic."""
    return _over("MAX", parts, statistic, label)


def _over(function: str, parts: Sequence[Metric], statistic: str, label: str) -> Stat | Math:
    if len(parts) == 1:
        return Stat(parts[0], statistic)
    inputs = {f"m{index}": Stat(metric, statistic) for index, metric in enumerate(parts, start=1)}
    return Math(f"{function}([{', '.join(inputs)}])", inputs, label)
