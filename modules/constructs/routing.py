"""Topics, their policies and their subscribers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from constructs import Construct

from modules.constructs._bindings import aws
from modules.constructs.queues import queue_reference, redrive
from modules.naming import construct_id, email_id, reference
from modules.render import policies
from modules.spec.alarms import Route
from modules.spec.functions import OwnFunction
from modules.spec.routing import Topic
from modules.spec.system import Place

# A new alarm goes from INSUFFICIENT_DATA to OK at once, and would mail that. Every other JSON message
# passes, also one that is no alarm; plain text never passes a filter on the body.
NOT_THE_FIRST_OK = {
    "$or": [
        {"OldStateValue": [{"anything-but": ["INSUFFICIENT_DATA"]}, {"exists": False}]},
        {"NewStateValue": [{"anything-but": ["OK"]}]},
    ]
}

PAGERDUTY_VARIABLE = "pagerduty_integration_url"
# Within the hour that SNS grants: at once, then soon, then ever more seldom. By default SNS gives up on
# an HTTPS endpoint after a minute. Source: SNS developer guide, "Amazon SNS message delivery retries".
PATIENCE = {
    "healthyRetryPolicy": {
        "numRetries": 38,
        "numNoDelayRetries": 2,
        "numMinDelayRetries": 8,
        "minDelayTarget": 5,
        "maxDelayTarget": 120,
        "backoffFunction": "exponential",
    }
}


def topic_arn(route: Route) -> str:
    """A reference to the topic of a route."""
    return reference("aws_sns_topic", construct_id("topic", route.value), "arn")


def delivery_path(topic: Topic, functions: Sequence[OwnFunction]) -> list[str]:
    """Addresses of what must exist before the first message on a topic, or that message is lost.

    The topic's policy, the subscriptions of queues, and what hands those queues to functions. Not the
    subscriptions by HTTPS and e-mail: others confirm them, and one that fails would prevent every alarm.
    """
    readers = [
        function.key for function in functions if function.reads and function.reads.queue in topic.queues
    ]
    return [
        f"aws_sns_topic_policy.{construct_id('topic-policy', topic.key)}",
        *(f"aws_sns_topic_subscription.{construct_id('subscription', queue)}" for queue in topic.queues),
        *(f"aws_lambda_event_source_mapping.{construct_id('events', reader)}" for reader in readers),
    ]


def add_topic(scope: Construct, topic: Topic, place: Place, *, key_arn: str) -> None:
    """The topic of a route, that CloudWatch may publish to, with its subscribers."""
    identity = construct_id("topic", topic.key)
    aws("sns_topic", "SnsTopic")(
        scope,
        identity,
        name=topic.name,
        display_name=topic.display_name,
        kms_master_key_id=key_arn,
        tags={"Route": topic.route.value},
    )
    aws("sns_topic_policy", "SnsTopicPolicy")(
        scope,
        construct_id("topic-policy", topic.key),
        arn=topic_arn(topic.route),
        policy=policies.topic(place, topic),
    )
    for email in topic.emails:
        _add_email(scope, topic, email)
    for queue in topic.queues:
        _subscribe(scope, topic, construct_id("subscription", queue), "sqs", queue_reference(queue))
    if topic.pagerduty:
        _add_pagerduty(scope, topic)


def _add_email(scope: Construct, topic: Topic, email: str) -> None:
    """An address, without the first OK of a new alarm."""
    filtered = {"filter_policy_scope": "MessageBody", "filter_policy": _json(NOT_THE_FIRST_OK)}
    more = {} if topic.route is Route.DIGEST else filtered  # the digest is no JSON, and would be dropped
    _subscribe(scope, topic, email_id(topic.key, email), "email", email, **more)


def _add_pagerduty(scope: Construct, topic: Topic) -> None:
    """PagerDuty's CloudWatch integration, which wants SNS's envelope and confirms by itself.

    Never with `create_before_destroy`: Subscribe returns an existing subscription of the same topic,
    protocol and endpoint, so the replacement is the old one, and destroying the old one removes both.
    Source: SNS API Reference, "Subscribe"; measured in https://github.com/go-to-k/cdkd/issues/1967.
    """
    _subscribe(
        scope,
        topic,
        construct_id("pagerduty", topic.key),
        "https",
        f"${{var.{PAGERDUTY_VARIABLE}}}",
        endpoint_auto_confirms=True,
        confirmation_timeout_in_minutes=5,
        delivery_policy=_json(PATIENCE),
    )


def _subscribe(
    scope: Construct, topic: Topic, identity: str, protocol: str, endpoint: str, **more: Any
) -> None:
    """A subscription; what it does not take is kept aside."""
    aws("sns_topic_subscription", "SnsTopicSubscription")(
        scope,
        identity,
        topic_arn=topic_arn(topic.route),
        protocol=protocol,
        endpoint=endpoint,
        redrive_policy=redrive(topic.undelivered),
        raw_message_delivery=False,
        **more,
    )


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
