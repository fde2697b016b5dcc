"""What a subscriber does not take is kept, and nothing is left out or read on the way."""

from __future__ import annotations

from collections.abc import Iterator

from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Subscription
from modules.spec.alarms import Route
from modules.terraform.values import Unknown, as_text, is_open
from policies.engine import rule
from policies.findings import Level

_LEAVE = "leave the subscriptions to the generator"
_WITH_ENVELOPE = ("sqs", "https")


@rule("MON-SUB-001", level=Level.ERROR, why="SNS gives up after a while, and then the notice is gone.")
def subscription_has_dead_letters(subscription: Subscription, graph: DeliveryGraph) -> Iterator[Breach]:
    """Every subscription has a dead letter queue in this stack."""
    policy = subscription.get("redrive_policy")
    if not isinstance(policy, Unknown) and graph.dead_letter_queue(subscription) is None:
        wanted = "a redrive_policy to a queue of this stack"
        yield subscription.finding(found=policy, wanted=wanted, fix=_LEAVE)


@rule(
    "MON-SUB-002", level=Level.ERROR, why="Alarms carry no attributes: the default scope drops all of them."
)
def filter_reads_the_body(subscription: Subscription) -> Iterator[Breach]:
    """A subscription with a filter policy filters the body of the message."""
    policy, scope = subscription.get("filter_policy"), subscription.get("filter_policy_scope")
    if policy not in (None, "") and not is_open(scope) and scope != "MessageBody":
        found = f"filter_policy_scope = {scope or 'MessageAttributes'}"
        yield subscription.finding(found=found, wanted="MessageBody", fix=_LEAVE)


@rule(
    "MON-SUB-003", level=Level.ERROR, why="The envelope says which topic and when; PagerDuty reads no other."
)
def envelope_is_kept(subscription: Subscription) -> Iterator[Breach]:
    """No queue and no web address gets the bare message."""
    raw = subscription.get("raw_message_delivery")
    if subscription.protocol in _WITH_ENVELOPE and raw in (True, "true"):
        yield subscription.finding(found="raw_message_delivery = true", wanted="false", fix=_LEAVE)


@rule(
    "MON-SUB-004",
    level=Level.ERROR,
    why="Notices tell about the inside of the system; nobody may read along.",
)
def subscription_uses_tls(subscription: Subscription) -> Iterator[Breach]:
    """No subscription goes to an address without TLS."""
    if subscription.protocol == "http":
        yield subscription.finding(found="protocol http", wanted="https", fix="use the https address")


@rule(
    "MON-SUB-005",
    level=Level.ERROR,
    why="Whoever knows PagerDuty's address can call people out of bed; what stands in a file is known.",
)
def address_is_not_in_the_file(subscription: Subscription) -> Iterator[Breach]:
    """The web address of a subscription is a reference to a variable or a secret."""
    endpoint = as_text(subscription.get("endpoint"))
    web = subscription.protocol in ("http", "https")
    if web and endpoint and not subscription.references.get("endpoint"):
        fix = "put it into a sensitive variable of Terraform"
        yield subscription.finding(found="the address itself", wanted="${var.…}", fix=fix)


@rule(
    "MON-SUB-006",
    level=Level.ERROR,
    why="The digest is plain text, which no filter on the body lets through.",
)
def digest_is_not_filtered(subscription: Subscription, graph: DeliveryGraph) -> Iterator[Breach]:
    """No subscription of the digest topic has a filter policy."""
    topic = graph.topic(subscription.get("topic_arn"))
    policy = subscription.get("filter_policy")
    if topic and topic.route == Route.DIGEST and policy not in (None, ""):
        yield subscription.finding(found=policy, wanted="no filter_policy", fix=_LEAVE)
