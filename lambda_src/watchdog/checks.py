"""Checks of a deployment: pure functions that compare what is expected with the state that AWS describes.

Only the standard library: `ops doctor` imports this file, and a function can be packed with it. Described
state has the shapes of boto3's answers. State that could not be read is left out by the caller: a check
reports nothing about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Described = Mapping[str, Any]

# Values of SubscriptionArn in place of an ARN. Source: SNS API Reference, "ListSubscriptionsByTopic", and the
# SNS developer guide, "Deleting an Amazon SNS subscription and topic" (unconfirmed ones go after 48 hours).
PENDING, DELETED = "PendingConfirmation", "Deleted"
UNHEALTHY_STATES = ("ALARM", "INSUFFICIENT_DATA")
APPLY = "run `terraform apply` in the stack's folder, which creates it"
LONGEST_REASON = 300

_CONFIRM = {
    "email": (
        "ask the recipient to open the link in the confirmation e-mail, which is valid for 48 hours; "
        '"Request confirmation" in the SNS console sends a new one'
    ),
    "https": (
        "check the address in the variable pagerduty_integration_url; if Terraform calls {address} tainted, "
        "run `terraform untaint {address}` once it is confirmed, never -replace"
    ),
}


@dataclass(frozen=True, order=True)
class Finding:
    """A difference between the deployment and what is expected of it.

    Attributes
    ----------
    check
        The check that found it: ``subscriptions``, ``alarms``, ``secrets`` or ``metrics``.
    subject
        The resource.
    evidence
        The state of the resource, as AWS describes it.
    fix
        The command or step that fixes it.
    """

    check: str
    subject: str
    evidence: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription that has to be confirmed.

    Attributes
    ----------
    topic
        The name of its topic.
    endpoint
        None where it is secret: then any endpoint of the protocol is accepted.
    subscriber
        The name of the subscriber in findings. Never a secret endpoint.
    address
        Its Terraform address.
    """

    topic: str
    protocol: str
    endpoint: str | None
    subscriber: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm that has to be in OK; `runbook` is the path of its page."""

    name: str
    runbook: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret that needs a value; `summary` describes the value."""

    name: str
    summary: str
    address: str


@dataclass(frozen=True)
class Metric:
    """A CloudWatch series by its exact dimensions, which are sorted."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the metric as people write it: ``AWS/Lambda Errors (FunctionName=notes)``."""
        dimensions = ", ".join(f"{name}={value}" for name, value in self.dimensions)
        return f"{self.namespace} {self.name} ({dimensions or 'no dimensions'})"


@dataclass(frozen=True, kw_only=True)
class WatchedMetric:
    """A metric that alarms read.

    Attributes
    ----------
    alarms
        The names of these alarms.
    activity
        For a metric that exists only after a failure: the metric of the same resource that each use
        publishes. Data points of either one prove the dimensions.
    fix
        What makes the first data point appear, or what to check if it does not.
    """

    metric: Metric
    alarms: tuple[str, ...]
    fix: str
    activity: Metric | None = None


def check_subscriptions(
    expected: Iterable[Subscription], described: Mapping[str, Sequence[Described]]
) -> Iterator[Finding]:
    """Report subscriptions that do not exist or are not confirmed.

    Parameters
    ----------
    described
        The items of ListSubscriptionsByTopic by the topic's name.
    """
    for subscription in expected:
        if subscription.topic not in described:
            continue
        arns = [
            str(item.get("SubscriptionArn"))
            for item in described[subscription.topic]
            if _is_of(item, subscription)
        ]
        # Without a known address, a confirmed subscription of the protocol may be another one.
        is_certain = subscription.endpoint is not None or PENDING not in arns
        if is_certain and any(arn not in (PENDING, DELETED) for arn in arns):
            continue
        subject = f"{subscription.subscriber} on topic {subscription.topic}"
        if PENDING in arns:
            confirm = _CONFIRM.get(subscription.protocol, "confirm it")
            fix = confirm.format(address=subscription.address)
            yield Finding(
                "subscriptions", subject, f"the {subscription.protocol} subscription is not confirmed", fix
            )
        else:
            evidence = f"the {subscription.protocol} subscription does not exist ({subscription.address})"
            yield Finding("subscriptions", subject, evidence, APPLY)


def _is_of(item: Described, subscription: Subscription) -> bool:
    if item.get("Protocol") != subscription.protocol:
        return False
    if subscription.endpoint is None:
        return True
    return str(item.get("Endpoint")).lower() == subscription.endpoint.lower()


def check_alarms(expected: Iterable[Alarm], described: Iterable[Described]) -> Iterator[Finding]:
    """Report alarms that do not exist, or are in ALARM or INSUFFICIENT_DATA.

    Parameters
    ----------
    described
        The items of DescribeAlarms.
    """
    states = {str(item["AlarmName"]): item for item in described}
    for alarm in expected:
        item = states.get(alarm.name)
        if item is None:
            yield Finding("alarms", alarm.name, f"the alarm does not exist ({alarm.address})", APPLY)
        elif item["StateValue"] in UNHEALTHY_STATES:
            yield Finding("alarms", alarm.name, _state(item), _alarm_fix(alarm, str(item["StateValue"])))


def _state(item: Described) -> str:
    since = item.get("StateTransitionedTimestamp") or item.get("StateUpdatedTimestamp")
    reason = _one_line(str(item.get("StateReason") or "no reason given"))
    return f"in {item['StateValue']}{f' since {_minute(since)}' if since else ''}: {reason}"


def _alarm_fix(alarm: Alarm, state: str) -> str:
    if state == "ALARM":
        return f"follow {alarm.runbook}; a subscriber that confirmed after that time got no notification"
    return f"wait some minutes if the alarm is new; otherwise its metric has no data: {alarm.runbook}"


def check_secrets(expected: Iterable[Secret], described: Mapping[str, Described | None]) -> Iterator[Finding]:
    """Report secrets that do not exist, are about to be deleted, or have no current value.

    Parameters
    ----------
    described
        The answers of DescribeSecret by name; None where the secret does not exist.
    """
    for secret in expected:
        if secret.name not in described:
            continue
        item = described[secret.name]
        if item is None:
            yield Finding("secrets", secret.name, f"the secret does not exist ({secret.address})", APPLY)
        elif item.get("DeletedDate"):
            fix = f"run `aws secretsmanager restore-secret --secret-id {secret.name}`"
            yield Finding("secrets", secret.name, "the secret is scheduled for deletion", fix)
        elif not any("AWSCURRENT" in stages for stages in (item.get("VersionIdsToStages") or {}).values()):
            fix = (
                f"put the value in ({secret.summary}): `aws secretsmanager put-secret-value --secret-id "
                f"{secret.name} --secret-string file:///dev/stdin`"
            )
            yield Finding("secrets", secret.name, "the secret is empty: no version is AWSCURRENT", fix)


def check_metrics(
    expected: Iterable[WatchedMetric], counts: Mapping[Metric, int], *, days: int
) -> Iterator[Finding]:
    """Report metrics that have no data points, neither themselves nor by their activity.

    Parameters
    ----------
    counts
        The number of data points by metric; a metric that could not be read is not in it.
    days
        The time that the counts cover.
    """
    for watched in expected:
        metrics = [metric for metric in (watched.metric, watched.activity) if metric is not None]
        if _has_data(metrics, counts):
            continue
        other = f", and neither has {watched.activity.name}" if watched.activity else ""
        evidence = f"no data points in the last {days} days{other}; read by {', '.join(watched.alarms)}"
        yield Finding("metrics", str(watched.metric), evidence, watched.fix)


def _has_data(metrics: Collection[Metric], counts: Mapping[Metric, int]) -> bool:
    """Return whether one of them has data points, or might have: it could not be read."""
    return any(counts.get(metric, 1) for metric in metrics)


def _minute(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _one_line(text: str) -> str:
    """Return the text without line breaks and control characters, at most `LONGEST_REASON` long."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 1]}…"
