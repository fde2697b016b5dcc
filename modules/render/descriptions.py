"""The text that an alarm carries to whoever it wakes."""

from __future__ import annotations

from modules.spec.alarms import Alarm, Comparison

RUNBOOK_FOLDER = "docs/runbooks"
LONGEST = 1024
_WORDS = {
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at or above",
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at or below",
}


def alarm_description(alarm: Alarm, runbook_base_url: str | None) -> str:
    """What happened, when and why it fires, and where the runbook is."""
    ending = f"Runbook: {runbook_page(alarm, runbook_base_url)}"
    text = f"{alarm.summary}. Fires {_condition(alarm)}: {alarm.condition.because}."
    return f"{text[: LONGEST - len(ending) - 1]} {ending}"


def runbook_page(alarm: Alarm, runbook_base_url: str | None) -> str:
    """The link to an alarm's runbook, or the path of its file."""
    folder = runbook_base_url.rstrip("/") if runbook_base_url else RUNBOOK_FOLDER
    return f"{folder}/{alarm.runbook}.md"


def _condition(alarm: Alarm) -> str:
    """The threshold as somebody woken by it wants to read it: ``above 80 in 2 of 2 periods of 5 min``."""
    evaluation = alarm.evaluation
    figure = f"{_WORDS[alarm.condition.comparison]} {alarm.condition.threshold:.15g}"
    seconds = evaluation.period_seconds
    period = f"{seconds} s" if seconds % 60 else f"{seconds // 60} min"
    return f"{figure} in {evaluation.datapoints} of {evaluation.of} periods of {period}"
