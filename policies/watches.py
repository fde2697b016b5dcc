"""Which alarms watch the ways that notifications take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from modules import facts
from modules.spec.alarms import Comparison
from policies.grouping import grouped
from policies.resources import LogGroup, MetricAlarm, MetricFilter, Resource, Topic
from policies.senders import Function, Queue
from policies.series import Series
from policies.values import Unknown, as_map, as_number, as_text, is_open

if TYPE_CHECKING:
    from policies.stacks import Stack

# By namespace: the dimension that names a resource, what kind that is, and the attribute with its name.
_NAMED: Mapping[str, tuple[str, type[Resource], str]] = {
    "AWS/Lambda": ("FunctionName", Function, "function_name"),
    "AWS/SNS": ("TopicName", Topic, "name"),
    "AWS/SQS": ("QueueName", Queue, "name"),
}
_TAKEN = re.compile(r"(?:SUM|MAX)\(\[([\w\s,]+)\]\)")


@dataclass(frozen=True, kw_only=True, eq=False)
class Watch:
    """An alarm, one metric that it reads, and the resource that this metric tells of."""

    alarm: MetricAlarm
    series: Series
    resource: Resource

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
        returned = [query for query in self.alarm.queries if query.get("return_data") in (True, "true")]
        expression = as_text(returned[0].get("expression")) if len(returned) == 1 else None
        match = _TAKEN.fullmatch(expression.strip()) if expression else None
        inputs = {name.strip() for name in match[1].split(",")} if match else set()
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
class Watches:
    """The watches of a stack. Mappings go by address, and lack what has no answer."""

    stack: Stack

    @cached_property
    def on(self) -> Mapping[str, tuple[Watch, ...]]:
        """By resource: what watches it."""
        return grouped((one.resource.address, one) for one in self._all)

    @cached_property
    def by(self) -> Mapping[str, tuple[Watch, ...]]:
        """By alarm: what it watches."""
        return grouped((one.alarm.address, one) for one in self._all)

    @cached_property
    def _all(self) -> tuple[Watch, ...]:
        return tuple(
            Watch(alarm=alarm, series=item, resource=resource)
            for alarm in self.stack.of(MetricAlarm)
            for item in alarm.series
            for resource in self._told_of(item)
        )

    def _told_of(self, item: Series) -> tuple[Resource, ...]:
        """What its dimension names, or the functions whose log lines a filter counts."""
        if item.metric is None:
            return ()
        if item.metric[0] not in _NAMED:
            return self._logging.get(item.metric, ())
        dimension, kind, attribute = _NAMED[item.metric[0]]
        given = item.dimensions
        value = given if isinstance(given, Unknown) else as_map(given).get(dimension)
        found = self.stack.linked(kind, value, attribute)
        return (found,) if found else ()

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


def _may_be_negative(item: Series) -> bool:
    fact = facts.metric(*item.metric) if item.metric else None
    return fact is None or fact.minimum is None or fact.minimum < 0
