"""The digest as mail: a subject and a plain-text body within the limits of SNS. Pure.

Limits: SNS API reference, Publish. A subject has less than 100 characters and no line break; a
message has at most 262,144 bytes. Mail servers want ASCII in a subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from groups import Group
from notices import Plain
from words import counted, fitting, lasting, one_line, size, subject_line

BODY_BYTES = 250_000

_HEAD_BYTES = 4_000
_PLAIN_BYTES = 60_000  # of the body, so that a flood of alarms cannot push all other notices out
_NAME, _REASON, _PLAIN = 255, 400, 2_000  # characters shown of each


@dataclass(frozen=True)
class Digest:
    """What a mail tells.

    Attributes
    ----------
    more_wait
        The run ended before the queue was empty.
    zone
        Where the mail's times are local.
    zone_name
        How the mail calls it.
    """

    environment: str
    groups: Sequence[Group]
    plains: Sequence[Plain]
    more_wait: bool
    now: datetime
    zone: tzinfo
    zone_name: str


@dataclass(frozen=True)
class Mail:
    """What SNS takes, and how many alarms and other notices had no room in it."""

    subject: str
    body: str
    alarms_cut: int = 0
    plains_cut: int = 0


def mail(digest: Digest) -> Mail:
    """The mail of a digest with at least one notice."""
    plains = fitting((_plain(one) for one in digest.plains), _PLAIN_BYTES)
    room = BODY_BYTES - _HEAD_BYTES - sum(map(size, plains))
    alarms = fitting((_alarm(one, digest) for one in digest.groups), room)
    cut = (len(digest.groups) - len(alarms), len(digest.plains) - len(plains))
    sections = [*_head(digest, *cut), "", *alarms]
    if plains:
        sections += ["OTHER NOTICES, AS THEY CAME", "", *plains]
    return Mail(_subject(digest), "\n".join(sections).rstrip() + "\n", *cut)


def all_clear(environment: str, now: datetime, zone: tzinfo) -> Mail:
    """The one line of a day without notices."""
    subject = subject_line(f"Monitoring digest {now.astimezone(zone):%Y-%m-%d}: all clear [{environment}]")
    return Mail(subject, f"No info notice of {one_line(environment, _NAME)} since the last digest.\n")


def _subject(digest: Digest) -> str:
    in_alarm = sum(one.in_alarm for one in digest.groups)
    parts = [
        counted(len(digest.groups), "alarm") + (f" ({in_alarm} in ALARM)" if in_alarm else ""),
        *([counted(len(digest.plains), "other notice")] if digest.plains else []),
    ]
    day = digest.now.astimezone(digest.zone).strftime("%Y-%m-%d")
    # What counts goes before the environment, whose length is not ours to choose.
    return subject_line(f"Monitoring digest {day}: {', '.join(parts)} [{digest.environment}]")


def _head(digest: Digest, alarms_cut: int, plains_cut: int) -> list[str]:
    changes = sum(one.count for one in digest.groups)
    lines = [
        f"Info notices of {one_line(digest.environment, _NAME)}, {_local(digest.now, digest)}.",
        f"Times are {one_line(digest.zone_name, _NAME)}.",
        f"{counted(changes, 'notice')} of {counted(len(digest.groups), 'alarm')}"
        f" and {counted(len(digest.plains), 'other notice')}.",
    ]
    if digest.more_wait:
        lines.append("MORE NOTICES WAIT: this run had no time for them; the next digest brings them.")
    if alarms_cut or plains_cut:
        left_out = f"{counted(alarms_cut, 'alarm')} and {counted(plains_cut, 'other notice')}"
        lines.append(f"LEFT OUT for length: {left_out}. The function's log has each of their notices.")
    return lines


def _alarm(one: Group, digest: Digest) -> str:
    region = f" ({one_line(one.last.region, 30)})" if one.last.region else ""
    facts = [
        counted(one.count, "notice"),
        f"left ALARM {counted(one.flaps, 'time')}",
        *([f"longest in ALARM {lasting(one.longest)}"] if one.longest is not None else []),
        _state(one, digest),
    ]
    reason = one_line(one.last.reason, _REASON)
    lines = [f"{one_line(one.last.name, _NAME)}{region}", "  " + ", ".join(facts)]
    return "\n".join([*lines, *([f"  {reason}"] if reason else []), ""])


def _state(one: Group, digest: Digest) -> str:
    if one.in_alarm and one.since is None:
        return "in ALARM since before its first notice here"
    start = one.since or one.last.at
    return f"{'in' if one.in_alarm else 'now'} {one.last.new_state} since {_local(start, digest)}"


def _plain(one: Plain) -> str:
    lines = [one_line(line, _PLAIN) for line in one.text[:_PLAIN].splitlines()] or [""]
    rest = len(one.text) - _PLAIN
    cut = [f"  ({rest} more characters are in the function's log)"] if rest > 0 else []
    return "\n".join([*(f"  | {line}" for line in lines), *cut, ""])


def _local(at: datetime, digest: Digest) -> str:
    return at.astimezone(digest.zone).strftime("%Y-%m-%d %H:%M")
