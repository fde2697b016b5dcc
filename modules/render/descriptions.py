"""The text that an alarm carries to whoever it wakes."""

from __future__ import annotations

from modules.spec.alarms import Alarm

RUNBOOK_FOLDER = "docs/runbooks"
LONGEST = 1024


def alarm_description(alarm: Alarm, runbook_base_url: str | None) -> str:
    """What happened, why this threshold, and where the runbook is."""
    page = f"{alarm.runbook}.md"
    runbook = f"{runbook_base_url.rstrip('/')}/{page}" if runbook_base_url else f"{RUNBOOK_FOLDER}/{page}"
    ending = f"Runbook: {runbook}"
    text = f"{alarm.summary}. Threshold: {alarm.condition.because}."
    return f"{text[: LONGEST - len(ending) - 1]} {ending}"
