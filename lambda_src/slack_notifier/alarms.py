"""CloudWatch alarms as notices: metric, metric math, anomaly detection and composite.

Sources: CloudWatch user guide, "Alarm events and EventBridge", and the JSON that alarms publish to SNS.
"""

from __future__ import annotations

import re

import measures
from fields import Fields, parse_json, parse_time
from links import Place, place_of
from notice import LONGEST_TEXT, Notice, Source, is_drill
from texts import clean, clip

EVENT = "CloudWatch Alarm State Change"
_RUNBOOK = re.compile(r"Runbook: (\S{1,1000})\Z")


def is_alarm(message: Fields) -> bool:
    """Whether this is what an alarm publishes to a topic."""
    return message.has("AlarmName", "NewStateValue")


def from_topic(message: Fields, source: Source) -> Notice:
    """The notice of an alarm's message."""
    return _notice(
        source,
        name=message.text("AlarmName"),
        states=(message.text("OldStateValue"), message.text("NewStateValue")),
        description=message.text("AlarmDescription"),
        reason=message.text("NewStateReason"),
        at=parse_time(message.text("StateChangeTime")),
        place=_place(message.text("AlarmArn"), message.text("AWSAccountId"), source),
        data=Fields(None),
        trigger=message.part("Trigger"),
        children=_composite(message.text("AlarmRule"), message.parts("TriggeringChildren")),
    )


def from_event(event: Fields, source: Source) -> Notice:
    """The notice of an alarm's event on EventBridge."""
    detail = event.part("detail")
    state, setup = detail.part("state"), detail.part("configuration")
    resources = event.raw.get("resources")
    arn = clean(resources[0]) if isinstance(resources, list) and resources else ""
    return _notice(
        source,
        name=detail.text("alarmName"),
        states=(detail.part("previousState").text("value"), state.text("value")),
        description=setup.text("description"),
        reason=state.text("reason"),
        at=parse_time(state.text("timestamp")) or parse_time(event.text("time")),
        place=_place(arn, event.text("account"), source),
        data=Fields(parse_json(state.raw.get("reasonData"))),
        trigger=Fields({"Metrics": setup.raw.get("metrics")}),
        children=_composite(setup.text("alarmRule"), []),
    )


def _notice(
    source: Source,
    *,
    name: str,
    states: tuple[str, str],
    description: str,
    reason: str,
    at: float | None,
    place: Place,
    data: Fields,
    trigger: Fields,
    children: list[tuple[str, str]],
) -> Notice:
    runbook = _RUNBOOK.search(description)
    text = "\n".join(filter(None, (_RUNBOOK.sub("", description).rstrip(), reason)))
    setup = (*measures.evaluation(trigger), *measures.metric(trigger))
    return Notice(
        title=name or "An alarm without a name",
        alarm=name,
        severity=source.severity,
        old_state=states[0],
        state=states[1],
        text=clip(text, LONGEST_TEXT),
        facts=(*measures.measured(reason, data, trigger), *children, *setup),
        place=place,
        at=at or source.at,
        runbook=runbook[1] if runbook else "",
        window_seconds=measures.window(trigger),
        drill=is_drill(reason),
    )


def _place(arn: str, account: str, source: Source) -> Place:
    """The alarm's own place; an old message without an ARN comes from the place of its topic."""
    found = place_of(arn, region=source.place.region)
    return Place(found.partition, found.region, account or found.account)


def _composite(rule: str, children: list[Fields]) -> list[tuple[str, str]]:
    names = [child.text("Arn").rpartition(":alarm:")[2] for child in children]
    facts = [("In alarm", ", ".join(filter(None, names)))] if any(names) else []
    return [*facts, ("Rule", rule)] if rule else facts
