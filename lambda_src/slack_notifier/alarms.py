"""CloudWatch alarms as notices: metric, metric math, anomaly detection and composite.

Sources: CloudWatch user guide, "Alarm events and EventBridge", and the JSON that alarms publish to SNS.
"""

from __future__ import annotations

import re
from dataclasses import replace

import measures
from fields import Fields, parse_json
from links import place_of
from notice import Notice, is_drill
from texts import joined

EVENT = "CloudWatch Alarm State Change"
_RUNBOOK = re.compile(r"Runbook: (\S{1,1000})\Z")


def from_topic(message: Fields, notice: Notice) -> Notice:
    """A notice that holds what an alarm publishes to a topic, read as that."""
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


def from_event(event: Fields, notice: Notice) -> Notice:
    """A notice that holds an alarm's event on EventBridge, which says the same under other names."""
    detail = event.part("detail")
    state, setup = detail.part("state"), detail.part("configuration")
    data = Fields(parse_json(state.value("reasonData")))
    trigger = {name: data.value(name) for name in ("Threshold", "RecentDatapoints")}
    message = {
        "AlarmName": detail.value("alarmName"),
        "AlarmDescription": setup.value("description"),
        "AlarmRule": setup.value("alarmRule"),
        "AlarmArn": next(iter(event.items("resources")), None),
        "AWSAccountId": event.value("account"),
        "OldStateValue": detail.part("previousState").value("value"),
        "NewStateValue": state.value("value"),
        "NewStateReason": state.value("reason"),
        "StateChangeTime": state.value("timestamp") or event.value("time"),
        "Trigger": trigger | {"Metrics": setup.value("metrics")},
    }
    return from_topic(Fields(message), notice)


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
