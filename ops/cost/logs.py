"""Logs: what is written, kept, queried, masked and sent on."""

from __future__ import annotations

from decimal import Decimal

from modules.facts import RETENTION_DAYS
from modules.resources.views import Resource
from ops.cost.surroundings import GROUP, STREAM, Surroundings, called, refers_to
from ops.cost.usages import Counted, Gap, assumed, counts, used, whole, word

# By class, as AWS spells it.
INGESTION = {"STANDARD": "log_ingestion_standard", "INFREQUENT_ACCESS": "log_ingestion_infrequent"}
VENDED = {"STANDARD": "log_ingestion_vended", "INFREQUENT_ACCESS": "log_ingestion_vended_infrequent"}
STORAGE = {"STANDARD": "log_storage_standard", "INFREQUENT_ACCESS": "log_storage_infrequent"}
VENDED_PREFIX = "/aws/vendedlogs/"
_SENT_ON = "a delivery stream is charged for all that is written to the log group, before compression"


@counts(GROUP)
def log_group(group: Resource, around: Surroundings) -> Counted:
    """What is written to it, and what of it is kept."""
    spelled = group.text("log_group_class") or "STANDARD"
    if spelled not in INGESTION:
        yield Gap(f"log groups of class {word(spelled)}")
        return
    written = around.volumes.figure("log_gb", called(group))
    ingestion = VENDED if called(group).startswith(VENDED_PREFIX) else INGESTION
    yield used(ingestion[spelled], written, around.volumes.said("log_gb"))
    days = whole(group.get("retention_in_days"), RETENTION_DAYS[-1])
    stored = written * around.volumes.figure("storage_ratio")
    kept = around.gb_months(stored, Decimal(days) if days else around.days_without_end)
    names = ("storage_ratio",) if days else ("storage_ratio", "months_without_end")
    yield used(STORAGE[spelled], kept, *map(around.volumes.said, names))


@counts("aws_cloudwatch_query_definition")
def saved_query(query: Resource, around: Surroundings) -> Counted:
    """What people scan with it."""
    del query
    yield assumed("log_query", around.volumes, "query_gb")


@counts("aws_cloudwatch_log_data_protection_policy")
def data_protection(policy: Resource, around: Surroundings) -> Counted:
    """All that is written to its log group is looked through."""
    scanned = around.each("log_gb", GROUP, policy.get("log_group_name"))
    yield used("log_data_protection", scanned, around.volumes.said("log_gb"))


@counts("aws_cloudwatch_log_subscription_filter")
def subscription(item: Resource, around: Surroundings) -> Counted:
    """What it sends into a delivery stream; functions and Kinesis streams are not charged for it here."""
    if refers_to(item.get("destination_arn"), STREAM, "firehose"):
        sent = around.each("log_gb", GROUP, item.get("log_group_name"))
        yield used("stream_ingestion", sent, _SENT_ON)
    else:
        yield Gap("log subscriptions to something other than a delivery stream")
