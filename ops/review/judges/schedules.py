"""When something runs: rates, cron expressions, and what they start."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from modules.terraform.values import as_text, as_whole
from ops.review.judges.kinds import (
    Aspect,
    Kind,
    present,
    rising,
    source,
    switch,
    unclear,
    undecided,
    verdict,
    weaker_if,
    when_changed,
)
from ops.review.judges.patterns import letting
from ops.review.plans import Change
from ops.review.values import duration
from ops.review.verdicts import Verdict

_RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_NEVER = math.inf
_TAGS = frozenset({"tags", "description"})


def expression(path: str) -> Aspect:
    """A schedule, of which a shorter rate is better; cron expressions are not compared."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        old, new = _seconds(before), _seconds(after)
        if old is None or new is None:
            yield unclear(change, path, "runs at other times", before, after)
        elif old != new:
            often = f"runs {'less' if new > old else 'more'} often"
            text = "runs only once" if new == _NEVER else "runs again and again" if old == _NEVER else often
            yield verdict(change, weaker_if(new > old), path, text, old=_every(old), new=_every(new))

    return when_changed(path, judge)


def _every(seconds: float) -> str:
    return "once" if seconds == _NEVER else f"every {duration(seconds)}"


def _seconds(value: Any) -> float | None:
    """From one run to the next; a canary of rate 0 runs once, when it is started."""
    match = _RATE.fullmatch((as_text(value) or "").strip())
    return int(match[1]) * _SECONDS[match[2]] or _NEVER if match else None


_LASTS = "schedule.duration_in_seconds"


def _lasting(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
    """How long a canary runs once it is started; 0, or none, is without end."""
    old, new = (0 if one is None else as_whole(one) for one in (before, after))
    if old is None or new is None:
        yield unclear(change, _LASTS, "runs for another time", before, after)
    elif old != new:
        shorter = (new or _NEVER) < (old or _NEVER)
        text = f"{'stops sooner' if shorter else 'runs for a longer time'} once it is started"
        words = [duration(one) if one else "without end" for one in (old, new)]
        yield verdict(change, weaker_if(shorter), _LASTS, text, old=words[0], new=words[1])


SCHEDULE = Kind(
    types=("aws_scheduler_schedule",),
    noun="schedule",
    lost="What it starts runs no more.",
    identity=("name", "group_name"),
    aspects=(
        switch("state", "is switched off", "is switched on"),
        expression("schedule_expression"),
        undecided("start_date", "starts at another time"),
        undecided("end_date", "ends at another time"),
        present("target.dead_letter_config.arn", "dead-letter queue"),
        rising("target.retry_policy.maximum_retry_attempts", "is tried less often", "is tried more often"),
        source("target.arn", "target"),
        present("kms_key_arn", "customer key for encryption"),
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
        switch("start_canary", "is not started", "is started", default=False),
        expression("schedule.expression"),
        when_changed(_LASTS, _lasting),
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
