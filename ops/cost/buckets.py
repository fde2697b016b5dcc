"""What lies in buckets, and where their lifecycle moves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from modules.resources.views import Resource
from modules.terraform.values import as_whole, blocks
from ops.cost.surroundings import BUCKET, STREAM, Surroundings, called
from ops.cost.usages import Counted, Gap, assumed, counts, used, whole, word

STANDARD = "STANDARD"
# A century; AWS takes more, and nobody means it.
MOST_DAYS = 36_525
STORAGE = {STANDARD: "bucket_standard", "GLACIER": "bucket_glacier", "DEEP_ARCHIVE": "bucket_deep_archive"}
TRANSITIONS = {"GLACIER": "bucket_transition_glacier", "DEEP_ARCHIVE": "bucket_transition_deep_archive"}
_COMPRESSED = "logs arrive in a bucket as small as they are stored in CloudWatch"


@counts(BUCKET)
def bucket(item: Resource, around: Surroundings) -> Counted:
    """What lies in it, by storage class, for as long as its lifecycle says."""
    volumes = around.volumes
    archived = around.archived_gb.get(item.address, Decimal(0)) * volumes.figure("storage_ratio")
    coming = volumes.figure("bucket_gb", called(item)) + archived
    lifecycle = around.lifecycles.get(item.address)
    moves, end = _moves(lifecycle), _end(lifecycle)
    said = [volumes.said("bucket_gb"), *[_COMPRESSED] * bool(archived)]
    said += [volumes.said("months_without_end")] * (end is None)
    for spelled, days in _stays(moves, around.days_without_end if end is None else end):
        if spelled not in STORAGE:
            yield Gap(f"bucket storage of class {word(spelled)}")
            continue
        yield used(STORAGE[spelled], around.gb_months(coming, days), *said)
        if spelled in TRANSITIONS:
            yield assumed(TRANSITIONS[spelled], volumes, "archive_objects")


@counts(STREAM)
def stream(item: Resource, around: Surroundings) -> Counted:
    """Counted where log groups are subscribed to it; what else comes in is not known."""
    del around
    if item.get("kinesis_source_configuration") or item.get("msk_source_configuration"):
        yield Gap("delivery streams that read from another stream")


def _moves(lifecycle: Resource | None) -> dict[str, int]:
    """Storage class to the days after which something moves there."""
    found: dict[str, int] = {}
    for rule in _rules(lifecycle):
        for move in blocks(rule.get("transition")):
            spelled, days = str(move.get("storage_class")), as_whole(move.get("days"))
            if days is not None and 0 <= days <= MOST_DAYS:
                found[spelled] = min(days, found.get(spelled, days))
    return found


def _end(lifecycle: Resource | None) -> Decimal | None:
    """The days after which something is deleted, if ever."""
    found = (one for rule in _rules(lifecycle) for one in blocks(rule.get("expiration")))
    ends = (whole(one.get("days"), MOST_DAYS) for one in found)
    return min((Decimal(days) for days in ends if days), default=None)


def _rules(lifecycle: Resource | None) -> Iterator[Mapping[str, Any]]:
    rules = blocks(lifecycle.get("rule")) if lifecycle else ()
    yield from (rule for rule in rules if rule.get("status") == "Enabled")


def _stays(moves: Mapping[str, int], end: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Each storage class with the days spent in it."""
    steps = [(STANDARD, Decimal(0)), *((spelled, Decimal(days)) for spelled, days in moves.items())]
    ordered = sorted(steps, key=lambda step: step[1])
    for at, (spelled, start) in enumerate(ordered):
        following = ordered[at + 1][1] if at + 1 < len(ordered) else end
        days = min(following, end) - start
        if days > 0:
            yield spelled, days
