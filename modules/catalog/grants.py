"""What the roles of our own functions may do: single actions on single resources."""

from __future__ import annotations

from modules.naming import construct_id, reference
from modules.spec.functions import Grant


def queue_arn(key: str) -> str:
    """A reference to a queue."""
    return reference("aws_sqs_queue", construct_id("queue", key), "arn")


def secret_arn(key: str) -> str:
    """A reference to a secret; AWS adds characters of its own to the name."""
    return reference("aws_secretsmanager_secret", construct_id("secret", key), "arn")


def topic_arn(key: str) -> str:
    """A reference to a topic."""
    return reference("aws_sns_topic", construct_id("topic", key), "arn")


def write_logs(group: str) -> Grant:
    """Write into a log group; never make one, for it would have no retention."""
    arn = reference("aws_cloudwatch_log_group", construct_id("group", group), "arn")
    return Grant(
        name="WriteLogs", actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(f"{arn}:*",)
    )


def read_queue(key: str) -> Grant:
    """Take messages, give them back, delete them."""
    actions = (
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    )
    return Grant(name="ReadQueue", actions=actions, resources=(queue_arn(key),))


def send(key: str) -> Grant:
    """Send to a queue."""
    return Grant(name="KeepDeadLetters", actions=("sqs:SendMessage",), resources=(queue_arn(key),))


def mail(route: str) -> Grant:
    """Publish to a topic, and see whether it has readers."""
    actions = ("sns:GetTopicAttributes", "sns:Publish")
    return Grant(name="Publish", actions=actions, resources=(topic_arn(route),))


def read_secret(arn: str) -> Grant:
    """Read a secret's value."""
    return Grant(name="ReadSecret", actions=("secretsmanager:GetSecretValue",), resources=(arn,))


def put_metrics(namespace: str) -> Grant:
    """Publish metrics of one namespace; PutMetricData knows no resources."""
    return Grant(
        name="PutMetrics",
        actions=("cloudwatch:PutMetricData",),
        resources=("*",),
        conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
    )


def run_in_vpc(function_arn: str) -> tuple[Grant, Grant]:
    """Let Lambda create and delete the function's network interfaces, and deny this to the function's code.

    Lambda uses the function's role for this, and deletes an interface up to 20 minutes after the function
    has left the VPC. Calls from the code carry the function's ARN; Lambda's own calls do not. The actions
    support no resources.

    Sources: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC" and "Using
    source function ARN to control function access behavior"; https://github.com/aws/aws-cdk/issues/34400
    for a role that loses these permissions together with the VPC.
    """
    actions = (
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    )
    from_code = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    return (
        Grant(name="RunInVpc", actions=actions, resources=("*",)),
        Grant(name="NotFromCode", actions=actions, resources=("*",), conditions=from_code, effect="Deny"),
    )


def use_key(*, write: bool) -> Grant:
    """Read what is encrypted with the key of notifications; also encrypt, if it writes."""
    arn = reference("aws_kms_key", construct_id("key", "notifications"), "arn")
    actions = ("kms:Decrypt", "kms:GenerateDataKey") if write else ("kms:Decrypt",)
    return Grant(name="UseKey", actions=actions, resources=(arn,))


def invoke(function_arn: str) -> Grant:
    """Call a function."""
    return Grant(name="Invoke", actions=("lambda:InvokeFunction",), resources=(function_arn,))
