"""Schedules and their group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ops.adopt.accounts import Account, Item
from ops.adopt.finds import Find, block, plain
from ops.adopt.wanted import Wanted

GROUP, SCHEDULE = "aws_scheduler_schedule_group", "aws_scheduler_schedule"
_GOING = "DELETING"
_ENABLED = "ENABLED"
# What EventBridge Scheduler does where nobody says otherwise.
_ATTEMPTS = 185


def groups(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Groups by name."""
    for one in wanted.of(GROUP):
        name = str(one.get("name"))
        read = account.get("scheduler", "get_schedule_group", Name=name)
        if read is not None:
            yield Find(
                type=GROUP,
                name=name,
                address=one.address,
                import_id=name,
                values=plain(name=name),
                obstacle="is being deleted" if read.get("State") == _GOING else "",
                mend="wait until it is gone",
            )


def schedules(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Schedules by group and name."""
    for one in wanted.of(SCHEDULE):
        group, name = str(one.get("group_name")), str(one.get("name"))
        read = account.get("scheduler", "get_schedule", GroupName=group, Name=name)
        if read is not None:
            identity = f"{group}/{name}"
            yield Find(
                type=SCHEDULE,
                name=identity,
                address=one.address,
                import_id=identity,
                values=_values(read, group, name),
            )


def _values(read: Item, group: str, name: str) -> dict[str, Any]:
    window = read.get("FlexibleTimeWindow") or {}
    return plain(
        name=name,
        group_name=group,
        description=read.get("Description"),
        schedule_expression=read.get("ScheduleExpression"),
        schedule_expression_timezone=read.get("ScheduleExpressionTimezone"),
        state=read.get("State") if read.get("State") != _ENABLED else None,
        kms_key_arn=read.get("KmsKeyArn"),
        flexible_time_window=block(
            mode=window.get("Mode"), maximum_window_in_minutes=window.get("MaximumWindowInMinutes")
        ),
        target=[_target(read.get("Target") or {})],
    )


def _target(read: Item) -> dict[str, Any]:
    retry = read.get("RetryPolicy") or {}
    attempts = retry.get("MaximumRetryAttempts")
    return plain(
        arn=read.get("Arn"),
        role_arn=read.get("RoleArn"),
        input=read.get("Input"),
        dead_letter_config=block(arn=(read.get("DeadLetterConfig") or {}).get("Arn")),
        retry_policy=block(
            maximum_event_age_in_seconds=retry.get("MaximumEventAgeInSeconds"),
            maximum_retry_attempts=None if attempts == _ATTEMPTS else attempts,
        ),
    )
