"""When something runs: rates, cron expressions, and what they start."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from modules.semantics.schedules import Schedule, parse_schedule
from modules.terraform.values import as_text, as_whole, is_nothing
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
from ops.review.values import duration, shown
from ops.review.verdicts import Effect, Verdict

_NEVER = math.inf
_TAGS = frozenset({"tags", "description"})


def expression(path: str) -> Aspect:
    """A schedule, of which more runs are better; as many runs at other times are not judged."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        old, new = _read(before), _read(after)
        order = new.compared(old) if old and new else None
        if old is None or new is None or order is None:
            yield unclear(change, path, "runs at other times", before, after)
        elif order:
            often = f"runs {'less' if order < 0 else 'more'} often"
            text = "runs only once" if new.is_single else "runs again and again" if old.is_single else often
            words = {"old": _every(old, before), "new": _every(new, after)}
            yield verdict(change, weaker_if(order < 0), path, text, **words)

    return when_changed(path, judge)


def _read(value: Any) -> Schedule | None:
    return parse_schedule(as_text(value) or "")


def _every(schedule: Schedule, value: Any) -> str:
    if schedule.has_time_zone:
        return shown(value)
    return f"every {duration(60 * schedule.minutes)}" if schedule.minutes else "once"


def _zone(path: str, expression_path: str) -> Aspect:
    """The time zone of a schedule, which is UTC by default; a rate does not depend on it."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        schedules = [_read(side.get(expression_path)) for side in (change.before, change.after)]
        if any(schedule is None or schedule.has_time_zone for schedule in schedules):
            if (before or "UTC") != (after or "UTC"):
                yield unclear(change, path, "runs at other times", before, after)
        else:
            words = {"old": shown(before), "new": shown(after)}
            yield verdict(
                change, Effect.UNAFFECTED, path, "has another time zone, which its rate ignores", **words
            )

    return when_changed(path, judge)


def _edge(path: str, verb: str, absent: datetime) -> Aspect:
    """The date at which a schedule starts or ends; without one it always runs."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        old, new = (absent if is_nothing(value) else _date(value) for value in (before, after))
        if old is None or new is None:
            yield unclear(change, path, f"{verb} at another time", before, after)
        elif old != new:
            later = new > old
            words = {"old": shown(before), "new": shown(after)}
            text = f"{verb} {'later' if later else 'sooner'}"
            yield verdict(change, weaker_if(later == (verb == "starts")), path, text, **words)

    return when_changed(path, judge)


def _date(value: Any) -> datetime | None:
    """Return a date and time, in UTC without a zone of its own."""
    try:
        found = datetime.fromisoformat(as_text(value) or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


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
        _zone("schedule_expression_timezone", "schedule_expression"),
        _edge("start_date", "starts", datetime.min.replace(tzinfo=UTC)),
        _edge("end_date", "ends", datetime.max.replace(tzinfo=UTC)),
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
