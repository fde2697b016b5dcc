"""Functions of our own: role, code, what calls them, and the secrets that they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from constructs import Construct

from modules.constructs._bindings import aws
from modules.constructs.queues import queue_reference
from modules.naming import construct_id, reference
from modules.packaging import Archive, archive_file
from modules.render import policies
from modules.spec.functions import Grant, OwnFunction, Reading, Schedule, Secret
from modules.spec.system import Place

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"
RECOVERY_DAYS = 7


def secret_reference(key: str) -> str:
    """A reference to a secret."""
    return reference("aws_secretsmanager_secret", construct_id("secret", key), "arn")


def add_secret(scope: Construct, secret: Secret, *, key_arn: str) -> None:
    """A secret without a value, so that none gets into the state."""
    aws("secretsmanager_secret", "SecretsmanagerSecret")(
        scope,
        construct_id("secret", secret.key),
        name=secret.name,
        description=secret.summary,
        kms_key_id=key_arn,
        recovery_window_in_days=RECOVERY_DAYS,
    )


def add_function(scope: Construct, function: OwnFunction, place: Place, archive: Archive) -> None:
    """A function with its role, and the queue that it reads."""
    group = reference("aws_cloudwatch_log_group", construct_id("group", function.group), "name")
    role = _add_role(
        scope,
        function.key,
        name=function.role_name,
        service="lambda.amazonaws.com",
        grants=function.grants,
        place=place,
    )
    made = aws("lambda_function", "LambdaFunction")(
        scope,
        construct_id("function", function.key),
        function_name=function.name,
        description=function.summary,
        role=role,
        runtime=RUNTIME,
        architectures=[ARCHITECTURE],
        handler="handler.handler",
        filename=archive_file(function.source),
        source_code_hash=archive.sha256_base64,
        timeout=function.timeout_seconds,
        memory_size=function.memory_mb,
        environment=aws("lambda_function", "LambdaFunctionEnvironment")(variables=dict(function.environment)),
        logging_config=aws("lambda_function", "LambdaFunctionLoggingConfig")(
            log_format="JSON", log_group=group
        ),
        **_dead_letters(function),
        **_network(function),
    )
    # A role without its policy can neither log nor read: Lambda refuses the queue then.
    made.add_override("depends_on", [f"aws_iam_role_policy.{construct_id('role-policy', function.key)}"])
    if function.reads:
        _add_reading(scope, function, function.reads)
    if function.oldest_event_seconds:
        aws("lambda_function_event_invoke_config", "LambdaFunctionEventInvokeConfig")(
            scope,
            construct_id("invoke", function.key),
            function_name=reference(
                "aws_lambda_function", construct_id("function", function.key), "function_name"
            ),
            maximum_event_age_in_seconds=function.oldest_event_seconds,
            maximum_retry_attempts=1,
        )


def _dead_letters(function: OwnFunction) -> dict[str, Any]:
    if function.dead_letters is None:
        return {}
    config = aws("lambda_function", "LambdaFunctionDeadLetterConfig")
    return {"dead_letter_config": config(target_arn=queue_reference(function.dead_letters))}


def _network(function: OwnFunction) -> dict[str, Any]:
    if not function.subnets:
        return {}
    config = aws("lambda_function", "LambdaFunctionVpcConfig")
    return {
        "vpc_config": config(
            subnet_ids=list(function.subnets), security_group_ids=list(function.security_groups)
        )
    }


def _add_reading(scope: Construct, function: OwnFunction, reads: Reading) -> None:
    """Only what failed goes back to the queue, and few copies run at once."""
    module = "lambda_event_source_mapping"
    aws(module, "LambdaEventSourceMapping")(
        scope,
        construct_id("events", function.key),
        event_source_arn=queue_reference(reads.queue),
        function_name=reference("aws_lambda_function", construct_id("function", function.key), "arn"),
        batch_size=reads.batch_size,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config=aws(module, "LambdaEventSourceMappingScalingConfig")(
            maximum_concurrency=reads.concurrency
        ),
    )


def add_schedules(scope: Construct, schedules: Sequence[Schedule], prefix: str, place: Place) -> None:
    """The schedules, in a group of their own: a schedule takes no tags, its group does."""
    if not schedules:
        return
    aws("scheduler_schedule_group", "SchedulerScheduleGroup")(scope, "schedule-group", name=prefix)
    for schedule in schedules:
        _add_schedule(scope, schedule, place)


def _add_schedule(scope: Construct, schedule: Schedule, place: Place) -> None:
    module = "scheduler_schedule"
    key = f"{schedule.key}-schedule"
    role = _add_role(
        scope,
        key,
        name=schedule.role_name,
        service="scheduler.amazonaws.com",
        grants=schedule.grants,
        place=place,
    )
    target = aws(module, "SchedulerScheduleTarget")(
        arn=reference("aws_lambda_function", construct_id("function", schedule.function), "arn"),
        role_arn=role,
        retry_policy=aws(module, "SchedulerScheduleTargetRetryPolicy")(
            maximum_event_age_in_seconds=schedule.oldest_seconds
        ),
        dead_letter_config=aws(module, "SchedulerScheduleTargetDeadLetterConfig")(
            arn=queue_reference(schedule.dead_letters)
        ),
    )
    made = aws(module, "SchedulerSchedule")(
        scope,
        construct_id("schedule", schedule.key),
        name=schedule.name,
        group_name=reference("aws_scheduler_schedule_group", "schedule-group", "name"),
        schedule_expression=schedule.expression,
        schedule_expression_timezone=schedule.time_zone,
        flexible_time_window=aws(module, "SchedulerScheduleFlexibleTimeWindow")(mode="OFF"),
        target=target,
    )
    # Without its policy the role can neither start the function nor reach the dead letter queue.
    made.add_override("depends_on", [f"aws_iam_role_policy.{construct_id('role-policy', key)}"])


def _add_role(
    scope: Construct, key: str, *, name: str, service: str, grants: Sequence[Grant], place: Place
) -> str:
    """A role that one service takes on; returns the reference to it."""
    identity = construct_id("role", key)
    aws("iam_role", "IamRole")(scope, identity, name=name, assume_role_policy=policies.trust(place, service))
    aws("iam_role_policy", "IamRolePolicy")(
        scope,
        construct_id("role-policy", key),
        name=name,
        role=reference("aws_iam_role", identity, "id"),
        policy=policies.role(grants),
    )
    return reference("aws_iam_role", identity, "arn")
