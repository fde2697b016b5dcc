"""An account in which something of every kind of the stack exists, so that every look sees something."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache

from tests.adopt import scripts
from tests.adopt.accounts import NUMBER, REGION, TOPIC_ARN, FakeAccount, Item
from tests.adopt.builders import Tree, after_the_script, keeping_the_topic, subscription
from tests.builders import good_settings, synthesized

P = scripts.PREFIX
CREATED = datetime(2025, 10, 17, tzinfo=UTC)
SQS = f"arn:aws:sqs:{REGION}:{NUMBER}:{P}-slack-critical"
FUNCTION = f"arn:aws:lambda:{REGION}:{NUMBER}:function:{P}-slack-critical"
SECRET = f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:{P}/slack-critical-AbCdEf"
MAPPING = "8f3f1f4e-0b63-4a3b-9d6c-0c9d2b1f7a11"
TRUST = {"Version": "2012-10-17", "Statement": []}
TAG_POLICY = {"tags": {"organizations_policy": {"enabled": True, "attach_to": "r-ab12"}}}


@cache
def everything_wanted() -> Tree:
    """Production, with a tag policy, and with the script's topic."""
    settings = good_settings({**TAG_POLICY, "routes": {"critical": {"emails": ["ops@team.example"]}}})
    (stack,) = synthesized(settings).values()
    return keeping_the_topic(stack)


def something_of_everything() -> FakeAccount:
    account = after_the_script()
    account.dashboards[f"{P}-real-time"] = "{}"
    account.topics[f"{P}-warning"] = {"Policy": "{}", "KmsMasterKeyId": "k-2"}
    account.subscriptions.append(
        subscription(
            "sqs", f"arn:aws:sqs:{REGION}:{NUMBER}:{P}-slack-warning", f"{TOPIC_ARN}x:9", f"{P}-warning"
        )
    )
    account.listening[f"{TOPIC_ARN}x:9"] = {"RawMessageDelivery": "false"}
    account.queues = {f"{P}-slack-critical": {"MessageRetentionPeriod": "345600", "Policy": "{}"}}
    account.aliases = {f"alias/{P}-logs": "k-1", f"alias/{P}-notifications": "k-2"}
    account.keys = {number: _key() for number in ("k-1", "k-2")}
    account.functions = {f"{P}-slack-critical": _function()}
    account.mappings = [{"UUID": MAPPING, "EventSourceArn": SQS, "FunctionArn": FUNCTION, "State": "Enabled"}]
    account.invoked = {f"{P}-metrics-publisher": {"MaximumRetryAttempts": 0}}
    account.roles = {f"{P}-slack-critical": _role()}
    account.role_policies = {(f"{P}-slack-critical", f"{P}-slack-critical"): TRUST}
    account.secrets = {f"{P}/slack-critical": {"Name": f"{P}/slack-critical", "ARN": SECRET}}
    account.schedule_groups = {P: {"Name": P, "State": "ACTIVE"}}
    account.schedules = {(P, f"{P}-digest"): _schedule()}
    account.policies = {"p-1": {"name": f"{P}-tags", "content": "{}"}}
    account.targets = {"p-1": ["r-ab12"]}
    return account


# What `something_of_everything` adds to what the script made.
ADDED = {
    "aws_cloudwatch_dashboard.dashboard-real-time": f"{P}-real-time",
    "aws_iam_role.role-slack-critical": f"{P}-slack-critical",
    "aws_iam_role_policy.role-policy-slack-critical": f"{P}-slack-critical:{P}-slack-critical",
    "aws_kms_alias.key-alias-logs": f"alias/{P}-logs",
    "aws_kms_alias.key-alias-notifications": f"alias/{P}-notifications",
    "aws_kms_key.key-logs": "k-1",
    "aws_kms_key.key-notifications": "k-2",
    "aws_lambda_event_source_mapping.events-slack-critical": MAPPING,
    "aws_lambda_function.function-slack-critical": f"{P}-slack-critical",
    "aws_lambda_function_event_invoke_config.invoke-metrics-publisher": f"{P}-metrics-publisher",
    "aws_organizations_policy.tag-policy": "p-1",
    "aws_organizations_policy_attachment.tag-policy-attachment": "r-ab12:p-1",
    "aws_scheduler_schedule.schedule-digest": f"{P}/{P}-digest",
    "aws_scheduler_schedule_group.schedule-group": P,
    "aws_secretsmanager_secret.secret-slack-critical": SECRET,
    "aws_sns_topic.topic-warning": f"{TOPIC_ARN}{P}-warning",
    "aws_sns_topic_policy.topic-policy-warning": f"{TOPIC_ARN}{P}-warning",
    "aws_sns_topic_subscription.subscription-slack-warning": f"{TOPIC_ARN}x:9",
    "aws_sqs_queue.queue-slack-critical": FakeAccount().url(f"{P}-slack-critical"),
}


def _key() -> Item:
    about = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}
    return {"about": about, "policy": "{}", "rotated": True}


def _function() -> Item:
    return {
        "FunctionName": f"{P}-slack-critical",
        "Timeout": 3,
        "PackageType": "Zip",
        "Environment": {"Variables": {"TOKEN": "s3cr3t-of-the-function"}},
        "LoggingConfig": {"LogFormat": "Text"},
    }


def _role() -> Item:
    return {
        "RoleName": f"{P}-slack-critical",
        "Path": "/",
        "RoleId": "AROA1234567890123456",
        "Arn": f"arn:aws:iam::{NUMBER}:role/{P}-slack-critical",
        "CreateDate": CREATED,
        "AssumeRolePolicyDocument": json.dumps(TRUST),
    }


def _schedule() -> Item:
    target = {"Arn": FUNCTION, "RoleArn": f"arn:aws:iam::{NUMBER}:role/x"}
    return {"Name": f"{P}-digest", "GroupName": P, "ScheduleExpression": "rate(1 day)", "Target": target}
