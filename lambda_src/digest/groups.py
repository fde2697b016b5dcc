"""Notices by alarm: how many, how often in and out of ALARM, how long, and how it stands. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notices import Notice

_ALARM = "ALARM"


@dataclass(frozen=True)
class Group:
    """All notices of one alarm.

    Attributes
    ----------
    count
        Notices.
    flaps
        Times that it left ALARM.
    longest
        The longest time in ALARM, up to now if it still is; None if no entry into ALARM was seen.
    since
        The start of the ALARM that lasts, else None.
    last
        The latest notice, whose new state is the alarm's.
    """

    count: int
    flaps: int
    longest: timedelta | None
    since: datetime | None
    last: Notice

    @property
    def in_alarm(self) -> bool:
        """Whether it is in ALARM as far as these notices tell."""
        return self.last.new_state == _ALARM


def group(notices: Iterable[Notice], now: datetime) -> list[Group]:
    """One group an alarm: first those in ALARM, then those that changed most, then by name."""
    by_alarm: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_alarm[notice.alarm].append(notice)
    return sorted((_grouped(several, now) for several in by_alarm.values()), key=_urgency)


def _grouped(notices: Sequence[Notice], now: datetime) -> Group:
    """Of one alarm's notices, in any order. What began before the first notice has no known length."""
    ordered = sorted(notices, key=lambda one: (one.at, one.id))
    state, flaps = ordered[0].old_state, 0
    since: datetime | None = None
    times: list[timedelta] = []
    for one in ordered:
        was, is_now = state == _ALARM, one.new_state == _ALARM
        if is_now and not was:
            since = one.at
        elif was and not is_now:
            flaps += 1
            times += [one.at - since] if since else []
            since = None
        state = one.new_state
    times += [max(now - since, timedelta())] if since else []
    return Group(len(ordered), flaps, max(times, default=None), since, ordered[-1])


def _urgency(one: Group) -> tuple[bool, int, int, str, str]:
    return (not one.in_alarm, -one.flaps, -one.count, one.last.name, one.last.alarm)
