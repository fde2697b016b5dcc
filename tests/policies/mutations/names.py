"""Names and tags."""

from __future__ import annotations

import copy

from tests.policies.mutations.edits import Mutation, Stack, Values, changing, doubling, dropping, setting
from tests.policies.mutations.kinds import (
    ALARM,
    DASHBOARD,
    FILTER,
    FUNCTION,
    GROUP,
    QUEUE,
    ROLE,
    SCHEDULE,
    SCHEDULE_GROUP,
    SECRET,
    TOPIC,
)


def tagging(kind: str, key: str, value: str | None) -> Mutation:
    """Set a tag of its own, or drop it."""

    def change(item: Values) -> None:
        item["tags"] = {**item.get("tags", {}), key: value}
        if value is None:
            del item["tags"][key]

    return changing(kind, change, lambda item: value is not None or key in item.get("tags", {}))


def tagging_all(key: str, value: str) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        broken["provider"]["aws"][0]["default_tags"][0]["tags"][key] = value
        return broken

    return mutate


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-NAM-001": [
        doubling(ALARM, "alarm_name"),
        doubling(FILTER, "name", "log_group_name"),
        doubling(GROUP, "name"),
        doubling(TOPIC, "name"),
        doubling(QUEUE, "name"),
        doubling(FUNCTION, "function_name"),
        doubling(ROLE, "name"),
    ],
    "MON-NAM-002": [
        setting(ALARM, alarm_name="two\nlines"),
        dropping(ALARM, "alarm_name"),
        setting(GROUP, name="aws/reserved"),
        setting(GROUP, name="/aws/with blank"),
        setting(FILTER, name="a:b"),
        setting(TOPIC, name="with.dot"),
        setting(DASHBOARD, dashboard_name="with/slash"),
        setting(QUEUE, name="with.dot"),
        dropping(FUNCTION, "function_name"),
        setting(ROLE, name="with/slash"),
        setting(SECRET, name="with blank"),
        setting(SCHEDULE, name="with/slash"),
        setting(SCHEDULE_GROUP, name="with/slash"),
    ],
    "MON-NAM-003": [
        setting(ALARM, alarm_name="a" * 256),
        setting(TOPIC, name="t" * 257),
        setting(GROUP, name="g" * 513),
        setting(QUEUE, name="q" * 81),
        setting(FUNCTION, function_name="f" * 65),
        setting(ROLE, name="r" * 65),
        setting(SECRET, name="s" * 513),
        setting(SCHEDULE, name="s" * 65),
        setting(SCHEDULE_GROUP, name="s" * 65),
    ],
    "MON-TAG-001": [tagging(ALARM, "Owner", ""), tagging(TOPIC, "Owner", ""), tagging_all("Owner", "")],
    "MON-TAG-002": [tagging_all("Environment", "nowhere"), tagging(GROUP, "Environment", "Prod")],
    "MON-TAG-003": [
        tagging(ALARM, "aws:team", "x"),
        tagging(GROUP, "Note", "x" * 257),
        tagging(GROUP, "k" * 129, "x"),
        tagging(TOPIC, "Note", "50 %"),
    ],
    "MON-TAG-005": [
        tagging(ALARM, "owner", "platform"),
        tagging(ROLE, "environment", "prod"),
        tagging(TOPIC, "ROUTE", "info"),
        tagging_all("environment", "prod"),
    ],
    "MON-TAG-004": [setting(GROUP, tags={f"Tag{index}": "x" for index in range(51)})],
}
