"""Keys, buckets, secrets and other things that hold or protect data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.terraform.values import Hidden, as_list, blocks
from ops.review.judges.alarms import of_targets
from ops.review.judges.documents import policy
from ops.review.judges.kinds import (
    Aspect,
    Kind,
    changed,
    members,
    narrowing,
    plain,
    present,
    rising,
    source,
    switch,
    unclear,
    undecided,
)
from ops.review.judges.patterns import barring, letting
from ops.review.plans import Change
from ops.review.values import quantity
from ops.review.verdicts import Verdict
from ops.review.world import World

_TAGS = frozenset({"tags", "description"})
_TOPIC = "sns_topic"


def _tells(change: Change, world: World) -> Iterator[Verdict]:
    """The topic that events go to."""
    pair = changed(change, _TOPIC)
    if pair is None:
        return
    old, new = world.before.targets(pair[0]), world.after.targets(pair[1])
    if any(isinstance(one, Hidden) for one in pair):
        yield unclear(change, _TOPIC, "tells others of events", *pair)
    elif {one.key for one in old} != {one.key for one in new}:
        yield from of_targets(change, old, new, "events")


def _by_name(filters: Any) -> Any:
    """Filters of which each has to let a cost through, with the values that it lets through."""
    found = {one.get("name"): one.get("values") for one in blocks(filters)}
    return found if len(found) == len(as_list(filters)) else filters


KEY = Kind(
    types=("aws_kms_key",),
    noun="key",
    lost="What it encrypts can be read no more.",
    replaced="What the old key encrypts can be read no more.",
    identity=("key_usage", "customer_master_key_spec", "multi_region"),
    aspects=(
        policy("policy"),
        switch("is_enabled", "is disabled: what it encrypts cannot be read", "is enabled"),
        switch("enable_key_rotation", "is rotated no more", "is rotated", default=False),
        rising("deletion_window_in_days", "could be deleted sooner", "could be deleted later"),
    ),
    harmless=_TAGS,
)
ALIAS = Kind(
    types=("aws_kms_alias",),
    noun="key alias",
    lost="Whatever names the key by it finds none.",
    aspects=(plain("target_key_id", "stands for another key"),),
)
BUCKET = Kind(
    types=("aws_s3_bucket",),
    noun="bucket",
    lost="What is kept in it is lost.",
    replaced="What is kept in it is lost.",
    identity=("bucket", "bucket_prefix"),
    aspects=(switch("object_lock_enabled", "is no longer locked", "is locked", default=False),),
    harmless=_TAGS,
)
BUCKET_SETTING = Kind(
    types=(
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_object_lock_configuration",
    ),
    noun="bucket protection",
    lost="The bucket is protected no more in this way.",
    aspects=(
        *(
            switch(path, f"no longer has {path}", f"has {path}", default=False)
            for path in (
                "block_public_acls",
                "block_public_policy",
                "ignore_public_acls",
                "restrict_public_buckets",
            )
        ),
        undecided("rule", "protects otherwise"),
        undecided("versioning_configuration", "keeps versions otherwise"),
    ),
)
LIFECYCLE = Kind(
    types=("aws_s3_bucket_lifecycle_configuration",),
    noun="lifecycle",
    lost="What is in the bucket is kept without end.",
    aspects=(undecided("rule", "keeps or moves what is in the bucket by other rules"),),
)
SECRET = Kind(
    types=("aws_secretsmanager_secret", "aws_secretsmanager_secret_version"),
    noun="secret",
    lost="What signs in with it is turned away.",
    replaced="Its value has to be set anew.",
    identity=("name", "name_prefix"),
    aspects=(
        present("kms_key_id", "customer key for encryption"),
        policy("policy"),
        plain("secret_string", "holds another value"),
    ),
    harmless=_TAGS,
)
STREAM = Kind(
    types=("aws_kinesis_firehose_delivery_stream", "aws_cloudwatch_metric_stream"),
    noun="delivery stream",
    lost="What it carried goes nowhere any more.",
    replaced="What is under way in it is lost.",
    aspects=(
        switch("server_side_encryption.enabled", "loses its encryption", "gets encryption", default=False),
        source("extended_s3_configuration.bucket_arn", "bucket"),
        present("extended_s3_configuration.kms_key_arn", "customer key for encryption"),
        letting("include_filter", "metrics"),
        barring("exclude_filter", "metrics"),
    ),
    harmless=_TAGS,
)
INVOCATION_LOGGING = Kind(
    types=("aws_bedrock_model_invocation_logging_configuration",),
    noun="invocation logging",
    lost="Calls of models are logged no more.",
    aspects=(undecided("logging_config", "logs calls of models otherwise"),),
)
BUDGET = Kind(
    types=("aws_budgets_budget",),
    noun="budget",
    lost="Nobody hears of costs any more.",
    aspects=(
        rising(
            "limit_amount",
            "warns at lower costs",
            "warns at higher costs",
            words=lambda value: quantity(value, None),
            falls=True,
        ),
        letting("cost_filter", "costs", read=_by_name),
        members("notification", "sends fewer notices", "sends more notices"),
    ),
    harmless=_TAGS,
)
GUARDIAN = Kind(
    types=(
        "aws_applicationinsights_application",
        "aws_ce_anomaly_monitor",
        "aws_ce_anomaly_subscription",
        "aws_cloudtrail",
        "aws_cloudtrail_event_data_store",
        "aws_cloudwatch_contributor_insight_rule",
        "aws_cloudwatch_contributor_managed_insight_rule",
        "aws_cloudwatch_event_api_destination",
        "aws_cloudwatch_event_archive",
        "aws_cloudwatch_event_bus",
        "aws_cloudwatch_event_connection",
        "aws_cloudwatch_log_delivery_destination",
        "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_destination",
        "aws_cloudwatch_log_transformer",
        "aws_db_event_subscription",
        "aws_devopsguru_notification_channel",
        "aws_devopsguru_resource_collection",
        "aws_internetmonitor_monitor",
        "aws_networkmonitor_monitor",
        "aws_networkmonitor_probe",
        "aws_notifications_channel_association",
        "aws_notifications_event_rule",
        "aws_notifications_notification_configuration",
        "aws_notificationscontacts_email_contact",
        "aws_oam_link",
        "aws_oam_sink",
        "aws_pipes_pipe",
        "aws_prometheus_alert_manager_definition",
        "aws_prometheus_rule_group_namespace",
        "aws_prometheus_scraper",
        "aws_prometheus_workspace",
        "aws_route53_health_check",
        "aws_rum_app_monitor",
        "aws_ssmcontacts_contact",
        "aws_ssmcontacts_contact_channel",
        "aws_ssmcontacts_plan",
        "aws_ssmincidents_replication_set",
        "aws_ssmincidents_response_plan",
        "aws_xray_sampling_rule",
        "datadog_monitor",
        "datadog_synthetics_test",
        "opsgenie_api_integration",
        "pagerduty_escalation_policy",
        "pagerduty_schedule",
        "pagerduty_service",
        "pagerduty_service_integration",
    ),
    noun="part of the monitoring",
    lost="What it watched or carried is watched or carried no more.",
    aspects=(
        switch("enabled", "is switched off", "is switched on"),
        switch("rule_state", "is switched off", "is switched on"),
        switch("enable_logging", "is switched off", "is switched on"),
        narrowing("event_categories", "leaves events", "listens to more events"),
        narrowing("source_ids", "leaves sources", "listens to more sources"),
        Aspect((_TOPIC,), _tells),
        rising("fixed_rate", "samples fewer requests", "samples more requests"),
        rising("reservoir_size", "samples fewer requests", "samples more requests"),
    ),
    harmless=_TAGS,
)
TAG_POLICY = Kind(
    types=("aws_organizations_policy", "aws_organizations_policy_attachment"),
    noun="organization policy",
    lost="It holds no more.",
    aspects=(undecided("content", "demands something else"),),
    harmless=_TAGS,
)
KINDS = (
    KEY,
    ALIAS,
    BUCKET,
    BUCKET_SETTING,
    LIFECYCLE,
    SECRET,
    STREAM,
    INVOCATION_LOGGING,
    BUDGET,
    GUARDIAN,
    TAG_POLICY,
)
