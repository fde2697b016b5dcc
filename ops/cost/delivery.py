"""The way of a notification: topics, subscriptions, queues, functions, schedules, keys, secrets."""

from __future__ import annotations

from decimal import Decimal

from modules.resources.views import Resource
from modules.terraform.values import as_list, inside
from ops.cost.schedules import runs
from ops.cost.surroundings import FUNCTION, QUEUE, TOPIC, Surroundings, called, refers_to
from ops.cost.usages import ONE, Counted, Gap, assumed, counts, used, whole, word

DELIVERIES = {
    "http": "notification_http",
    "https": "notification_http",
    "email": "notification_email",
    "email-json": "notification_email",
}
MB_PER_GB = 1024
DEFAULT_MEMORY_MB, MOST_MEMORY_MB = 128, 10_240
_ALL_ARRIVE = "every notification goes to every subscriber, for filters are not looked into"
_ROTATION = "keys in their first year: each of a key's first two rotations adds as much as a key"


@counts(TOPIC)
def topic(item: Resource, around: Surroundings) -> Counted:
    """What is published to it."""
    if item.get("fifo_topic") is True:
        yield Gap("FIFO topics")
    else:
        yield assumed("notification_publish", around.volumes, "notifications", called(item))


@counts("aws_sns_topic_subscription")
def subscription(item: Resource, around: Surroundings) -> Counted:
    """What its topic sends to it. To queues and functions that is free; the requests to a queue are not."""
    protocol = item.text("protocol")
    sent = around.each("notifications", TOPIC, item.get("topic_arn"))
    if protocol in DELIVERIES:
        yield used(DELIVERIES[protocol], sent, _ALL_ARRIVE)
    elif protocol == "sqs":
        kind = _queue_kind(item.get("endpoint"), around)
        yield assumed(kind, around.volumes, "queue_requests", times=sent)
    elif protocol != "lambda":
        yield Gap(f"subscriptions by {word(protocol)}")


@counts("aws_lambda_event_source_mapping")
def event_source(item: Resource, around: Surroundings) -> Counted:
    """What Lambda asks its queue for, also when that is empty."""
    source = item.get("event_source_arn")
    if refers_to(source, QUEUE, "sqs"):
        yield assumed(_queue_kind(source, around), around.volumes, "idle_polls")
    else:
        yield Gap("event sources other than queues")


@counts(FUNCTION)
def function(item: Resource, around: Surroundings) -> Counted:
    """Its invocations and their time, and the traces of them."""
    volumes, name = around.volumes, called(item)
    calls = volumes.figure("invocations", name)
    memory = whole(item.get("memory_size"), MOST_MEMORY_MB) or DEFAULT_MEMORY_MB
    kind = "function_compute_arm" if "arm64" in as_list(item.get("architectures")) else "function_compute_x86"
    yield assumed("function_request", volumes, "invocations", name)
    yield assumed(kind, volumes, "function_seconds", times=gb_seconds(memory, calls))
    if inside(item.get("tracing_config"), "mode") == "Active":
        yield assumed("trace_recorded", volumes, "traced_share", times=calls)


@counts("aws_scheduler_schedule")
def schedule(item: Resource, around: Surroundings) -> Counted:
    """How often it runs."""
    off = item.text("state") == "DISABLED"
    found = Decimal(0) if off else runs(item.get("schedule_expression"))
    if found is None:
        yield assumed("schedule_run", around.volumes, "cron_runs")
    else:
        yield used("schedule_run", found)


@counts("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key")
def key(item: Resource, around: Surroundings) -> Counted:
    """The key, and what AWS services ask of it."""
    del item
    yield used("key", ONE, _ROTATION)
    yield assumed("key_request", around.volumes, "key_requests")


@counts("aws_secretsmanager_secret")
def secret(item: Resource, around: Surroundings) -> Counted:
    """The secret, and how often it is fetched."""
    del item
    yield used("secret", ONE)
    yield assumed("secret_request", around.volumes, "secret_requests")


def gb_seconds(memory_mb: int, seconds: Decimal) -> Decimal:
    """What Lambda charges run time by."""
    return memory_mb * seconds / MB_PER_GB


def _queue_kind(value: object, around: Surroundings) -> str:
    found = around.found(QUEUE, value)
    return "queue_request_fifo" if found and found.get("fifo_queue") is True else "queue_request"
