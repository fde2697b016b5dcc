"""The state that a target should have after its deployment, as the checks compare it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambda_src.watchdog.checks import Alarm, Metric, Secret, Subscription, WatchedMetric
from modules import facts
from modules.naming import construct_id, email_id
from modules.render.descriptions import runbook_page
from modules.settings import Settings
from modules.spec import metrics as spec
from modules.spec.logs import MetricFilter
from modules.spec.routing import Topic
from modules.spec.system import Monitoring
from ops.common.accounts import Place
from ops.doctor.remedies import Remedies

LOG_EVENTS = ("AWS/Logs", "IncomingLogEvents", "LogGroupName")


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """The state of a healthy target; `topics` are the ARNs of its topics by name."""

    topics: dict[str, str]
    subscriptions: tuple[Subscription, ...]
    alarms: tuple[Alarm, ...]
    secrets: tuple[Secret, ...]
    metrics: tuple[WatchedMetric, ...]


def expectations(settings: Settings, monitoring: Monitoring, place: Place) -> Expectations:
    """Return what a target in an account should have."""
    queues = {queue.key: place.arn("sqs", queue.name) for queue in monitoring.queues}
    return Expectations(
        topics={topic.name: place.arn("sns", topic.name) for topic in monitoring.topics},
        subscriptions=tuple(
            subscription for topic in monitoring.topics for subscription in _subscriptions(topic, queues)
        ),
        alarms=tuple(
            Alarm(
                name=alarm.name,
                runbook=runbook_page(alarm, settings.runbook_base_url),
                address=f"aws_cloudwatch_metric_alarm.{alarm.key}",
            )
            for alarm in monitoring.alarms
        ),
        secrets=tuple(
            Secret(
                name=secret.name,
                summary=secret.summary,
                address=f"aws_secretsmanager_secret.{construct_id('secret', secret.key)}",
            )
            for secret in monitoring.secrets
        ),
        metrics=tuple(_metrics(settings, monitoring)),
    )


def _subscriptions(topic: Topic, queues: dict[str, str]) -> Iterator[Subscription]:
    kind = "aws_sns_topic_subscription"
    for email in topic.emails:
        address = f"{kind}.{email_id(topic.key, email)}"
        yield Subscription(
            topic=topic.name, protocol="email", endpoint=email, subscriber=email, address=address
        )
    for queue in topic.queues:
        address, arn = f"{kind}.{construct_id('subscription', queue)}", queues[queue]
        name = f"queue {arn.rpartition(':')[2]}"
        yield Subscription(topic=topic.name, protocol="sqs", endpoint=arn, subscriber=name, address=address)
    if topic.pagerduty:
        address = f"{kind}.{construct_id('pagerduty', topic.key)}"
        yield Subscription(
            topic=topic.name, protocol="https", endpoint=None, subscriber="PagerDuty", address=address
        )


def _metrics(settings: Settings, monitoring: Monitoring) -> Iterator[WatchedMetric]:
    """Each metric once, with all alarms that read it."""
    remedies = Remedies(settings, monitoring)
    filters = {_plain(item.metric): item for item in monitoring.filters}
    groups = {group.key: group.name for group in monitoring.log_groups}
    alarms: dict[Metric, list[str]] = {}
    for alarm in monitoring.alarms:
        for stat in spec.stats_of(alarm.signal):
            alarms.setdefault(_plain(stat.metric), []).append(alarm.name)
    for metric, names in alarms.items():
        item = filters.get(metric)
        yield WatchedMetric(
            metric=metric,
            alarms=tuple(dict.fromkeys(names)),
            activity=_log_events(item, groups) if item else _activity(metric),
            fix=remedies.of(metric),
        )


def _plain(metric: spec.Metric) -> Metric:
    return Metric(metric.namespace, metric.name, tuple(sorted(metric.dimensions.items())))


def _activity(metric: Metric) -> Metric | None:
    fact = facts.metric(metric.namespace, metric.name)
    return Metric(metric.namespace, fact.activity, metric.dimensions) if fact and fact.activity else None


def _log_events(item: MetricFilter, groups: dict[str, str]) -> Metric | None:
    """The events of a filter's log group, where the filter publishes nothing unless an event matches.

    A filter that takes its value from the event measures something that each use logs, so it needs none.
    """
    if item.default is not None or item.value.startswith("$"):
        return None
    namespace, name, dimension = LOG_EVENTS
    return Metric(namespace, name, ((dimension, groups[item.group]),))
