"""What an alarm says about itself: severity, role and runbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.views import Alarm
from modules.spec.alarms import Role, Severity
from modules.terraform.values import is_known, is_open
from policies.engine import rule
from policies.findings import Level

_RUNBOOK = re.compile(r"\brunbooks?\b\W*\S*[\w-]+(\.md|/[\w-]+)", re.IGNORECASE)


@rule("MON-ALM-001", level=Level.ERROR, why="The severity decides whom an alarm wakes.")
def alarm_has_severity(alarm: Alarm) -> Iterator[Breach]:
    """Every alarm carries the tag Severity with a severity that exists."""
    yield from _tag(
        alarm, "Severity", alarm.severity, tuple(Severity), "set alarms.<key>.severity in config/"
    )


@rule("MON-ALM-002", level=Level.ERROR, why="The role decides whether an alarm wakes anybody at all.")
def alarm_has_role(alarm: Alarm) -> Iterator[Breach]:
    """Every alarm carries the tag Role with a role that exists."""
    yield from _tag(alarm, "Role", alarm.role, tuple(Role), "set the role of its catalog entry")


@rule("MON-ALM-003", level=Level.ERROR, why="Whoever is woken at 3 a.m. needs the first steps at hand.")
def alarm_names_runbook(alarm: Alarm) -> Iterator[Breach]:
    """The description of every alarm names its runbook."""
    text = alarm.get("alarm_description")
    if is_open(text) or (isinstance(text, str) and _RUNBOOK.search(text)):
        return
    fix = "set the runbook of its catalog entry; runbook_base_url in config/ makes it a link"
    yield alarm.finding(found=text, wanted="Runbook: and its page", fix=fix)


@rule("MON-ALM-004", level=Level.ERROR, why="CloudWatch refuses longer ones.")
def alarm_description_fits(alarm: Alarm) -> Iterator[Breach]:
    """The description of an alarm is short enough."""
    most = facts.limit("alarm_description_chars")
    text = alarm.text("alarm_description")
    if text is not None and len(text) > most:
        fix = "shorten the summary of its catalog entry"
        yield alarm.finding(found=f"{len(text)} characters", wanted=f"at most {most}", fix=fix)


def _tag(alarm: Alarm, key: str, value: Any, allowed: tuple[str, ...], fix: str) -> Iterator[Breach]:
    if is_open(alarm.tags) or is_open(value):
        return
    if not (isinstance(value, str) and is_known(value) and value in allowed):
        yield alarm.finding(found=f"{key} = {value}", wanted=allowed, fix=fix)
