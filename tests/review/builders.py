"""Plans and changes made by hand, where Terraform would only cost time."""

from __future__ import annotations

import json
from typing import Any

from ops.review import Plan, Review, review
from ops.review.verdicts import Effect
from tests.review.cases import ALARM

Tree = dict[str, Any]
ARN = "arn:aws:sns:us-east-1:111122223333:{}"


def values(**changes: Any) -> Tree:
    """An alarm as Terraform shows it."""
    return {
        "alarm_name": "latency",
        "alarm_description": "Slow",
        "namespace": "AWS/Lambda",
        "metric_name": "Duration",
        "dimensions": {"FunctionName": "booking"},
        "metric_query": [],
        "statistic": "Average",
        "extended_statistic": "",
        "period": 300,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "threshold": 5000,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "missing",
        "actions_enabled": True,
        "alarm_actions": [ARN.format("critical")],
        "ok_actions": [],
        "insufficient_data_actions": [],
        "tags": {"Severity": "critical", "Role": "page"},
        "tags_all": {"Severity": "critical", "Role": "page"},
    } | changes


def entry(
    before: Tree | None, after: Tree | None, *, kind: str = ALARM, name: str = "one", **change: Any
) -> Tree:
    """One resource change; `change` adds marks."""
    actions = ["create"] if before is None else ["delete"] if after is None else ["update"]
    whole = {"actions": actions, "before": before, "after": after, "after_unknown": {}} | change
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "change": whole}


def topic(name: str) -> Tree:
    arn = ARN.format(name)
    kept = {"arn": arn, "name": name, "tags": {"Route": name}, "tags_all": {"Route": name}}
    return entry(kept, kept, kind="aws_sns_topic", name=name, actions=["no-op"])


def plan(*entries: Tree, **parts: Any) -> Plan:
    topics = [topic(name) for name in ("critical", "warning", "info")]
    raw = {"format_version": "1.2", "resource_changes": [*topics, *entries], **parts}
    # As it would be read from a file: a set or a tuple in a test would not be.
    return Plan("plan.json", json.loads(json.dumps(raw)))


def reviewed(before: Tree | None, after: Tree | None, **change: Any) -> Review:
    """The review of one change."""
    return review(plan(entry(before, after, **change)))


def said(found: Review) -> list[tuple[Effect, str]]:
    return [(one.effect, one.aspect) for one in found.verdicts]
