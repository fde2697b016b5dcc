"""The class of each type of resource that the rules know more of than type and address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.resources.delivery_resources import (
    EventSource,
    EventTarget,
    Function,
    InvokeConfig,
    Queue,
    QueuePolicy,
    Schedule,
    Subscription,
)
from modules.resources.keys import Key, KeyAlias, KeyGrant, KeyPolicy, Secret
from modules.resources.roles import Attachment, Role, RolePolicy
from modules.resources.views import (
    Bucket,
    CompositeAlarm,
    Dashboard,
    DeliveryStream,
    LogGroup,
    MetricAlarm,
    MetricFilter,
    Resource,
    Topic,
    TopicPolicy,
)

_ALL: tuple[type[Resource], ...] = (
    *(LogGroup, MetricFilter, Dashboard, Topic, TopicPolicy, CompositeAlarm, MetricAlarm),
    *(Queue, QueuePolicy, Subscription, Function, EventSource, InvokeConfig, Schedule),
    *(Role, RolePolicy, Attachment, EventTarget),
    *(Key, KeyAlias, KeyGrant, KeyPolicy, Secret),
    *(Bucket, DeliveryStream),
)
# Nested blocks that the provider fills in where the configuration has none: those that a plan of a new
# resource without them marks as known after apply (hashicorp/aws 5.100.0).
FILLED_IN: Mapping[str, frozenset[str]] = {
    "aws_dynamodb_table": frozenset({"point_in_time_recovery", "server_side_encryption", "ttl"}),
    "aws_iam_role": frozenset({"inline_policy"}),
    "aws_lambda_event_source_mapping": frozenset(
        {"amazon_managed_kafka_event_source_config", "self_managed_kafka_event_source_config"}
    ),
    "aws_lambda_function": frozenset({"ephemeral_storage", "logging_config", "tracing_config"}),
    "aws_synthetics_canary": frozenset({"run_config"}),
}
# Arguments that may have been set outside of the configuration, by type.
KEPT: Mapping[str, frozenset[str]] = {
    "aws_iam_role": frozenset({"managed_policy_arns"}),
    "aws_kms_key": frozenset({"policy"}),
}
KINDS: Mapping[str, type[Resource]] = {name: kind for kind in _ALL for name in kind.TYPES}


def typed(
    kind: str,
    address: str,
    values: Mapping[str, Any],
    *,
    tags: Mapping[str, Any] | None = None,
    references: Mapping[str, tuple[str, ...]] | None = None,
) -> Resource:
    """A resource of the class that knows its type."""
    none: Mapping[str, Any] = {}
    return KINDS.get(kind, Resource)(
        kind, address, values, none if tags is None else tags, none if references is None else references
    )
