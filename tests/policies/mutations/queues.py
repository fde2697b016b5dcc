"""Queues, their policies, and the subscriptions that fill them."""

from __future__ import annotations

from collections.abc import Callable

from tests.policies.mutations.edits import (
    Mutation,
    Stack,
    Values,
    calculating,
    denial,
    dropping,
    granting,
    has,
    querying,
    removing,
    rewriting,
    ruling,
    service,
    setting,
    setting_all,
)
from tests.policies.mutations.kinds import (
    AGE,
    ALARM,
    FUNCTION,
    IN_FLIGHT,
    QUEUE,
    QUEUE_ELSEWHERE,
    QUEUE_POLICY,
    REDRIVEN,
    SUBSCRIPTION,
    VISIBLE,
    adds_up,
    is_dead_letter_queue,
    is_https,
    is_of_a_queue,
    is_on_age,
    is_on_depth,
    is_unfiltered_mail,
)


def sns(statements: list[Values]) -> Values:
    return service("sns", statements)


def admits_sns(item: Values) -> bool:
    return "sns.amazonaws.com" in item["policy"]


def in_policies(make: Callable[[str], Mutation]) -> Mutation:
    """Change the policy of a queue, be it written into the queue or a resource of its own."""

    def mutate(stack: Stack) -> Stack:
        inline = any("policy" in item for item in stack["resource"][QUEUE].values())
        return make(QUEUE if inline else QUEUE_POLICY)(stack)

    return mutate


def reading(name: str, **values: str) -> Mutation:
    """Change what the alarm on waiting messages reads of a metric."""

    def change(queries: list[Values]) -> None:
        found = [query["metric"] for query in queries if "metric" in query]
        next(metric for metric in found if metric["metric_name"] == name).update(values)

    return querying(change, adds_up(IN_FLIGHT))


def redirecting(kind: str) -> Mutation:
    """Send the dead letters of the first that has some out of the stack."""
    return rewriting(
        kind, "redrive_policy", lambda document: document.update(deadLetterTargetArn=QUEUE_ELSEWHERE)
    )


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-QUE-001": [
        dropping(QUEUE, "redrive_policy"),
        setting(QUEUE, has("redrive_policy"), redrive_policy="{"),
        redirecting(QUEUE),
        setting_all(SUBSCRIPTION, redrive_policy="{}"),
    ],
    "MON-QUE-002": [
        dropping(QUEUE, "kms_master_key_id"),
        setting(QUEUE, kms_master_key_id="alias/aws/sqs"),
    ],
    "MON-QUE-003": [
        setting(QUEUE, is_dead_letter_queue, message_retention_seconds=60),
        setting_all(QUEUE, message_retention_seconds=345_600),
        setting_all(QUEUE, is_dead_letter_queue, message_retention_seconds=345_600),
    ],
    "MON-QUE-004": [
        setting_all(QUEUE, visibility_timeout_seconds=5),
        setting_all(FUNCTION, timeout=900),
    ],
    "MON-QUE-005": [
        removing(ALARM, is_on_depth),
        setting(ALARM, is_on_depth, threshold=1),
        setting(ALARM, is_on_depth, comparison_operator="LessThanThreshold"),
        setting(ALARM, is_on_depth, statistic="Minimum"),
        setting(ALARM, is_on_depth, dimensions={"QueueName": "elsewhere"}),
        setting(ALARM, is_on_depth, metric_name="NumberOfMessagesSent"),
        removing(ALARM, adds_up(REDRIVEN)),
        setting(ALARM, adds_up(REDRIVEN), threshold=1),
        calculating("m1 + m2", adds_up(REDRIVEN)),
        calculating("MIN([m1, m2])", adds_up(REDRIVEN)),
    ],
    "MON-QUE-006": [
        in_policies(
            lambda kind: ruling(kind, lambda statements: statements.remove(sns(statements)), admits_sns)
        ),
        in_policies(
            lambda kind: ruling(kind, lambda statements: sns(statements).pop("Condition"), admits_sns)
        ),
        in_policies(
            lambda kind: ruling(
                kind,
                lambda statements: sns(statements).update(
                    Condition={"ArnEquals": {"aws:SourceArn": QUEUE_ELSEWHERE}}
                ),
                admits_sns,
            )
        ),
        in_policies(
            lambda kind: ruling(
                kind, lambda statements: sns(statements).update(Action="sqs:ReceiveMessage"), admits_sns
            )
        ),
        in_policies(
            lambda kind: ruling(
                kind,
                lambda statements: sns(statements).update(Principal={"Service": "s3.amazonaws.com"}),
                admits_sns,
            )
        ),
        in_policies(
            lambda kind: granting(kind, Principal={"Service": "s3.amazonaws.com"}, Action="sqs:SendMessage")
        ),
        in_policies(lambda kind: dropping(kind, "policy", admits_sns)),
    ],
    "MON-QUE-007": [
        removing(ALARM, is_on_age),
        setting(ALARM, is_on_age, dimensions={"QueueName": "elsewhere"}),
        removing(ALARM, adds_up(IN_FLIGHT)),
        setting(ALARM, adds_up(IN_FLIGHT), threshold=1),
        setting(ALARM, adds_up(IN_FLIGHT), datapoints_to_alarm=60, evaluation_periods=60),
        calculating("m1 + m2", adds_up(IN_FLIGHT)),
        calculating("m1 - m2", adds_up(IN_FLIGHT)),
        reading(IN_FLIGHT, stat="Minimum"),
        reading(IN_FLIGHT, metric_name=VISIBLE),
        reading(VISIBLE, metric_name=AGE),
    ],
    "MON-QUE-008": [
        in_policies(lambda kind: granting(kind, Principal="*", Action="sqs:*")),
        in_policies(lambda kind: granting(kind, Principal={"AWS": "*"}, Action="sqs:ReceiveMessage")),
    ],
    "MON-QUE-009": [
        in_policies(lambda kind: ruling(kind, lambda statements: statements.remove(denial(statements)))),
        in_policies(lambda kind: ruling(kind, lambda statements: denial(statements).update(Effect="Allow"))),
        in_policies(
            lambda kind: ruling(kind, lambda statements: denial(statements).update(Action="sqs:SendMessage"))
        ),
        in_policies(lambda kind: dropping(kind, "policy")),
    ],
    "MON-QUE-010": [
        setting(QUEUE, has("redrive_allow_policy"), redrive_allow_policy='{"redrivePermission": "denyAll"}'),
        rewriting(
            QUEUE,
            "redrive_allow_policy",
            lambda document: document.update(
                sourceQueueArns=["arn:aws:sqs:us-east-1:111122223333:elsewhere"]
            ),
        ),
    ],
    "MON-SUB-001": [dropping(SUBSCRIPTION, "redrive_policy"), redirecting(SUBSCRIPTION)],
    "MON-SUB-002": [
        dropping(SUBSCRIPTION, "filter_policy_scope"),
        setting(SUBSCRIPTION, has("filter_policy"), filter_policy_scope="MessageAttributes"),
        setting(SUBSCRIPTION, is_of_a_queue, filter_policy='{"NewStateValue":["ALARM"]}'),
    ],
    "MON-SUB-003": [
        setting(SUBSCRIPTION, is_of_a_queue, raw_message_delivery=True),
        setting(SUBSCRIPTION, is_https, raw_message_delivery=True),
    ],
    "MON-SUB-004": [setting(SUBSCRIPTION, is_https, protocol="http")],
    "MON-SUB-005": [
        setting(SUBSCRIPTION, is_https, endpoint="https://events.pagerduty.com/integration/x/enqueue"),
    ],
    "MON-SUB-006": [
        setting(SUBSCRIPTION, is_unfiltered_mail, filter_policy="{}", filter_policy_scope="MessageBody"),
    ],
}
