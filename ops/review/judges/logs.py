"""Log groups and all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.terraform.values import as_number, as_whole, is_nothing
from ops.review.judges.documents import policy
from ops.review.judges.kinds import (
    Aspect,
    Kind,
    called,
    is_open,
    members,
    plain,
    present,
    source,
    switch,
    unclear,
    undecided,
    verdict,
    weaker_if,
    when_changed,
)
from ops.review.judges.log_patterns import filter_pattern
from ops.review.plans import Change, Values
from ops.review.values import at, days, may_equal, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_TAGS = frozenset({"tags"})


_RETENTION = "retention_in_days"


def _retention(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
    """Too short loses evidence; without an end costs for ever and keeps personal data for ever."""
    path = _RETENTION
    old, new = (0 if value is None else as_whole(value) for value in (before, after))
    words = {"old": days(before), "new": days(after)}
    if old is None or new is None:
        yield unclear(change, path, "may keep events for another time", before, after)
    elif new == 0 and old != 0:
        yield verdict(change, Effect.WEAKENED, path, "keeps events without end", **words)
    elif old == 0 and new != 0:
        note = "Older events are deleted."
        yield verdict(
            change, Effect.STRENGTHENED, path, "keeps events for a limited time", note=note, **words
        )
    elif new < old:
        note = "Older events are deleted."
        yield verdict(change, Effect.WEAKENED, path, "keeps events for a shorter time", note=note, **words)
    elif old < new:
        yield verdict(change, Effect.STRENGTHENED, path, "keeps events for a longer time", **words)


_TRANSFORMATION = "metric_transformation"


def _published(change: Change, _world: World) -> Iterator[Verdict]:
    """The metric that a filter publishes: with another name, the alarms on the old one starve."""
    old, new = _metric(change.before), _metric(change.after)
    if old == new:
        return
    words = {"old": _in_words(old), "new": _in_words(new)}
    if may_equal(old, new):
        note = "It is known only after apply."
        yield verdict(change, Effect.UNCLEAR, "metric", "may publish another metric", note=note, **words)
        return
    yield verdict(change, Effect.WEAKENED, "metric", "no longer publishes its metric", **words)
    yield verdict(change, Effect.STRENGTHENED, "metric", "publishes a new metric", **words)


def _metric(values: Values) -> Mapping[str, Any]:
    names = ("namespace", "name", "dimensions")
    parts = {name: at(values, f"{_TRANSFORMATION}.{name}") for name in names}
    return {name: None if is_nothing(part) else part for name, part in parts.items()}


def _in_words(metric: Mapping[str, Any]) -> str:
    name, dimensions = f"{shown(metric['namespace'])} {shown(metric['name'])}", metric["dimensions"]
    return name if dimensions is None else f"{name} ({shown(dimensions)})"


_VALUE = f"{_TRANSFORMATION}.value"


def _counted(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
    """What each line adds to the metric: of nothing but zeros no alarm can tell anything."""
    was, now = (as_number(one) == 0 for one in (old, new))
    if was == now or is_open(old, new):
        yield unclear(change, _VALUE, "publishes another value", old, new)
        return
    text = "counts nothing: it publishes zero" if now else "counts again"
    yield verdict(change, weaker_if(now), _VALUE, text, old=shown(old), new=shown(new))


def _describe_group(values: Values, _world: World) -> str:
    return f"{called(values)}, kept {days(values.get('retention_in_days'))}"


def _describe_filter(values: Values, _world: World) -> str:
    metric = " ".join(shown(at(values, f"{_TRANSFORMATION}.{name}")) for name in ("namespace", "name"))
    return f"publishes {metric}"


LOG_GROUP = Kind(
    types=("aws_cloudwatch_log_group",),
    noun="log group",
    lost="Its events are lost.",
    replaced="Its events are lost.",
    identity=("name", "name_prefix", "log_group_class"),
    aspects=(
        when_changed(_RETENTION, _retention),
        present("kms_key_id", "customer key for encryption"),
        switch(
            "deletion_protection_enabled", "may be deleted now", "is protected from deletion", default=False
        ),
    ),
    harmless=_TAGS,
    describe=_describe_group,
)
METRIC_FILTER = Kind(
    types=("aws_cloudwatch_log_metric_filter",),
    noun="metric filter",
    lost="Its metric is published no more, so alarms on it see no data.",
    identity=("name",),
    aspects=(
        filter_pattern("pattern"),
        source("log_group_name", "log group"),
        Aspect(
            tuple(f"{_TRANSFORMATION}.{name}" for name in ("namespace", "name", "dimensions")), _published
        ),
        when_changed(_VALUE, _counted),
        undecided(f"{_TRANSFORMATION}.default_value", "publishes another value where no line matches"),
        plain(f"{_TRANSFORMATION}.unit", "publishes in another unit"),
    ),
    describe=_describe_filter,
)
SUBSCRIPTION_FILTER = Kind(
    types=("aws_cloudwatch_log_subscription_filter", "aws_cloudwatch_log_delivery"),
    noun="log subscription",
    lost="Log events go there no more.",
    aspects=(
        filter_pattern("filter_pattern"),
        source("log_group_name", "log group"),
        source("destination_arn", "destination"),
        members("record_fields", "sends fewer fields", "sends more fields"),
    ),
    harmless=_TAGS,
)
ANOMALY_DETECTOR = Kind(
    types=("aws_cloudwatch_log_anomaly_detector",),
    noun="log anomaly detector",
    lost="Unusual log lines are found no more.",
    aspects=(
        switch("enabled", "is switched off", "is switched on"),
        filter_pattern("filter_pattern"),
        members("log_group_arn_list", "leaves log groups", "reads more log groups"),
        present("kms_key_id", "customer key for encryption"),
    ),
    harmless=_TAGS,
)
LOG_POLICY = Kind(
    types=(
        "aws_cloudwatch_log_data_protection_policy",
        "aws_cloudwatch_log_account_policy",
        "aws_cloudwatch_log_resource_policy",
        "aws_cloudwatch_log_destination_policy",
        "aws_cloudwatch_log_delivery_destination_policy",
        "aws_cloudwatch_log_index_policy",
    ),
    noun="log policy",
    lost="What it protected or allowed is so no more.",
    aspects=(
        policy("policy_document"),
        policy("access_policy"),
        policy("delivery_destination_policy"),
        source("log_group_name", "log group"),
    ),
)
KINDS = (LOG_GROUP, METRIC_FILTER, SUBSCRIPTION_FILTER, ANOMALY_DETECTOR, LOG_POLICY)
