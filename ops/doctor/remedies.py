"""Remedies for a metric without data points, by its publisher."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from lambda_src.watchdog.checks import Metric
from modules.catalog import publisher
from modules.settings import Settings
from modules.spec.functions import OwnFunction
from modules.spec.logs import MetricFilter
from modules.spec.system import Monitoring

DRILL = "docs/notifications.md, Try it"
# Source: SQS developer guide, "Monitoring Amazon SQS queues using CloudWatch".
QUEUE = (
    "a queue reports only while it is used and for six hours afterwards, at first up to 15 minutes late: "
    "`terraform plan` uses every queue; run it, wait and run this again"
)
UNKNOWN = "check its namespace, name and dimensions"


class Remedies:
    """The remedies of one target."""

    def __init__(self, settings: Settings, monitoring: Monitoring) -> None:
        self._settings, self._monitoring = settings, monitoring

    def of(self, metric: Metric) -> str:
        """Return what makes the first data point appear, or what to check if it does not."""
        if metric.namespace == self._monitoring.namespace:
            return self._of_custom(metric)
        by_namespace: Mapping[str, Callable[[Mapping[str, str]], str]] = {
            "AWS/Bedrock/Agents": self._of_agents,
            "AWS/Lambda": self._of_function,
            "AWS/RDS": self._of_database,
            "AWS/SNS": self._of_topic,
            "AWS/SQS": lambda _: QUEUE,
        }
        remedy = by_namespace.get(metric.namespace)
        return remedy(dict(metric.dimensions)) if remedy else UNKNOWN

    def _of_agents(self, _: Mapping[str, str]) -> str:
        return (
            "send a request through the agent; its service role needs the policy in the output "
            f"agent_metrics_policy; alias_arn and model_id are in bedrock.agents{self._in('bedrock')}"
        )

    def _of_function(self, dimensions: Mapping[str, str]) -> str:
        name = dimensions.get("FunctionName")
        if name is None:
            return "invoke any function of the account"
        if name in self._own:
            return self._of_own(self._own[name])
        return f"invoke the function {name} once, or correct its name in lambda.functions{self._in('lambda')}"

    @cached_property
    def _own(self) -> dict[str, OwnFunction]:
        return {function.name: function for function in self._monitoring.functions}

    def _of_own(self, function: OwnFunction) -> str:
        """A function that a notification starts needs a drill; one that a schedule starts needs time."""
        for topic in self._monitoring.topics:
            if function.reads and function.reads.queue in topic.queues:
                return f"send a drill on the {topic.key} route ({DRILL}): it runs {function.name}"
        log = self._group(function.group)
        for schedule in self._monitoring.schedules:
            if schedule.function == function.key:
                when = f"{schedule.expression} {schedule.time_zone}"
                return f"{function.name} runs at {when}; if a run is overdue, read its log {log}"
        return f"invoke the function {function.name} once, and read its log {log}"

    def _of_database(self, _: Mapping[str, str]) -> str:
        identifier = self._settings.database.identifier
        if identifier is None:
            return f"its name is a guess: set database.identifier{self._in('database')}"
        key = f"database.identifier{self._in('database', 'identifier')}"
        return f"check that {identifier} exists in this account and region, or correct {key}"

    def _of_topic(self, dimensions: Mapping[str, str]) -> str:
        name = dimensions.get("TopicName")
        route = next((topic.key for topic in self._monitoring.topics if topic.name == name), name)
        if route == "digest":
            return f"send a drill on the info route ({DRILL}), and wait for the digest that follows"
        return f"send a drill on the {route} route ({DRILL})"

    def _of_custom(self, metric: Metric) -> str:
        for item in self._monitoring.filters:
            if (item.metric.name, dict(item.metric.dimensions)) == (metric.name, dict(metric.dimensions)):
                return self._of_filter(item)
        outside = self._settings.published_outside.get(metric.name)
        if outside:
            return f"check that {outside.by} publishes it: published_outside{self._in('published_outside')}"
        counts = next((own for own in self._own.values() if own.key == publisher.KEY), None)
        if counts is None:
            return UNKNOWN
        return f"put the login into its secret; {self._of_own(counts)}"

    def _of_filter(self, item: MetricFilter) -> str:
        function = next((own for own in self._own.values() if own.group == item.group), None)
        if function:
            return self._of_own(function)
        log = self._group(item.group)
        use = "send the service a request; if it had some"
        if item.default is not None:
            return f"{use}, check that it logs to {log}"
        return f"{use}, compare its lines in {log} with the pattern {item.pattern}"

    def _group(self, key: str) -> str:
        return next((group.name for group in self._monitoring.log_groups if group.key == key), key)

    def _in(self, *keys: str) -> str:
        return f" ({self._settings.file_of(*keys)})"
