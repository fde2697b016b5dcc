"""Functions, what starts them, and what they may do."""

from __future__ import annotations

from typing import Any

from tests.policies.mutations.edits import (
    Mutation,
    Values,
    changing,
    dropping,
    granting,
    has,
    removing,
    ruling,
    setting,
)
from tests.policies.mutations.kinds import (
    ALARM,
    EVENT_SOURCE,
    FUNCTION,
    ROLE,
    ROLE_POLICY,
    SCHEDULE,
    is_on_errors_of_delivery,
)

# Of the shape of a key, and no key.
KEY_ID = "AKIA" + "EXAMPLE" + "0" * 9
HOOK = "https://hooks.slack.com" + "/services/T0/B0/xyz"


def remembering(name: str, value: str) -> Mutation:
    """Give the first function an environment variable."""
    return changing(FUNCTION, lambda item: item["environment"]["variables"].update({name: value}))


def trusting(**statement: Any) -> Mutation:
    """Change the first statement of the first role's trust."""
    return ruling(ROLE, lambda statements: statements[0].update(statement), name="assume_role_policy")


def scheduling(**target: Any) -> Mutation:
    """Change what the first schedule starts; `None` removes."""

    def change(item: Values) -> None:
        found = item["target"]
        for each in found if isinstance(found, list) else [found]:
            each.update(target)
            for name in [name for name, value in target.items() if value is None]:
                del each[name]

    return changing(SCHEDULE, change)


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-FUN-001": [
        dropping(FUNCTION, "logging_config"),
        setting(FUNCTION, logging_config={"log_format": "JSON"}),
        setting(FUNCTION, logging_config={"log_format": "JSON", "log_group": "/aws/lambda/other"}),
    ],
    "MON-FUN-002": [
        remembering("SLACK_URL", HOOK),
        remembering("AWS_KEY", KEY_ID),
        remembering("PEM", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        remembering("DSN", "host=db password=hunter22"),
        remembering("DATABASE", "postgres://user:hunter22@db"),
        remembering("SETTINGS", '{"password": "hunter22"}'),
        remembering("API_TOKEN", "f00dfeed"),
    ],
    "MON-FUN-003": [
        removing(ALARM, is_on_errors_of_delivery),
        setting(ALARM, is_on_errors_of_delivery, dimensions={"FunctionName": "elsewhere"}),
        setting(ALARM, is_on_errors_of_delivery, metric_name="Throttles"),
    ],
    "MON-FUN-004": [
        dropping(EVENT_SOURCE, "function_response_types"),
        dropping(EVENT_SOURCE, "scaling_config"),
        setting(EVENT_SOURCE, scaling_config={"maximum_concurrency": 1}),
    ],
    "MON-FUN-005": [
        dropping(FUNCTION, "dead_letter_config"),
        setting(
            FUNCTION,
            has("dead_letter_config"),
            dead_letter_config={"target_arn": "arn:aws:sqs:us-east-1:210987654321:elsewhere"},
        ),
    ],
    "MON-FUN-006": [
        scheduling(dead_letter_config=None),
        scheduling(dead_letter_config={"arn": "arn:aws:sqs:us-east-1:210987654321:elsewhere"}),
    ],
    "MON-FUN-007": [remembering("NOTE", "x" * 4096)],
    "MON-IAM-001": [
        granting(ROLE_POLICY, Action="*", Resource="arn:aws:sqs:us-east-1:111122223333:x"),
        granting(ROLE_POLICY, Action=["sqs:*"], Resource="arn:aws:sqs:us-east-1:111122223333:x"),
        granting(ROLE_POLICY, Action="sqs:SendMessage", Resource="*"),
        granting(ROLE_POLICY, Action="kms:Decrypt", Resource=["*"]),
        granting(ROLE_POLICY, Action="cloudwatch:PutMetricData", Resource="*"),
        granting(ROLE_POLICY, NotAction="iam:PassRole", Resource="arn:aws:sqs:us-east-1:111122223333:x"),
        granting(ROLE_POLICY, Action="sqs:SendMessage", NotResource="arn:aws:sqs:us-east-1:111122223333:x"),
    ],
    "MON-IAM-002": [
        trusting(Principal="*"),
        trusting(Principal={"AWS": "*"}),
        trusting(Principal={"Service": "*"}),
        trusting(Principal={"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}),
        trusting(Principal={"Service": "ec2.amazonaws.com"}),
        trusting(Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        setting(ROLE, assume_role_policy="{}"),
    ],
}
