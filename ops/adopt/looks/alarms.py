"""Metric alarms and composite alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.adopt import guide
from ops.adopt.accounts import Account, Item
from ops.adopt.commands import command
from ops.adopt.finds import Find, plain
from ops.adopt.wanted import Wanted

METRIC, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
_KINDS = ["MetricAlarm", "CompositeAlarm"]
_LISTS = ("MetricAlarms", "CompositeAlarms")


def alarms(account: Account, wanted: Wanted) -> Iterator[Find]:
    """All alarms whose names begin as this target's do, and the setup script's five."""
    addresses = {(one.type, one.get("alarm_name")): one.address for one in wanted.of(METRIC, COMPOSITE)}
    for item in _pages(account, AlarmNamePrefix=f"{wanted.prefix}-"):
        if wanted.is_ours(item["AlarmName"]):
            yield _alarm(item, addresses, account.region)
    if wanted.prefix != guide.PREFIX:
        for item in _pages(account, AlarmNames=[*guide.ALARM_NAMES]):
            yield _alarm(item, addresses, account.region)


def acting_on(account: Account, topic_arn: str) -> Iterator[str]:
    """The names of all alarms that act on a topic, whoever made them."""
    for item in _pages(account, ActionPrefix=topic_arn):
        actions = (*_of(item, "AlarmActions"), *_of(item, "OKActions"), *_of(item, "InsufficientDataActions"))
        if topic_arn in actions:
            yield str(item["AlarmName"])


def _pages(account: Account, **arguments: Any) -> Iterator[Item]:
    return account.pages("cloudwatch", "describe_alarms", *_LISTS, AlarmTypes=_KINDS, **arguments)


def _of(item: Item, key: str) -> list[Any]:
    return list(item.get(key) or ())


def _alarm(item: Item, addresses: Mapping[tuple[str, Any], str], region: str) -> Find:
    name = item["AlarmName"]
    kind, other = (COMPOSITE, METRIC) if "AlarmRule" in item else (METRIC, COMPOSITE)
    # Both kinds share their names.
    namesake = addresses.get((other, name), "")
    removal = command("cloudwatch", "delete-alarms", region, alarm_names=name)
    return Find(
        type=kind,
        name=name,
        address=addresses.get((kind, name), namesake),
        import_id=name,
        values=_composite(item) if kind == COMPOSITE else _metric(item),
        obstacle=f"has the name of {namesake}, an alarm of the other kind" if namesake else "",
        mend=f"delete it: {removal}",
        removal=removal,
    )


def _common(item: Item) -> dict[str, Any]:
    return {
        "alarm_name": item["AlarmName"],
        "alarm_description": item.get("AlarmDescription"),
        "actions_enabled": item.get("ActionsEnabled", True),
        "alarm_actions": item.get("AlarmActions"),
        "ok_actions": item.get("OKActions"),
        "insufficient_data_actions": item.get("InsufficientDataActions"),
    }


def _composite(item: Item) -> dict[str, Any]:
    suppressor = plain(
        alarm=item.get("ActionsSuppressor"),
        extension_period=item.get("ActionsSuppressorExtensionPeriod"),
        wait_period=item.get("ActionsSuppressorWaitPeriod"),
    )
    rule = {"alarm_rule": item.get("AlarmRule"), "actions_suppressor": [suppressor] if suppressor else None}
    return plain(**_common(item), **rule)


def _metric(item: Item) -> dict[str, Any]:
    return plain(
        **_common(item),
        **_statistics(item),
        period=item.get("Period"),
        evaluation_periods=item.get("EvaluationPeriods"),
        datapoints_to_alarm=item.get("DatapointsToAlarm"),
        threshold=item.get("Threshold"),
        threshold_metric_id=item.get("ThresholdMetricId"),
        comparison_operator=item.get("ComparisonOperator"),
        treat_missing_data=item.get("TreatMissingData") or "missing",
        evaluate_low_sample_count_percentiles=item.get("EvaluateLowSampleCountPercentile"),
        metric_query=[_query(one) for one in _of(item, "Metrics")],
    )


def _statistics(item: Item) -> dict[str, Any]:
    return {
        "namespace": item.get("Namespace"),
        "metric_name": item.get("MetricName"),
        "dimensions": _dimensions(item),
        "statistic": item.get("Statistic"),
        "extended_statistic": item.get("ExtendedStatistic"),
        "unit": item.get("Unit"),
    }


def _dimensions(item: Item) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in item.get("Dimensions") or ()}


def _query(item: Item) -> dict[str, Any]:
    metric = item.get("MetricStat")
    return plain(
        id=item.get("Id"),
        expression=item.get("Expression"),
        label=item.get("Label"),
        return_data=item.get("ReturnData", True) or None,
        period=item.get("Period"),
        account_id=item.get("AccountId"),
        metric=[_metric_stat(metric)] if metric else None,
    )


def _metric_stat(item: Item) -> dict[str, Any]:
    metric = item.get("Metric") or {}
    return plain(
        namespace=metric.get("Namespace"),
        metric_name=metric.get("MetricName"),
        dimensions=_dimensions(metric),
        period=item.get("Period"),
        stat=item.get("Stat"),
        unit=item.get("Unit"),
    )
