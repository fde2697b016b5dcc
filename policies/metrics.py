"""An alarm watches a metric that exists, under exactly its dimensions, in a way that means something."""

from __future__ import annotations

from collections.abc import Iterator

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.series import Series
from modules.resources.stacks import Stack
from modules.resources.views import MetricAlarm
from modules.terraform.values import as_text, is_known
from policies.bounds import unit_of
from policies.context import Context
from policies.engine import rule
from policies.findings import Level
from policies.publishers import is_named, is_published

_DECLARE = "publish it, or declare it in published_outside in config/ with who publishes it"


@rule("MON-MET-001", level=Level.ERROR, why="An alarm on a metric that nobody publishes never fires.")
def metric_exists(
    alarm: MetricAlarm, stack: Stack, context: Context, graph: DeliveryGraph
) -> Iterator[Breach]:
    """AWS, a filter of this stack or a declared publisher publishes the metric."""
    for item in alarm.series:
        known = is_known(item.namespace) and is_known(item.name)
        if known and not is_named(item, stack, context, graph):
            yield alarm.finding(found=item, wanted="a metric that somebody publishes", fix=_DECLARE)


@rule(
    "MON-MET-002", level=Level.ERROR, why="A missing dimension is another series: an empty one, or a mixture."
)
def metric_has_its_dimensions(
    alarm: MetricAlarm, stack: Stack, context: Context, graph: DeliveryGraph
) -> Iterator[Breach]:
    """The metric is published with exactly these dimensions; without any only if it is the account's own."""
    for item in alarm.series:
        if is_named(item, stack, context, graph) and not is_published(item, stack, context, graph):
            fix = "name the resource under bedrock, lambda or database in config/"
            yield alarm.finding(found=item, wanted=_sets(item), fix=fix)


@rule("MON-MET-003", level=Level.ERROR, why="A sum of a gauge or an average of a counter says nothing.")
def statistic_means_something(alarm: MetricAlarm) -> Iterator[Breach]:
    """The statistic is one that AWS gives the metric a meaning for."""
    for item in alarm.series:
        fact = facts.metric(*item.metric) if item.metric else None
        statistic = as_text(item.statistic)
        if fact and statistic and _family(statistic) not in fact.statistics:
            found, wanted = f"{statistic} of {item.name}", sorted(fact.statistics)
            yield alarm.finding(found=found, wanted=wanted, fix="set the signal of its catalog entry")


@rule("MON-MET-004", level=Level.ERROR, why="An alarm with another unit than its metric's gets no data.")
def unit_is_the_metrics_own(alarm: MetricAlarm, stack: Stack, context: Context) -> Iterator[Breach]:
    """An alarm names no unit, or the one that the metric is published in."""
    for item in alarm.series:
        published = unit_of(item, stack, context)
        if item.unit is not None and is_known(item.unit) and item.unit != published:
            fix = "leave the unit of the alarm out"
            yield alarm.finding(found=item.unit, wanted=published or "no unit", fix=fix)


def _family(statistic: str) -> str:
    """Every percentile and trimmed mean goes by `p`; the plain statistics by their own names."""
    return statistic if statistic in _PLAIN else "p"


def _sets(item: Series) -> str:
    fact = facts.metric(*item.metric) if item.metric else None
    if fact is None:
        return "the dimensions that it is published with"
    return " or ".join(
        sorted(f"({', '.join(sorted(names))})" for names in fact.dimension_sets if names or fact.account_wide)
    )


_PLAIN = frozenset({"SampleCount", "Average", "Sum", "Minimum", "Maximum"})
