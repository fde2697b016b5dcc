"""Topics, their policies, and who listens to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.resources.views import Resource
from ops.adopt import guide
from ops.adopt.accounts import Account, Item
from ops.adopt.commands import command
from ops.adopt.finds import Find, Listener, plain
from ops.adopt.references import is_open
from ops.adopt.wanted import Wanted

TOPIC, POLICY = "aws_sns_topic", "aws_sns_topic_policy"
SUBSCRIPTION = "aws_sns_topic_subscription"
_PENDING, _DELETED = "PendingConfirmation", "Deleted"
_NOT_TRACED = "PassThrough"
_FAILURES = {
    f"{name.lower()}_failure_feedback_role_arn": f"{name}FailureFeedbackRoleArn"
    for name in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
}
_TEXTS = ("filter_policy", "filter_policy_scope", "redrive_policy", "delivery_policy")


def topics(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Topics by name, each with its policy."""
    named = wanted.named(TOPIC, "name")
    policies = wanted.named(POLICY, "arn")
    for item in account.pages("sns", "list_topics", "Topics"):
        arn = item["TopicArn"]
        name = arn.rpartition(":")[2]
        if name in named:
            yield from _topic(account, arn, named[name], policies.get(arn))
        elif wanted.is_ours(name) or name == guide.TOPIC:
            removal = command("sns", "delete-topic", account.region, topic_arn=arn)
            yield Find(type=TOPIC, name=name, import_id=arn, known={"arn": arn}, removal=removal)


def _topic(account: Account, arn: str, one: Resource, policy: Resource | None) -> Iterator[Find]:
    read = account.detail("sns", "get_topic_attributes", TopicArn=arn)
    attributes = None if read is None else read["Attributes"]
    values = None if attributes is None else _values(attributes, str(one.get("name")))
    yield Find(type=TOPIC, name=str(one.get("name")), address=one.address, import_id=arn, values=values)
    # Every topic has a policy; where nobody made one, it is AWS's own.
    if policy is not None:
        document = None if attributes is None else plain(arn=arn, policy=attributes.get("Policy"))
        yield Find(type=POLICY, name=arn, address=policy.address, import_id=arn, values=document)


def _values(attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    tracing = attributes.get("TracingConfig")
    return plain(
        name=name,
        display_name=attributes.get("DisplayName"),
        kms_master_key_id=attributes.get("KmsMasterKeyId"),
        fifo_topic=attributes.get("FifoTopic") == "true" or None,
        delivery_policy=attributes.get("DeliveryPolicy"),
        tracing_config=None if tracing == _NOT_TRACED else tracing,
        **{key: attributes.get(source) for key, source in _FAILURES.items()},
    )


def subscriptions(account: Account, wanted: Wanted) -> Iterator[Find | Listener]:
    """Who listens to the stack's topics; in production, whose names it used, to the setup script's too."""
    known = {_key(*(one.get(name) for name in _KEY)): one for one in wanted.of(SUBSCRIPTION)}
    arns = [wanted.place.arn("sns", str(one.get("name"))) for one in wanted.of(TOPIC)]
    scripts = [wanted.place.arn("sns", guide.TOPIC)] if wanted.prefix == guide.PREFIX else []
    for arn in dict.fromkeys((*arns, *scripts)):
        for item in account.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn):
            one = known.get(_key(arn, item["Protocol"], item["Endpoint"]))
            yield from _listening_to(account, item, one, [*known.values()])


_KEY = ("topic_arn", "protocol", "endpoint")


def _key(*parts: Any) -> tuple[str, ...]:
    return tuple(map(str, parts))


def _listening_to(
    account: Account, item: Item, one: Resource | None, known: list[Resource]
) -> Iterator[Find | Listener]:
    arn = item["SubscriptionArn"]
    if arn == _DELETED:
        return
    if one is None or arn == _PENDING:
        maybe = one or next((other for other in known if _may_be(other, item)), None)
        yield Listener(
            topic=item["TopicArn"].rpartition(":")[2],
            protocol=item["Protocol"],
            endpoint=item["Endpoint"],
            arn="" if arn == _PENDING else arn,
            address=maybe.address if maybe else "",
        )
        return
    read = account.detail("sns", "get_subscription_attributes", SubscriptionArn=arn)
    values = None if read is None else _values_of(item, read["Attributes"])
    yield Find(type=SUBSCRIPTION, name=arn, address=one.address, import_id=arn, values=values)


def _may_be(one: Resource, item: Item) -> bool:
    """Whether only a variable that is not set here keeps a resource from being this subscriber."""
    same = (one.get("topic_arn"), one.get("protocol")) == (item["TopicArn"], item["Protocol"])
    return same and is_open(one.get("endpoint"))


def _values_of(item: Item, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **plain(topic_arn=item["TopicArn"], protocol=item["Protocol"], endpoint=item["Endpoint"]),
        "raw_message_delivery": attributes.get("RawMessageDelivery") == "true",
        **plain(**{name: attributes.get(_camel(name)) for name in _TEXTS}),
    }


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
