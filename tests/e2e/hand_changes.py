"""What somebody could change in an account past Terraform: one thing for each type of resource."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.deployed import Deployed


def _dashboard(deployed: Deployed) -> None:
    name = deployed.monitoring.dashboards[0].name
    deployed.aws("cloudwatch").put_dashboard(DashboardName=name, DashboardBody='{"widgets": []}')


def _log_group(deployed: Deployed) -> None:
    name = deployed.monitoring.log_groups[0].name
    deployed.aws("logs").put_retention_policy(logGroupName=name, retentionInDays=3)


def _metric_filter(deployed: Deployed) -> None:
    logs = deployed.aws("logs")
    found = logs.describe_metric_filters()["metricFilters"][0]
    same = {key: found[key] for key in ("filterName", "logGroupName", "metricTransformations")}
    logs.put_metric_filter(**same, filterPattern="nothing")


def _role(deployed: Deployed) -> None:
    document = _allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
    name = deployed.monitoring.functions[0].role_name
    deployed.aws("iam").update_assume_role_policy(RoleName=name, PolicyDocument=document)


def _role_policy(deployed: Deployed) -> None:
    iam, name = deployed.aws("iam"), deployed.monitoring.functions[0].role_name
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=_allow("*", Resource="*"))


def _alias(deployed: Deployed) -> None:
    first, second = deployed.aws("kms").list_aliases()["Aliases"]
    deployed.aws("kms").update_alias(AliasName=first["AliasName"], TargetKeyId=second["TargetKeyId"])


def _key(deployed: Deployed) -> None:
    number = deployed.aws("kms").list_keys()["Keys"][0]["KeyId"]
    deployed.aws("kms").disable_key_rotation(KeyId=number)


def _mapping(deployed: Deployed) -> None:
    functions = deployed.aws("lambda")
    number = functions.list_event_source_mappings()["EventSourceMappings"][0]["UUID"]
    functions.update_event_source_mapping(UUID=number, BatchSize=3)


def _function(deployed: Deployed) -> None:
    name = deployed.monitoring.functions[0].name
    deployed.aws("lambda").update_function_configuration(FunctionName=name, Timeout=7)


def _retries(deployed: Deployed) -> None:
    functions = deployed.aws("lambda")
    name = next(one.name for one in deployed.monitoring.functions if one.oldest_event_seconds)
    before = functions.get_function_event_invoke_config(FunctionName=name)["MaximumRetryAttempts"]
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0 if before else 2)


def _schedules(deployed: Deployed) -> None:
    """All of them, so that nothing runs any more."""
    scheduler = deployed.aws("scheduler")
    names = scheduler.meta.service_model.operation_model("UpdateSchedule").input_shape.members
    for one in scheduler.list_schedules()["Schedules"]:
        schedule = scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"])
        same = {name: value for name, value in schedule.items() if name in names}
        scheduler.update_schedule(**same | {"State": "DISABLED"})


def _schedule_group(deployed: Deployed) -> None:
    scheduler = deployed.aws("scheduler")
    group = next(
        one for one in scheduler.list_schedule_groups()["ScheduleGroups"] if one["Name"] != "default"
    )
    scheduler.tag_resource(ResourceArn=group["Arn"], Tags=[{"Key": "Owner", "Value": "nobody"}])


def _secret(deployed: Deployed) -> None:
    name = deployed.monitoring.secrets[0].name
    deployed.aws("secretsmanager").update_secret(SecretId=name, Description="Changed by hand")


def _topic(deployed: Deployed) -> None:
    _set_topic(deployed, "DisplayName", "Changed by hand")


def _topic_policy(deployed: Deployed) -> None:
    arn = deployed.topic_arn("info")
    _set_topic(deployed, "Policy", _allow("sns:Publish", Principal="*", Resource=arn))


def _subscription(deployed: Deployed) -> None:
    sns, arn = deployed.aws("sns"), deployed.topic_arn("critical")
    found = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    mail = next(one["SubscriptionArn"] for one in found if one["Protocol"] == "email")
    sns.set_subscription_attributes(
        SubscriptionArn=mail, AttributeName="FilterPolicy", AttributeValue='{"NewStateValue": ["NEVER"]}'
    )


def _queue(deployed: Deployed) -> None:
    policy = _allow("sqs:SendMessage", Principal="*", Resource="*")
    deployed.aws("sqs").set_queue_attributes(
        QueueUrl=deployed.queue_url("digest"), Attributes={"Policy": policy}
    )


def _set_topic(deployed: Deployed, name: str, value: str) -> None:
    arn = deployed.topic_arn("info")
    deployed.aws("sns").set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)


def _allow(action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


HAND_CHANGES: dict[str, Callable[[Deployed], None]] = {
    "aws_cloudwatch_dashboard": _dashboard,
    "aws_cloudwatch_log_group": _log_group,
    "aws_cloudwatch_log_metric_filter": _metric_filter,
    "aws_iam_role": _role,
    "aws_iam_role_policy": _role_policy,
    "aws_kms_alias": _alias,
    "aws_kms_key": _key,
    "aws_lambda_event_source_mapping": _mapping,
    "aws_lambda_function": _function,
    "aws_lambda_function_event_invoke_config": _retries,
    "aws_scheduler_schedule": _schedules,
    "aws_scheduler_schedule_group": _schedule_group,
    "aws_secretsmanager_secret": _secret,
    "aws_sns_topic": _topic,
    "aws_sns_topic_policy": _topic_policy,
    "aws_sns_topic_subscription": _subscription,
    "aws_sqs_queue": _queue,
}
