"""Plain resources out of synthesized JSON: type, address and values, with a few words to ask by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from policies.findings import Breach
from policies.series import Series, series_of
from policies.values import as_map, as_text, blocks, links, shown

# Of an alarm.
STATES = ("alarm", "ok", "insufficient_data")


@dataclass(frozen=True)
class Resource:
    """One resource of the stack.

    Attributes
    ----------
    inherited_tags
        The default tags of its provider.
    references
        What each argument is made of, where a plan says so.
    """

    type: str
    address: str
    values: Mapping[str, Any]
    inherited_tags: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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

    @cached_property
    def severity(self) -> Any:
        """Whose attention it needs, from its own tags."""
        return as_map(self.tags).get("Severity")

    @cached_property
    def role(self) -> Any:
        """What it is for, from its own tags."""
        return as_map(self.tags).get("Role")

    @property
    def maintenance_until(self) -> Any:
        """The last day on which its severity is lowered, from its own tags; `None` without a window."""
        return as_map(self.tags).get("MaintenanceUntil")

    def actions(self, state: str) -> tuple[Any, ...]:
        """What it does when it enters a state: `alarm`, `ok` or `insufficient_data`."""
        return links(self.get(f"{state}_actions"))


class CompositeAlarm(Alarm):
    """An alarm over other alarms."""

    TYPES = ("aws_cloudwatch_composite_alarm",)


class MetricAlarm(Alarm):
    """An alarm on a metric or on metric math."""

    TYPES = ("aws_cloudwatch_metric_alarm",)

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """Every metric that it reads."""
        return series_of(self.values)

    @cached_property
    def queries(self) -> tuple[Mapping[str, Any], ...]:
        """The blocks of its metric math."""
        return blocks(self.get("metric_query"))
