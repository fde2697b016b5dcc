"""What a judge has to know besides the change: topics with their routes, and the units of metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules import facts
from modules.terraform.values import as_map, as_text, blocks
from ops.review.plans import Plan
from ops.review.topics import TOPIC, Topics, topics

_FILTER = "aws_cloudwatch_log_metric_filter"


@dataclass(frozen=True)
class World:
    """A plan, or two plans that are compared: then the base is what was before."""

    head: Plan
    base: Plan | None = None

    @cached_property
    def before(self) -> Topics:
        """The topics before."""
        if self.base is not None:
            return topics(_values(self.base, "after", TOPIC))
        return topics((*_looked_up(self.head), *_values(self.head, "before", TOPIC)))

    @cached_property
    def after(self) -> Topics:
        """The topics after, and those that go: an alarm may still name one."""
        gone = _values(self.head, "before", TOPIC)
        return topics((*_looked_up(self.head), *gone, *_values(self.head, "after", TOPIC)))

    def unit(self, namespace: Any, name: Any) -> str | None:
        """The unit of a metric, as AWS documents it or a filter of the plan publishes it."""
        if not isinstance(namespace, str) or not isinstance(name, str):
            return None
        fact = facts.metric(namespace, name)
        return fact.unit if fact else self._published.get((namespace, name))

    @cached_property
    def _published(self) -> Mapping[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for side in ("before", "after"):
            for _, values in _values(self.head, side, _FILTER):
                for block in blocks(as_map(values).get("metric_transformation")):
                    unit = as_text(block.get("unit"))
                    if unit and unit != "None":
                        found[str(block.get("namespace")), str(block.get("name"))] = unit
        return found


def _values(plan: Plan, side: str, kind: str) -> Iterator[tuple[str, Any]]:
    """Address and values of every resource of a type, on one side of its change."""
    for item in plan.resource_changes:
        if item["type"] == kind and item.get("mode", "managed") == "managed":
            yield item["address"], item["change"].get(side)


def _looked_up(plan: Plan) -> Iterator[tuple[str, Any]]:
    """The topics that the configuration only reads."""
    values = as_map(as_map(plan.raw.get("prior_state")).get("values"))
    for item in _resources(values.get("root_module")):
        if item.get("mode") == "data" and item.get("type") == TOPIC:
            yield str(item.get("address")), item.get("values")


def _resources(module: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(module, Mapping):
        yield from blocks(module.get("resources"))
        for child in blocks(module.get("child_modules")):
            yield from _resources(child)
