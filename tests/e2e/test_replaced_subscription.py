"""A subscription that Terraform replaces still exists afterwards: Subscribe is idempotent, also in moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.local.deployments import Deployment
from tests.e2e.moto import apply, in_moto

ADDRESS = "aws_sns_topic_subscription.pagerduty-critical"


@pytest.fixture(scope="module")
def subscribed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The subscription of PagerDuty and what it needs, applied to moto."""
    with in_moto(tmp_path_factory.mktemp("subscribed")) as found:
        apply(found, f"-target={ADDRESS}")
        yield found


def subscriptions(found: Deployment) -> list[dict[str, Any]]:
    """Return the subscriptions of the critical topic, as moto lists them."""
    stack = json.loads((found.stack / "cdk.tf.json").read_text("utf-8"))
    name = stack["resource"]["aws_sns_topic"]["topic-critical"]["name"]
    sns = found.aws("sns")
    arns = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    (topic,) = [arn for arn in arns if arn.endswith(f":{name}")]
    listed: list[dict[str, Any]] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return listed


def protocols(found: Deployment) -> list[str]:
    return [subscription["Protocol"] for subscription in subscriptions(found)]


def test_subscription_that_is_replaced_on_request_still_exists(subscribed: Deployment) -> None:
    assert len(subscriptions(subscribed)) == 1

    apply(subscribed, f"-target={ADDRESS}", f"-replace={ADDRESS}")

    assert protocols(subscribed) == ["https"]


def test_subscription_that_was_confirmed_too_late_still_exists_after_the_next_apply(
    subscribed: Deployment,
) -> None:
    """A confirmation that takes longer than its timeout taints the resource."""
    subscribed.run("taint", ADDRESS)

    apply(subscribed, f"-target={ADDRESS}")

    assert protocols(subscribed) == ["https"]


def test_subscription_that_is_no_longer_tainted_is_left_alone(subscribed: Deployment) -> None:
    (before,) = subscriptions(subscribed)
    subscribed.run("taint", ADDRESS)
    subscribed.run("untaint", ADDRESS)

    apply(subscribed, f"-target={ADDRESS}")

    assert subscriptions(subscribed) == [before]


def test_subscription_that_an_older_version_deployed_still_exists_after_its_replacement(
    subscribed: Deployment,
) -> None:
    """State keeps `create_before_destroy` from the last apply that had it."""
    path = subscribed.stack / "cdk.tf.json"
    current = path.read_text("utf-8")
    older = json.loads(current)
    kind, name = ADDRESS.split(".")
    older["resource"][kind][name] |= {"lifecycle": {"create_before_destroy": True}, "redrive_policy": None}
    path.write_text(json.dumps(older), "utf-8")
    apply(subscribed, f"-target={ADDRESS}")
    path.write_text(current, "utf-8")
    subscribed.run("taint", ADDRESS)

    apply(subscribed, f"-target={ADDRESS}")

    assert protocols(subscribed) == ["https"]
