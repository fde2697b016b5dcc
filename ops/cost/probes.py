"""What looks from outside or from beside: canaries, traces, RUM, insights, streams of metrics."""

from __future__ import annotations

from decimal import Decimal

from modules.facts import prices
from modules.resources.views import Resource
from modules.terraform.values import inside
from ops.cost.delivery import MOST_MEMORY_MB, gb_seconds
from ops.cost.schedules import runs
from ops.cost.surroundings import Surroundings, called
from ops.cost.usages import ONE, Counted, Gap, assumed, counts, used, whole

# What AWS gives a canary at least.
LEAST_MEMORY_MB = 960


@counts("aws_synthetics_canary")
def canary(item: Resource, around: Surroundings) -> Counted:
    """Its runs, and the function that AWS makes for it."""
    volumes = around.volumes
    told = volumes.told("canary_runs", called(item))
    planned = runs(inside(item.get("schedule"), "expression"))
    # The provider starts it only if that is asked for.
    if item.get("start_canary") in (None, False):
        told = planned = Decimal(0)
    volume = "cron_runs" if told is None and planned is None else "canary_runs"
    quantity = next(one for one in (told, planned, volumes.figure("cron_runs")) if one is not None)
    yield used("canary_run", quantity, volumes.said(volume))
    yield used("function_request", quantity)
    memory = whole(inside(item.get("run_config"), "memory_in_mb"), MOST_MEMORY_MB) or LEAST_MEMORY_MB
    run_time = gb_seconds(memory, quantity * volumes.figure("canary_seconds"))
    yield used("function_compute_x86", run_time, volumes.said("canary_seconds"))
    if inside(item.get("run_config"), "active_tracing") is True:
        yield used("trace_recorded", quantity)


@counts("aws_xray_sampling_rule")
def sampling_rule(item: Resource, around: Surroundings) -> Counted:
    """The traces that it lets through."""
    del item
    yield assumed("trace_recorded", around.volumes, "traces")


@counts("aws_cloudwatch_contributor_insight_rule", "aws_cloudwatch_contributor_managed_insight_rule")
def contributor_rule(item: Resource, around: Surroundings) -> Counted:
    """The rule, and the events that match it."""
    del item
    yield used("contributor_insights_rule", ONE)
    yield assumed("contributor_insights_event", around.volumes, "contributor_events")


@counts("aws_cloudwatch_metric_stream")
def metric_stream(item: Resource, around: Surroundings) -> Counted:
    """The updates that it sends; what the delivery stream behind it takes for them is not known."""
    del item
    yield assumed("metric_stream_update", around.volumes, "stream_updates")
    yield Gap("what delivery streams take in from metric streams")


@counts("aws_rum_app_monitor")
def page_monitor(item: Resource, around: Surroundings) -> Counted:
    """The events that browsers send."""
    del item
    yield assumed("rum_event", around.volumes, "page_events")


@counts("aws_db_instance", "aws_rds_cluster")
def database(item: Resource, around: Surroundings) -> Counted:
    """Its advanced Database Insights alone: the database is no part of the monitoring."""
    if item.get("database_insights_mode") == "advanced":
        hours = prices.hours_per_month()
        yield assumed("database_insights", around.volumes, "database_vcpus", times=hours)
    yield Gap(item.type)
