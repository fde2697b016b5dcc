"""Notifications of any shape, through the whole path: each arrives once, as well as it can be shown."""

from __future__ import annotations

import json
from collections import Counter

from tests.e2e.deployed import Deployed
from tests.e2e.tunings import tuned

CHANNEL, ROUTE = "slack-critical", "critical"
ALARM = {
    "AlarmName": "by-hand",
    "AlarmDescription": "Something is wrong.",
    "NewStateValue": "ALARM",
    "OldStateValue": "OK",
    "NewStateReason": "Threshold Crossed: 1 datapoint [6.0] was greater than the threshold (5.0).",
    "StateChangeTime": "2026-11-23T10:00:00.000+0000",
    "Region": "US East (N. Virginia)",
    "Trigger": {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Period": 60, "Threshold": 5.0},
}
UNICODE = "größer als ∞ 🚨 \u202eאבג\u202c <!channel> & \u0000\u200b"


def alarm(mark: str, **changes: object) -> str:
    """An alarm's message whose reason holds a mark."""
    told = ALARM | {"NewStateReason": f"{mark} {ALARM['NewStateReason']}"} | changes
    return json.dumps({key: value for key, value in told.items() if value is not ...})


MESSAGES = {
    "as it should be": alarm("mark-01"),
    "huge": alarm("mark-02", NewStateReason="mark-02 " + "x" * 200_000),
    "in Unicode": alarm("mark-03", AlarmDescription=UNICODE),
    "half a character": alarm("mark-04", AlarmDescription="\ud83d alone"),
    "null description": alarm("mark-05", AlarmDescription=None),
    "no description": alarm("mark-06", AlarmDescription=...),
    "no Trigger": alarm("mark-07", Trigger=...),
    "wrong types": alarm("mark-08", AlarmDescription=["a"], Trigger=7, OldStateValue={"a": 1}, Region=2.5),
    "wrong types inside": alarm("mark-09", Trigger={"Metrics": [1, None], "Dimensions": "a", "Period": "b"}),
    "truncated": alarm("mark-10")[:60] + "mark-10",
    "a list": '["mark-11"]',
    "a number": "1212121212",
    "plain text": "mark-13: the nightly job did not end",
    "an event": json.dumps({"detail-type": "mark-14", "detail": None, "source": []}),
}
MARKS = {name: f"mark-{number:02}" for number, name in enumerate(MESSAGES, 1)} | {"a number": "1212121212"}


def test_message_of_any_shape_arrives_once(deployed: Deployed) -> None:
    with tuned(deployed, CHANNEL, MESSAGE_INTERVAL_SECONDS=0.2):
        for message in MESSAGES.values():
            deployed.publish(ROUTE, message)
        deployed.settle()

    shown = [repr(notice) for notice in deployed.slack(CHANNEL)]
    arrived = Counter(name for name, mark in MARKS.items() for text in shown if mark in text)
    assert arrived == dict.fromkeys(MESSAGES, 1)
    assert len(shown) == len(MESSAGES)
    assert deployed.depth(f"{CHANNEL}-dead").total == 0


def test_reason_of_any_kind_and_an_alarm_without_description_arrive(deployed: Deployed) -> None:
    first, second, *_ = [key for key, one in deployed.alarms.items() if one.route.value == ROUTE]
    name = f"{deployed.monitoring.prefix}-by-hand"
    deployed.aws("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Nobody/Publishes",
        MetricName="This",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[deployed.topic_arn(ROUTE)],
    )
    try:
        deployed.set_state(first, "ALARM", "long " + "x" * 1018)
        deployed.set_state(second, "ALARM", UNICODE.replace("\u0000", ""))
        deployed.aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="bare")
        deployed.settle()
    finally:
        deployed.aws("cloudwatch").delete_alarms(AlarmNames=[name])

    told = {notice.title.split()[-1]: " ".join(notice.story) for notice in deployed.slack(CHANNEL)}
    names = [deployed.alarms[key].name for key in (first, second)]
    assert set(told) == {*names, name}
    assert "long xxx" in told[names[0]]
    assert "größer als ∞ 🚨" in told[names[1]]
    assert "bare" in told[name]
    assert deployed.depth(f"{CHANNEL}-dead").total == 0
