"""Plain resources out of synthesized JSON: type, address and values, with a few words to ask by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from policies.findings import Breach
from policies.values import as_map, as_text, blocks, links, reference, shown


@dataclass(frozen=True)
class Resource:
    """One resource of the stack.

    Attributes
    ----------
    inherited_tags
        The default tags of its provider.
    """

    type: str
    address: str
    values: Mapping[str, Any]
    inherited_tags: Mapping[str, Any] = field(default_factory=dict)

    TYPES: ClassVar[tuple[str, ...]] = ()

    def get(self, name: str) -> Any:
        """The value as it stands, or `None`."""
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """Known text, else `None`."""
        return as_text(self.get(name))

    @property
    def tags(self) -> Any:
        """The resource's own tags."""
        return self.get("tags")

    @cached_property
    def effective_tags(self) -> Mapping[str, Any]:
        """Own tags over the provider's."""
        planned = self.get("tags_all")
        return (
            as_map(planned) if isinstance(planned, Mapping) else {**self.inherited_tags, **as_map(self.tags)}
        )

    def finding(self, *, found: Any, wanted: Any, fix: str) -> Breach:
        """A breach at this address."""
        return Breach(address=self.address, found=shown(found), wanted=shown(wanted), fix=fix)


class LogGroup(Resource):
    """A log group."""

    TYPES = ("aws_cloudwatch_log_group",)


class MetricFilter(Resource):
    """A metric filter on a log group."""

    TYPES = ("aws_cloudwatch_log_metric_filter",)

    @cached_property
    def transformations(self) -> tuple[Mapping[str, Any], ...]:
        """What it publishes; CloudWatch takes exactly one."""
        return blocks(self.get("metric_transformation"))


class Dashboard(Resource):
    """A dashboard."""

    TYPES = ("aws_cloudwatch_dashboard",)


class Topic(Resource):
    """An SNS topic."""

    TYPES = ("aws_sns_topic",)

    @property
    def route(self) -> Any:
        """The route that it serves, from its own tags."""
        return as_map(self.tags).get("Route")


class TopicPolicy(Resource):
    """The policy of an SNS topic."""

    TYPES = ("aws_sns_topic_policy",)


class Alarm(Resource):
    """A metric alarm or a composite alarm."""

    @property
    def severity(self) -> Any:
        """Whose attention it needs, from its own tags."""
        return as_map(self.tags).get("Severity")

    @property
    def role(self) -> Any:
        """What it is for, from its own tags."""
        return as_map(self.tags).get("Role")

    def actions(self, state: str) -> tuple[Any, ...]:
        """What it does when it enters a state: `alarm`, `ok` or `insufficient_data`."""
        return links(self.get(f"{state}_actions"))


class CompositeAlarm(Alarm):
    """An alarm over other alarms."""

    TYPES = ("aws_cloudwatch_composite_alarm",)


class MetricAlarm(Alarm):
    """An alarm on a metric or on metric math; signals.py reads what it watches."""

    TYPES = ("aws_cloudwatch_metric_alarm",)


KINDS: Mapping[str, type[Resource]] = {
    name: kind
    for kind in (LogGroup, MetricFilter, Dashboard, Topic, TopicPolicy, CompositeAlarm, MetricAlarm)
    for name in kind.TYPES
}
Kind = TypeVar("Kind", bound=Resource)


@dataclass(frozen=True)
class Stack:
    """All resources of one stack."""

    resources: tuple[Resource, ...]

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Every resource of a kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(item for item in self.resources if isinstance(item, kind))
        return self._by_kind[kind]

    def at(self, kind: type[Kind], value: Any, *attributes: str) -> Kind | None:
        """The resource of a kind whose attribute (any of these) a reference names, or whose value it is."""
        target = reference(value)
        if target is not None:
            found = self._by_address.get(target[0]) if target[1] in attributes else None
            return found if isinstance(found, kind) else None
        text = as_text(value)
        return (
            next((item for item in self.of(kind) if text in map(item.text, attributes)), None)
            if text
            else None
        )

    @cached_property
    def _by_kind(self) -> dict[type[Resource], tuple[Any, ...]]:
        return {}

    @cached_property
    def _by_address(self) -> dict[str, Resource]:
        return {item.address: item for item in self.resources}


def made(kind: str, address: str, values: Mapping[str, Any], tags: Mapping[str, Any]) -> Resource:
    """A resource of the class that knows its type."""
    return KINDS.get(kind, Resource)(kind, address, values, tags)


def read_stack(stack: Mapping[str, Any]) -> Stack:
    """The resources of a synthesized cdk.tf.json."""
    return Stack(tuple(_resources(as_map(stack))))


def _resources(stack: Mapping[str, Any]) -> Iterator[Resource]:
    inherited = {
        _alias(block): _default_tags(block) for block in blocks(as_map(stack.get("provider")).get("aws"))
    }
    for kind, named in as_map(stack.get("resource")).items():
        for name, body in as_map(named).items():
            for values in blocks(body):
                tags = inherited.get(str(values.get("provider", "aws")), {})
                yield made(kind, f"{kind}.{name}", values, tags)


def _alias(provider: Mapping[str, Any]) -> str:
    alias = provider.get("alias")
    return "aws" if alias is None else f"aws.{alias}"


def _default_tags(provider: Mapping[str, Any]) -> Mapping[str, Any]:
    tags: dict[str, Any] = {}
    for block in blocks(provider.get("default_tags")):
        tags.update(as_map(block.get("tags")))
    return tags
