"""What a judge has to know besides the change: topics with their routes, and the units of metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules import facts
from modules.resources.stacks import Stack
from modules.resources.views import Topic
from modules.semantics.secrets import SENSITIVE
from modules.terraform.values import Hidden, Unknown, as_list, as_map, as_text, blocks, is_nothing
from ops.review.plans import Plan
from ops.review.values import key_of, one_line
from ops.review.verdicts import SEVERITIES

TOPIC = "aws_sns_topic"


@dataclass(frozen=True)
class Target:
    """What an alarm acts on.

    Attributes
    ----------
    key
        Equal for the same target, however it is written.
    label
        How it reads.
    route
        The severity of the topic, as its tags say; empty where nothing says it.
    is_known
        Whether it is known what it is, and may be told.
    """

    key: str
    label: str
    route: str = ""
    is_known: bool = True

    @property
    def rank(self) -> int | None:
        """How urgent the route is; `None` where that cannot be told."""
        return SEVERITIES.get(self.route)


@dataclass(frozen=True)
class Topics:
    """The topics of one side: addresses with values."""

    items: tuple[tuple[str, Mapping[str, Any]], ...]

    def targets(self, value: Any) -> tuple[Target, ...]:
        """The targets in a list of actions: unknown ones by their references, hidden ones by their values."""
        found = {target.key: target for item in as_list(value) for target in self._targets(item)}
        return tuple(found.values())

    def _targets(self, item: Any) -> Iterator[Target]:
        if isinstance(item, Unknown):
            yield from (self._referred(reference) for reference in item.references or ("",))
        elif isinstance(item, Hidden):
            yield from _hidden(item.value)
        elif (text := as_text(item)) is not None:
            yield self._named(text)

    def _referred(self, reference: str) -> Target:
        topic = self._stack.at(Topic, f"${{{reference}}}", "arn", "id")
        if topic is not None:
            return target(topic.address, topic.values)
        return Target(f"?{reference}", one_line(reference) or "a target known after apply", is_known=False)

    def _named(self, arn: str) -> Target:
        name = arn.rpartition(":")[2]
        topic = self._stack.at(Topic, arn, "arn")
        if topic is not None:
            return target(topic.address, topic.values)
        return self._by_name.get(name) or Target(arn, one_line(name or arn))

    @cached_property
    def _stack(self) -> Stack:
        """Each topic once, the last of an address first."""
        return Stack(tuple(Topic(TOPIC, *item) for item in reversed(dict(self.items).items())))

    @cached_property
    def _by_name(self) -> Mapping[str, Target]:
        """Those whose ARN is not known yet: then the name at the end of an ARN has to do."""
        without = [item for item in self.items if not as_text(item[1].get("arn"))]
        return {name: target(*item) for item in without if (name := as_text(item[1].get("name")))}


def _hidden(value: Any) -> Iterator[Target]:
    """What is sensitive is there and can be compared; where it leads is not to be told."""
    for item in as_list(value):
        if not is_nothing(item):
            yield Target(key_of(Hidden(item)), SENSITIVE, is_known=False)


def target(address: str, values: Mapping[str, Any]) -> Target:
    """A topic as a target."""
    name, route = as_text(values.get("name")) or "", route_of(values)
    label = f"{route} ({name})" if route and name else route or name or address
    return Target(address, one_line(label), route)


def route_of(values: Mapping[str, Any]) -> str:
    """The route of a topic, as its tags say."""
    tags = tags_of(values)
    return as_text(tags.get("Route")) or as_text(tags.get("Severity")) or ""


def tags_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """All tags, those of the provider included."""
    found = values.get("tags_all")
    return as_map(values.get("tags") if is_nothing(found) or not isinstance(found, Mapping) else found)


def topics(items: Iterable[tuple[str, Any]]) -> Topics:
    """The topics among addresses with values; without those that are not there on this side."""
    return Topics(tuple((address, values) for address, values in items if isinstance(values, Mapping)))


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
            return topics(self.base.side("after", TOPIC))
        return topics((*self.head.data_sources(TOPIC), *self.head.side("before", TOPIC)))

    @cached_property
    def after(self) -> Topics:
        """The topics after, and those that go: an alarm may still name one."""
        gone = self.head.side("before", TOPIC)
        return topics((*self.head.data_sources(TOPIC), *gone, *self.head.side("after", TOPIC)))

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
            for _, values in self.head.side(side, _FILTER):
                for block in blocks(as_map(values).get("metric_transformation")):
                    unit = as_text(block.get("unit"))
                    if unit and unit != "None":
                        found[str(block.get("namespace")), str(block.get("name"))] = unit
        return found
