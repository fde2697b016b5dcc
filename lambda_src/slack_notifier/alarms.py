"""CloudWatch alarms as notices: metric, metric math, anomaly detection and composite."""

from __future__ import annotations

import re
from dataclasses import replace

import measures
from links import place_of
from notice import Notice, is_drill
from shared.fields import Fields
from shared.texts import joined

_RUNBOOK = re.compile(r"Runbook: (\S{1,1000})\Z")


def as_notice(message: Fields, notice: Notice) -> Notice:
    """Return the notice of an alarm's change of state, as the alarm publishes it to a topic."""
    name, reason = message.text("AlarmName"), message.text("NewStateReason")
    story, trigger = message.text("AlarmDescription"), message.part("Trigger")
    runbook = _RUNBOOK.search(story)
    return replace(
        notice,
        title=name or "An alarm without a name",
        alarm=name,
        old_state=message.text("OldStateValue"),
        state=message.text("NewStateValue"),
        text=joined(_RUNBOOK.sub("", story).rstrip(), reason, by="\n"),
        facts=_facts(message, reason, trigger),
        place=place_of(message.text("AlarmArn"), notice.place.region, message.text("AWSAccountId")),
        at=message.time("StateChangeTime") or notice.at,
        runbook=runbook[1] if runbook else "",
        window_seconds=measures.window(trigger),
        drill=is_drill(reason),
    )


def _facts(message: Fields, reason: str, trigger: Fields) -> tuple[tuple[str, str], ...]:
    children = (child.text("Arn").rpartition(":alarm:")[2] for child in message.parts("TriggeringChildren"))
    facts = {
        "Value": measures.value(reason, trigger),
        "Threshold": measures.threshold(reason, trigger),
        "In alarm": joined(*children, by=", "),
        "Rule": message.text("AlarmRule"),
        "Evaluation": measures.evaluation(trigger),
        "Metric": measures.metric(trigger),
    }
    return tuple((label, text) for label, text in facts.items() if text)
