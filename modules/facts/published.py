"""The metrics that AWS services publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from modules.facts.files import metric_files, read


@dataclass(frozen=True, kw_only=True)
class MetricFact:
    """What AWS documents about one metric.

    Attributes
    ----------
    namespace
        As CloudWatch spells it, such as ``AWS/Lambda``.
    name
        As CloudWatch spells it, such as ``Errors``.
    unit
        One of `UNITS`; ``None`` (the word) where AWS publishes without a unit.
    statistics
        Those that mean something for it; ``p`` stands for every percentile.
    dimension_sets
        Every full set of dimension names under which a series exists. The empty set is there only
        where AWS documents a roll-up.
    account_wide
        Whether the series without dimensions is the account's own truth, and no mixture of
        unrelated resources.
    minimum, maximum
        Bounds, in `unit`, of one value in one datapoint, whether the system is well or ill. A Sum
        may exceed `maximum`. None where AWS states no bound.
    worse
        The direction in which the system gets worse; ``either`` for plain traffic.
    activity
        For a metric that AWS publishes only after a failure, or that AWS does not document to be zero
        without one: the metric of the same resource that each use publishes. None where any use
        publishes this one.
    source
        The public page that says so.
    """

    namespace: str
    name: str
    unit: str
    statistics: tuple[str, ...]
    dimension_sets: frozenset[frozenset[str]]
    account_wide: bool
    minimum: float | None
    maximum: float | None
    worse: Literal["higher", "lower", "either"]
    activity: str | None
    source: str

    def has_dimensions(self, names: Iterable[str]) -> bool:
        """Whether a series exists with exactly these dimension names."""
        return frozenset(names) in self.dimension_sets


def metric(namespace: str, name: str) -> MetricFact | None:
    """The facts about one metric, or None for a metric that AWS is not known to publish."""
    return _by_name().get((namespace, name))


@cache
def metrics() -> tuple[MetricFact, ...]:
    """Every metric known here, file by file, in the order of the files."""
    return tuple(fact for file in metric_files() for block in read(file) for fact in _facts(block))


@cache
def _by_name() -> Mapping[tuple[str, str], MetricFact]:
    return {(fact.namespace, fact.name): fact for fact in metrics()}


def _facts(block: Mapping[str, Any]) -> Iterator[MetricFact]:
    """The metrics of one block; what a metric leaves out, the block says."""
    defaults = {"account_wide": False, "minimum": None, "maximum": None, "activity": None} | dict(block)
    for name, own in defaults.pop("metrics").items():
        values = defaults | own
        sets = frozenset(map(frozenset, values.pop("dimension_sets")))
        statistics = tuple(values.pop("statistics"))
        yield MetricFact(name=name, dimension_sets=sets, statistics=statistics, **values)
