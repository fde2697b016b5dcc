"""When something runs: rates, cron expressions, and what they start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ops.review.changes import Change
from ops.review.judges.attributes import present, rising, source, switch, undecided
from ops.review.judges.kinds import Aspect, Kind, unclear, verdict, weaker_if, when_changed
from ops.review.judges.patterns import letting
from ops.review.verdicts import Verdict
from ops.review.words import duration
from policies.values import as_text

_RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_TAGS = frozenset({"tags", "description"})


def expression(path: str) -> Aspect:
    """A schedule, of which a shorter rate is better; cron expressions are not compared."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        old, new = _seconds(before), _seconds(after)
        if old is None or new is None:
            yield unclear(change, path, "runs at other times", before, after)
        elif old != new:
            text = f"runs {'less' if new > old else 'more'} often"
            words = [f"every {duration(one)}" for one in (old, new)]
            yield verdict(change, weaker_if(new > old), path, text, old=words[0], new=words[1])

    return when_changed(path, judge)


def _seconds(value: Any) -> int | None:
    match = _RATE.fullmatch((as_text(value) or "").strip())
    return int(match[1]) * _SECONDS[match[2]] if match else None


SCHEDULE = Kind(
    types=("aws_scheduler_schedule",),
    noun="schedule",
    lost="What it starts runs no more.",
    identity=("name", "group_name"),
    aspects=(
        switch("state", "is switched off", "is switched on"),
        expression("schedule_expression"),
        undecided("end_date", "ends at another time"),
        present("target.dead_letter_config.arn", "dead-letter queue"),
        rising("target.retry_policy.maximum_retry_attempts", "is tried less often", "is tried more often"),
        source("target.arn", "target"),
        present("kms_key_arn", "encryption with a customer key"),
    ),
    harmless=_TAGS,
)
GROUP = Kind(
    types=("aws_scheduler_schedule_group",),
    noun="schedule group",
    lost="The schedules in it are deleted.",
    replaced="The schedules in it are deleted.",
    harmless=_TAGS,
)
RULE = Kind(
    types=("aws_cloudwatch_event_rule",),
    noun="event rule",
    lost="What it passes on goes nowhere any more.",
    identity=("name", "event_bus_name"),
    aspects=(
        switch("state", "is switched off", "is switched on"),
        switch("is_enabled", "is switched off", "is switched on"),
        letting("event_pattern", "events"),
        expression("schedule_expression"),
    ),
    harmless=_TAGS,
)
TARGET = Kind(
    types=("aws_cloudwatch_event_target",),
    noun="event target",
    lost="It gets the events no more.",
    aspects=(
        source("arn", "target"),
        present("dead_letter_config.arn", "dead-letter queue"),
        rising("retry_policy.maximum_retry_attempts", "is tried less often", "is tried more often"),
        undecided("input", "sends another text"),
        undecided("input_transformer", "sends another text"),
    ),
)
CANARY = Kind(
    types=("aws_synthetics_canary",),
    noun="canary",
    lost="Nobody tries the system from outside any more.",
    replaced=None,
    identity=("name",),
    aspects=(
        switch("start_canary", "is not started", "is started"),
        expression("schedule.expression"),
        rising(
            "success_retention_period", "keeps results for a shorter time", "keeps results for a longer time"
        ),
        rising(
            "failure_retention_period",
            "keeps failures for a shorter time",
            "keeps failures for a longer time",
        ),
    ),
    harmless=_TAGS,
)
KINDS = (SCHEDULE, GROUP, RULE, TARGET, CANARY)
