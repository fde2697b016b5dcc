"""Which alarms watch the ways that notifications take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from modules import facts
from modules.resources.delivery_resources import Function, Queue
from modules.resources.grouping import grouped
from modules.resources.series import Series
from modules.resources.stacks import Stack
from modules.resources.views import LogGroup, MetricAlarm, MetricFilter, Resource, Topic
from modules.semantics.metric_math import Kind, Node, parse
from modules.spec.alarms import Comparison
from modules.terraform.values import Unknown, as_map, as_number, as_text, is_open

# By namespace: the dimension that names a resource, what kind that is, and the attribute with its name.
_NAMED: Mapping[str, tuple[str, type[Resource], str]] = {
    "AWS/Lambda": ("FunctionName", Function, "function_name"),
    "AWS/SNS": ("TopicName", Topic, "name"),
    "AWS/SQS": ("QueueName", Queue, "name"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Watch:
    """An alarm, one metric that it reads, and the resource that this metric tells of.

    Attributes
    ----------
    is_certain
        Whether it is known to be this resource, and not only one that an unknown value may name.
    """

    alarm: MetricAlarm
    series: Series
    resource: Resource
    is_certain: bool = True

    @property
    def bounds_signal(self) -> bool:
        """True if the alarm's signal is never below this metric.

        The metric is the whole signal, or `SUM` or `MAX` takes it together with metrics that are never
        negative. Neither needs a data point of each of them, as `+` does.
        """
        if self.series.statistic == "Minimum":  # 0 in a period that began without a message
            return False
        if self.alarm.get("metric_query") is None:
            return True
        inputs = _summed(self.alarm)
        taken = [item for item in self.alarm.series if str(item.id) in inputs]
        return self.series in taken and len(taken) == len(inputs) and not any(map(_may_be_negative, taken))

    @property
    def fires_at_one(self) -> bool:
        """True if the alarm fires when this metric is 1, or may fire, where the condition is unknown."""
        threshold, operator = self.alarm.get("threshold"), self.alarm.get("comparison_operator")
        number = as_number(threshold)
        if not self.bounds_signal or is_open(threshold) or is_open(operator):
            return self.bounds_signal
        above = operator == Comparison.ABOVE and number is not None and number < 1
        return above or (operator == Comparison.AT_LEAST and number is not None and number <= 1)


@dataclass(frozen=True, eq=False)
class AlarmCoverage:
    """The watches of a stack. Mappings go by address, and lack what has no answer."""

    stack: Stack

    @cached_property
    def on(self) -> Mapping[str, tuple[Watch, ...]]:
        """By resource: what watches it, or may do so."""
        return grouped((one.resource.address, one) for one in self._all)

    @cached_property
    def by(self) -> Mapping[str, tuple[Watch, ...]]:
        """By alarm: what it is known to watch."""
        return grouped((one.alarm.address, one) for one in self._all if one.is_certain)

    @cached_property
    def _all(self) -> tuple[Watch, ...]:
        return tuple(
            Watch(alarm=alarm, series=item, resource=resource, is_certain=certain)
            for alarm in self.stack.of(MetricAlarm)
            for item in alarm.series
            for resource, certain in self._told_of(item)
        )

    def _told_of(self, item: Series) -> Iterator[tuple[Resource, bool]]:
        """Yield the resources that a metric describes, each with whether that is certain."""
        if item.metric is None:
            return
        if item.metric[0] not in _NAMED:
            yield from ((function, True) for function in self._logging.get(item.metric, ()))
            return
        dimension, kind, attribute = _NAMED[item.metric[0]]
        given = item.dimensions
        value = given if isinstance(given, Unknown) else as_map(given).get(dimension)
        named = self.stack.linked(kind, value, attribute)
        if named:
            yield named, True
        else:
            yield from ((found, False) for found in self.stack.candidates(kind, value, attribute))

    @cached_property
    def _logging(self) -> Mapping[tuple[str | None, str | None], tuple[Function, ...]]:
        """By metric of a filter: the functions that write to the filter's log group."""
        return grouped(self._counted())

    def _counted(self) -> Iterator[tuple[tuple[str | None, str | None], Function]]:
        written = [
            (group.address, one) for one in self.stack.of(Function) if (group := self._group(one.log_group))
        ]
        writers = grouped(written)
        for item in self.stack.of(MetricFilter) if writers else ():
            group = self._group(item.get("log_group_name"))
            for one in item.transformations:
                metric = as_text(one.get("namespace")), as_text(one.get("name"))
                for function in writers.get(group.address, ()) if group else ():
                    yield metric, function

    def _group(self, value: object) -> LogGroup | None:
        return self.stack.linked(LogGroup, value, "name", "id")


def _summed(alarm: MetricAlarm) -> frozenset[str]:
    """Return the ids in the list of `SUM` or `MAX`, if that is all of the alarm's math."""
    returned = [query for query in alarm.queries if query.get("return_data") in (True, "true")]
    text = as_text(returned[0].get("expression")) if len(returned) == 1 else None
    match parse(text or ""):
        case Node(Kind.CALL, "SUM" | "MAX", (Node(Kind.LIST, _, parts),)) if {
            part.kind for part in parts
        } == {Kind.ID}:
            return frozenset(part.text for part in parts)
    return frozenset()


def _may_be_negative(item: Series) -> bool:
    fact = facts.metric(*item.metric) if item.metric else None
    return fact is None or fact.minimum is None or fact.minimum < 0
