"""Topics, their policies and their e-mail subscribers."""

from __future__ import annotations

import hashlib
import json

from constructs import Construct

from modules.constructs._bindings import aws
from modules.constructs.names import construct_id, reference
from modules.render import policies
from modules.spec.alarms import Route
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


def topic_arn(route: Route) -> str:
    """A reference to the topic of a route."""
    return reference("aws_sns_topic", construct_id("topic", route.value), "arn")


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
        policy=policies.topic(place, topic.name),
    )
    for email in topic.emails:
        _add_email(scope, topic, email)


def _add_email(scope: Construct, topic: Topic, email: str) -> None:
    """An address; its digest makes the id, so that the order of addresses changes nothing."""
    digest = hashlib.sha256(email.encode()).hexdigest()[:12]
    aws("sns_topic_subscription", "SnsTopicSubscription")(
        scope,
        construct_id("email", f"{topic.key}-{digest}"),
        topic_arn=topic_arn(topic.route),
        protocol="email",
        endpoint=email,
        filter_policy_scope="MessageBody",
        filter_policy=json.dumps(NOT_THE_FIRST_OK, separators=(",", ":")),
    )
