"""Topics and their policies."""

from __future__ import annotations

from tests.policies.mutations.edits import (
    Mutation,
    Values,
    calculating,
    denial,
    dropping,
    granting,
    removing,
    ruling,
    service,
    setting,
)
from tests.policies.mutations.kinds import ALARM, ELSEWHERE, POLICY, REDRIVEN, TOPIC, adds_up
from tests.policies.mutations.names import tagging


def cloudwatch(statements: list[Values]) -> Values:
    return service("cloudwatch", statements)


def admits_cloudwatch(item: Values) -> bool:
    return "cloudwatch.amazonaws.com" in item["policy"]


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-TOP-001": [removing(TOPIC), tagging(TOPIC, "Route", "elsewhere")],
    "MON-TOP-002": [tagging(TOPIC, "Route", None), tagging(TOPIC, "Route", "elsewhere")],
    "MON-TOP-003": [dropping(TOPIC, "kms_master_key_id"), setting(TOPIC, kms_master_key_id="alias/aws/sns")],
    "MON-TOP-004": [removing(POLICY), setting(POLICY, arn=ELSEWHERE)],
    "MON-TOP-005": [
        ruling(POLICY, lambda statements: statements.remove(cloudwatch(statements)), admits_cloudwatch),
        ruling(POLICY, lambda statements: cloudwatch(statements).pop("Condition"), admits_cloudwatch),
        ruling(
            POLICY,
            lambda statements: cloudwatch(statements).update(Action="sns:Subscribe"),
            admits_cloudwatch,
        ),
        setting(POLICY, admits_cloudwatch, policy="{}"),
    ],
    "MON-TOP-006": [
        ruling(POLICY, lambda statements: statements.remove(denial(statements))),
        ruling(POLICY, lambda statements: denial(statements).update(Effect="Allow")),
        ruling(
            POLICY,
            lambda statements: denial(statements).update(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        ),
    ],
    "MON-TOP-007": [
        granting(POLICY, Principal="*", Action="sns:*"),
        granting(POLICY, Principal={"AWS": "*"}, Action="*"),
    ],
    "MON-TOP-008": [
        removing(ALARM, adds_up(REDRIVEN)),
        setting(ALARM, adds_up(REDRIVEN), threshold=1),
        calculating("m1", adds_up(REDRIVEN)),
        calculating("m1 + m2", adds_up(REDRIVEN)),
    ],
}
