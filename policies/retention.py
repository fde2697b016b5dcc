"""Log events expire, not too early, and are encrypted until then."""

from __future__ import annotations

from collections.abc import Iterator

from modules.resources.breaches import Breach
from modules.resources.keys import is_customer_key
from modules.resources.views import LogGroup
from modules.terraform.values import as_whole, is_open
from policies.context import RetentionPolicy
from policies.engine import rule
from policies.findings import Level

_FIX = "set retention.days or retention.overrides in config/"


@rule(
    "MON-RET-001",
    level=Level.ERROR,
    why="Logs that never expire cost for ever and keep personal data for ever.",
)
def log_group_expires(group: LogGroup, allowed: RetentionPolicy) -> Iterator[Breach]:
    """Every log group keeps its events for a number of days that CloudWatch Logs has."""
    days = group.get("retention_in_days")
    if not is_open(days) and as_whole(days) not in allowed.days:
        yield group.finding(found=days, wanted=allowed.days, fix=_FIX)


@rule(
    "MON-RET-002", level=Level.ERROR, why="Whoever looks into last month's incident needs last month's logs."
)
def log_group_keeps_long_enough(group: LogGroup, allowed: RetentionPolicy) -> Iterator[Breach]:
    """No log group keeps its events for less than the environment's minimum."""
    days = as_whole(group.get("retention_in_days"))
    if days and days < allowed.minimum_days:
        yield group.finding(found=days, wanted=f"at least {allowed.minimum_days}", fix=_FIX)


@rule(
    "MON-RET-003",
    level=Level.ERROR,
    why="With a key of our own, access to the logs can be seen and withdrawn.",
)
def log_group_is_encrypted(group: LogGroup) -> Iterator[Breach]:
    """Every log group is encrypted with a customer key."""
    key = group.get("kms_key_id")
    if not is_customer_key(key):
        yield group.finding(
            found=key, wanted="the ARN of a customer key", fix="leave it to the generator's key"
        )
