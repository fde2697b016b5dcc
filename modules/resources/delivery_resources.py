"""What carries a notification on, and where each of them puts what it cannot deliver."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from modules.resources.views import Resource
from modules.terraform.values import Unknown, as_map, from_json, inside, links


class Sender(Resource):
    """What can have a dead letter queue."""

    @property
    def dead_letter_target(self) -> Any:
        """The ARN of its dead letter queue as it stands, or `None`."""
        policy = self.get("redrive_policy")
        if isinstance(policy, Unknown):
            return policy
        return as_map(from_json(policy)).get("deadLetterTargetArn")


class Queue(Sender):
    """An SQS queue."""

    TYPES = ("aws_sqs_queue",)


class QueuePolicy(Resource):
    """The policy of an SQS queue."""

    TYPES = ("aws_sqs_queue_policy",)


class Subscription(Sender):
    """A subscriber of an SNS topic."""

    TYPES = ("aws_sns_topic_subscription",)

    @property
    def protocol(self) -> str | None:
        """How it is reached, where that is known."""
        return self.text("protocol")


class Function(Sender):
    """A Lambda function."""

    TYPES = ("aws_lambda_function",)

    @property
    def dead_letter_target(self) -> Any:
        """Where a run goes that was started without waiting for its end, and failed."""
        return inside(self.get("dead_letter_config"), "target_arn")

    @property
    def log_group(self) -> Any:
        """The log group that it writes to, if it was told one."""
        return inside(self.get("logging_config"), "log_group")

    @property
    def environment(self) -> Mapping[str, Any]:
        """Its environment variables, as far as they are known."""
        return as_map(self._variables)

    @cached_property
    def mentioned(self) -> tuple[Any, ...]:
        """What its environment variables say, or what they are made of."""
        return tuple(one for value in self.environment.values() for one in links(value)) or links(
            self._variables
        )

    @property
    def _variables(self) -> Any:
        return inside(self.get("environment"), "variables")


class InvokeConfig(Sender):
    """How Lambda treats the runs of a function that nobody waits for."""

    TYPES = ("aws_lambda_function_event_invoke_config",)

    @property
    def dead_letter_target(self) -> Any:
        """The destination on failure."""
        return inside(self.get("destination_config"), "on_failure", "destination")


class Schedule(Sender):
    """What EventBridge Scheduler starts, and when."""

    TYPES = ("aws_scheduler_schedule",)

    @property
    def started(self) -> Any:
        """The ARN of what it starts."""
        return inside(self.get("target"), "arn")

    @property
    def role(self) -> Any:
        """The ARN of the role that it starts it with."""
        return inside(self.get("target"), "role_arn")

    @property
    def dead_letter_target(self) -> Any:
        """Where a start goes that failed."""
        return inside(self.get("target"), "dead_letter_config", "arn")


class EventTarget(Resource):
    """The target of an EventBridge rule."""

    TYPES = ("aws_cloudwatch_event_target",)


class EventSource(Resource):
    """What reads a queue and hands its messages to a function."""

    TYPES = ("aws_lambda_event_source_mapping",)
