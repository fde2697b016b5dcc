"""Topics: one for each route, encrypted, open to CloudWatch and closed to plain transport."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from modules.resources.alarm_coverage import AlarmCoverage
from modules.resources.arns import UNKNOWN, arn_of, statements_in
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Subscription
from modules.resources.documents import Statement, statements
from modules.resources.keys import is_customer_key
from modules.resources.permissions import NO_STATEMENT, OF_SERVICE, Call, refusal
from modules.resources.stacks import Stack
from modules.resources.views import Topic, TopicPolicy
from modules.spec.alarms import Route
from modules.terraform.values import Unknown, from_json, is_open, links
from policies.engine import rule
from policies.findings import Level

_LEAVE = "leave the policy to the generator"
PUBLISHER, PUBLISH = "cloudwatch.amazonaws.com", "sns:publish"
SOURCES = ("aws:sourceaccount", "aws:sourcearn")
# Source: https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
UNDELIVERED = ("NumberOfNotificationsRedrivenToDlq", "NumberOfNotificationsFailed")


@rule(
    "MON-TOP-001",
    level=Level.ERROR,
    why="A route without its topic swallows alarms; with two it is ambiguous.",
)
def every_route_has_one_topic(stack: Stack) -> Iterator[Breach]:
    """There is exactly one topic for each severity, one for the delivery path and one for the digest."""
    found: dict[Any, list[str]] = defaultdict(list)
    for topic in stack.of(Topic):
        if isinstance(topic.route, str):
            found[topic.route].append(topic.address)
    for route in Route if stack.resources else ():
        if len(found[route.value]) != 1:
            address, fix = f"aws_sns_topic (Route={route})", "leave the topics to the generator"
            given = ", ".join(found[route.value]) or "no topic"
            yield Breach(address=address, found=given, wanted="one topic", fix=fix)


@rule("MON-TOP-002", level=Level.ERROR, why="The route ties a topic to the alarms that act on it.")
def topic_has_route(topic: Topic) -> Iterator[Breach]:
    """Every topic carries the tag Route with a route that exists."""
    if not is_open(topic.tags) and not is_open(topic.route) and topic.route not in tuple(Route):
        yield topic.finding(found=topic.route, wanted=tuple(Route), fix="set the tag Route of the topic")


@rule(
    "MON-TOP-003",
    level=Level.ERROR,
    why="The key alias/aws/sns does not admit CloudWatch: alarms vanish unseen.",
)
def topic_is_encrypted(topic: Topic) -> Iterator[Breach]:
    """Every topic is encrypted with a customer key."""
    key = topic.get("kms_master_key_id")
    if not is_customer_key(key):
        yield topic.finding(found=key, wanted="a customer key", fix="leave it to the generator's key")


@rule("MON-TOP-004", level=Level.ERROR, why="The default policy neither names CloudWatch nor asks for TLS.")
def topic_has_policy(topic: Topic, stack: Stack) -> Iterator[Breach]:
    """Every topic has a policy of its own."""
    targets = [target for policy in stack.of(TopicPolicy) for target in links(policy.get("arn"))]
    attached = any(stack.at(Topic, target, "arn", "id") is topic for target in targets)
    unsure = any(isinstance(target, Unknown) for target in targets)
    if not attached and not unsure and topic.get("policy") is None:
        yield topic.finding(found="no policy", wanted="an aws_sns_topic_policy", fix=_LEAVE)


@rule("MON-TOP-005", level=Level.ERROR, why="CloudWatch must get in, and only for alarms of this account.")
def policy_lets_cloudwatch_publish(policy: TopicPolicy, graph: DeliveryGraph) -> Iterator[Breach]:
    """The policy of a topic that alarms act on lets CloudWatch publish, limited by source account or ARN."""
    topic = graph.topic(policy.get("arn"))
    if isinstance(policy.get("policy"), Unknown) or (topic and topic.route == Route.DIGEST):
        return
    grants = [one for one in _of(policy) if one.allows(PUBLISH) and PUBLISHER in one.principals("Service")]
    reason = _refusal(policy, topic, graph) if grants else NO_STATEMENT
    if reason:
        yield policy.finding(found=reason, wanted=f"Allow SNS:Publish for {PUBLISHER}", fix=_LEAVE)
    for one in grants:
        if not one.tests(SOURCES):
            yield policy.finding(
                found=one, wanted="a condition on aws:SourceAccount or SourceArn", fix=_LEAVE
            )


@rule(
    "MON-TOP-006", level=Level.ERROR, why="Alarms tell about the inside of the system; nobody may read along."
)
def policy_denies_plain_transport(policy: TopicPolicy) -> Iterator[Breach]:
    """The policy of a topic denies publishing without TLS."""
    if isinstance(policy.get("policy"), Unknown):
        return
    if not any(one.denies_plain_transport(PUBLISH) for one in _of(policy)):
        wanted = "Deny SNS:Publish to everybody if aws:SecureTransport is false"
        yield policy.finding(found="no such statement", wanted=wanted, fix=_LEAVE)


@rule(
    "MON-TOP-007",
    level=Level.ERROR,
    why="Whoever may publish can fake an alarm; who subscribes can read them.",
)
def policy_opens_to_nobody(policy: TopicPolicy) -> Iterator[Breach]:
    """The policy of a topic grants nothing to everybody without a condition."""
    for one in _of(policy):
        if one.effect == "Allow" and one.is_for_everybody and not one.conditions:
            yield policy.finding(found=one, wanted="a principal, or a condition", fix=_LEAVE)


@rule(
    "MON-TOP-008",
    level=Level.ERROR,
    why="SQS reports a queue that was idle up to 15 minutes late; SNS reports a lost notice at once.",
)
def dead_letters_of_a_topic_raise_an_alarm_at_once(
    topic: Topic, stack: Stack, graph: DeliveryGraph, coverage: AlarmCoverage
) -> Iterator[Breach]:
    """Every topic whose subscribers have dead letter queues has an alarm on what SNS could not deliver."""
    redriven = [
        item
        for item in stack.of(Subscription)
        if graph.topic(item.get("topic_arn")) is topic and graph.dead_letter_queue(item)
    ]
    watches = coverage.on.get(topic.address, ())
    watched = any(watch.series.name in UNDELIVERED and watch.fires_at_one for watch in watches)
    if redriven and not watched and not is_open(topic.get("name")):
        wanted = f"an alarm on {' or '.join(UNDELIVERED)} above 0"
        yield topic.finding(found="no such alarm", wanted=wanted, fix="add it to the catalog")


def _refusal(policy: TopicPolicy, topic: Topic | None, graph: DeliveryGraph) -> str:
    """Return why an alarm that acts on the topic may not publish to it."""
    stack = graph.stack
    statements = statements_in(stack, policy.get("policy")) or ()
    if topic is None:
        return ""
    account, arn = {"aws:sourceaccount": stack.account or UNKNOWN}, arn_of(topic, stack)
    for alarm in graph.alarms.get(topic.address, ()):
        keys = {**OF_SERVICE, **account, "aws:sourcearn": arn_of(alarm, stack)}
        reason = refusal(statements, Call(action=PUBLISH, service=PUBLISHER, resource=arn, keys=keys))
        if reason:
            return f"{reason}: {alarm.address}"
    return ""


def _of(policy: TopicPolicy) -> tuple[Statement, ...]:
    return statements(from_json(policy.get("policy")))
