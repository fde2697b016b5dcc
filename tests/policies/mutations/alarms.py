"""Alarms: actions, description, evaluation, maintenance and threshold."""

from __future__ import annotations

import copy

from tests.policies.mutations.edits import (
    Mutation,
    Stack,
    Values,
    Where,
    changing,
    dropping,
    first,
    setting,
)
from tests.policies.mutations.kinds import (
    ALARM,
    ELSEWHERE,
    TOPIC,
    acts_on_critical,
    is_count,
    is_duration,
    is_math,
    is_on_depth,
    is_on_errors_of_delivery,
    is_percentile,
    is_plain,
    is_single,
)
from tests.policies.mutations.names import tagging
from tests.policies.mutations.signals import inputs, metric_of, querying


def flip(item: Values) -> None:
    swapped = {"Greater": "Less", "Less": "Greater"}
    word = "Greater" if item["comparison_operator"].startswith("Greater") else "Less"
    item["comparison_operator"] = item["comparison_operator"].replace(word, swapped[word], 1)


def acting_on_all(where: Where) -> Mutation:
    """Let an alarm act on every topic, and so on the one that it watches."""

    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        topics = [f"${{{TOPIC}.{name}.arn}}" for name in broken["resource"][TOPIC]]
        first(broken, ALARM, where)["alarm_actions"] = topics
        return broken

    return mutate


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-ACT-001": [
        dropping(ALARM, "alarm_actions"),
        dropping(ALARM, "ok_actions"),
        setting(ALARM, ok_actions=[]),
    ],
    "MON-ACT-002": [
        setting(ALARM, alarm_actions=[ELSEWHERE]),
        setting(ALARM, insufficient_data_actions=[ELSEWHERE]),
        setting(ALARM, ok_actions=["${aws_sns_topic.no-such-topic.arn}"]),
        changing(ALARM, lambda item: item["tags"].update(Severity="warning"), acts_on_critical),
        changing(ALARM, lambda item: item["tags"].update(Role="evidence"), acts_on_critical),
        changing(ALARM, lambda item: item["tags"].update(Role="delivery"), acts_on_critical),
        changing(ALARM, lambda item: item["alarm_actions"].append(ELSEWHERE)),
    ],
    "MON-ACT-003": [setting(ALARM, actions_enabled=False)],
    "MON-ACT-004": [changing(ALARM, lambda item: item.update(alarm_actions=item["alarm_actions"] * 6))],
    "MON-ACT-005": [acting_on_all(is_on_depth), acting_on_all(is_on_errors_of_delivery)],
    "MON-ALM-001": [tagging(ALARM, "Severity", None), tagging(ALARM, "Severity", "P1")],
    "MON-ALM-002": [tagging(ALARM, "Role", None), tagging(ALARM, "Role", "pager")],
    "MON-ALM-003": [setting(ALARM, alarm_description="Ask somebody"), dropping(ALARM, "alarm_description")],
    "MON-ALM-004": [setting(ALARM, alarm_description="Runbook: docs/runbooks/x.md" + "!" * 1024)],
    "MON-EVL-001": [dropping(ALARM, "treat_missing_data"), setting(ALARM, treat_missing_data="notbreaching")],
    "MON-EVL-002": [
        setting(ALARM, evaluation_periods=2, datapoints_to_alarm=3),
        setting(ALARM, datapoints_to_alarm=0),
        setting(ALARM, evaluation_periods=0),
        dropping(ALARM, "evaluation_periods"),
    ],
    "MON-EVL-003": [
        setting(ALARM, is_single, period=45),
        querying(lambda queries: [metric_of(query).update(period=90) for query in inputs(queries)]),
    ],
    "MON-EVL-004": [setting(ALARM, is_single, period=300, evaluation_periods=289)],
    "MON-EVL-005": [
        dropping(ALARM, "evaluate_low_sample_count_percentiles", is_percentile),
        setting(ALARM, is_plain, evaluate_low_sample_count_percentiles="ignore"),
    ],
    "MON-MNT-001": [
        tagging(ALARM, "MaintenanceUntil", "2020-01-31"),
        tagging(ALARM, "MaintenanceUntil", "for ever"),
        tagging(ALARM, "MaintenanceUntil", "2099-02-30"),
    ],
    "MON-MNT-002": [tagging(ALARM, "MaintenanceUntil", "2099-12-31")],
    "MON-THR-001": [
        dropping(ALARM, "threshold"),
        setting(ALARM, threshold="many"),
        setting(ALARM, threshold=float("nan")),
        setting(ALARM, threshold=float("inf")),
    ],
    "MON-THR-002": [
        setting(ALARM, comparison_operator=">"),
        dropping(ALARM, "comparison_operator"),
        setting(ALARM, comparison_operator="GreaterThanUpperThreshold"),
    ],
    "MON-THR-003": [
        setting(ALARM, threshold=1e30),
        setting(ALARM, is_duration, threshold=900_000),
        setting(ALARM, is_math, threshold=1e30),
    ],
    "MON-THR-004": [
        setting(ALARM, is_count, threshold=-1),
        setting(ALARM, is_count, threshold=0, comparison_operator="GreaterThanOrEqualToThreshold"),
    ],
    "MON-THR-005": [changing(ALARM, flip, is_duration), changing(ALARM, flip, is_math)],
    "MON-THR-006": [
        setting(ALARM, is_duration, threshold=899_999),
    ],
}
