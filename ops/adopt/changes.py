"""What the first apply changes about what is adopted, in the words of the plan review.

Made from what AWS says and what the stack wants, so that it needs neither Terraform nor its state. The
plan itself has the last word: `python -m ops review`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modules.resources.views import Resource
from ops.adopt.finds import Find
from ops.adopt.looks.topics import TOPIC
from ops.adopt.references import is_open, references
from ops.adopt.wanted import Wanted
from ops.review.verdicts import Verdict

# What Terraform alone knows of, and what it takes along with the code.
_TERRAFORM_ONLY = frozenset(
    {
        "//",
        "confirmation_timeout_in_minutes",
        "deletion_window_in_days",
        "depends_on",
        "endpoint_auto_confirms",
        "filename",
        "lifecycle",
        "provider",
        "recovery_window_in_days",
    }
)
_ROUTE = "critical"

Entry = Mapping[str, Any]

# What AWS does where the stack says nothing.
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "aws_cloudwatch_composite_alarm": {"actions_enabled": True},
    "aws_cloudwatch_log_group": {"log_group_class": "STANDARD"},
    "aws_cloudwatch_metric_alarm": {"actions_enabled": True, "treat_missing_data": "missing"},
    "aws_iam_role": {"path": "/"},
    "aws_kms_key": {
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "is_enabled": True,
        "key_usage": "ENCRYPT_DECRYPT",
        "multi_region": False,
    },
    "aws_lambda_event_source_mapping": {"enabled": True},
    "aws_lambda_function": {"package_type": "Zip", "reserved_concurrent_executions": -1},
}


def changes(wanted: Wanted, finds: Iterable[Find], beside: Find | None = None) -> dict[str, list[Verdict]]:
    """Verdicts by address, most serious first; none for what stays as it is, tags left aside.

    Parameters
    ----------
    beside
        The topic that alarms have acted on so far, as critical as any, if the stack has another.
    """
    from ops.review import Plan, review  # the judges; whoever only asks for help needs none

    adopted = {find.address: find for find in finds if find.values is not None}
    known = {
        f"{find.address}.{name}": value
        for find in adopted.values()
        for name, value in {**find.known, **_arn(find)}.items()
    }
    items = [*_items(wanted.knowing(known), adopted)]
    plan = {
        "format_version": "1.2",
        "resource_changes": [change for change, _ in items],
        "prior_state": {"values": {"root_module": {"resources": _read_only(beside)}}},
        "configuration": {"root_module": {"resources": [configured for _, configured in items]}},
    }
    found: dict[str, list[Verdict]] = {address: [] for address in adopted}
    for verdict in review(Plan("adoption", plan)).verdicts:
        if verdict.address in found:
            found[verdict.address].append(verdict)
    return found


def _arn(find: Find) -> dict[str, str]:
    return {"arn": find.import_id} if find.type == TOPIC else {}


def _read_only(topic: Find | None) -> list[Entry]:
    if topic is None:
        return []
    values = {"name": topic.name, "arn": topic.import_id, "tags": {"Route": _ROUTE}}
    return [{"address": f"data.{TOPIC}.before", "mode": "data", "type": TOPIC, "values": values}]


def _items(resources: Iterable[Resource], adopted: Mapping[str, Find]) -> Iterator[tuple[Entry, Entry]]:
    """The change of each adopted resource and of each topic, which alarms act on, and what it is made of."""
    for one in resources:
        find = adopted.get(one.address)
        if find is None and one.type != TOPIC:
            continue
        values = {**_USUAL.get(one.type, {}), **one.values}
        after = {name: value for name, value in values.items() if name not in _TERRAFORM_ONLY}
        after |= {} if find is None else _arn(find)
        open_ = {name: value for name, value in after.items() if is_open(value)}
        change = {
            "actions": ["create"] if find is None else ["update"],
            "before": None if find is None else _before(find, after),
            "after": {name: value for name, value in after.items() if name not in open_},
            "after_unknown": dict.fromkeys(open_, True),
        }
        expressions = {name: {"references": references(value)} for name, value in open_.items()}
        named = {"address": one.address, "type": one.type, "mode": "managed"}
        yield {**named, "change": change}, {**named, "expressions": expressions}


def _before(find: Find, after: Mapping[str, Any]) -> dict[str, Any]:
    """As it is now. Tags are nobody's concern, but the one by which a topic's route is told."""
    tags = {"tags": after["tags"]} if "tags" in after else {}
    return {**(find.values or {}), **_arn(find), **tags}
