"""Log groups, metric filters and saved queries."""

from __future__ import annotations

from constructs import Construct

from modules.constructs._bindings import aws
from modules.naming import construct_id, reference
from modules.spec.logs import LogGroup, MetricFilter, SavedQuery


def log_group_reference(key: str) -> str:
    """The name of a log group of this stack, as a reference that orders creation."""
    return reference("aws_cloudwatch_log_group", construct_id("group", key), "name")


def add_log_group(scope: Construct, group: LogGroup, *, key_arn: str) -> None:
    """A log group that expires its events and is encrypted."""
    aws("cloudwatch_log_group", "CloudwatchLogGroup")(
        scope,
        construct_id("group", group.key),
        name=group.name,
        retention_in_days=group.retention_days,
        kms_key_id=key_arn,
        tags={"Component": group.component},
    )


def add_filter(scope: Construct, item: MetricFilter) -> None:
    """A metric made from log events."""
    transformation = aws("cloudwatch_log_metric_filter", "CloudwatchLogMetricFilterMetricTransformation")(
        namespace=item.metric.namespace,
        name=item.metric.name,
        value=item.value,
        unit=item.metric.unit,
        default_value=None if item.default is None else f"{item.default:g}",
        dimensions=dict(item.metric.dimensions) or None,
    )
    aws("cloudwatch_log_metric_filter", "CloudwatchLogMetricFilter")(
        scope,
        construct_id("filter", item.key),
        name=item.name,
        log_group_name=log_group_reference(item.group),
        pattern=item.pattern,
        metric_transformation=transformation,
    )


def add_query(scope: Construct, query: SavedQuery) -> None:
    """A saved Logs Insights query."""
    aws("cloudwatch_query_definition", "CloudwatchQueryDefinition")(
        scope,
        construct_id("query", query.key),
        name=query.name,
        query_string=query.query,
        log_group_names=[log_group_reference(key) for key in query.groups],
    )
