"""The part of the good stack that carries notifications: queues, subscribers, functions."""

from __future__ import annotations

import json
from typing import Any

Values = dict[str, Any]

DAY = 86_400
ACCOUNT, REGION = "111122223333", "us-east-1"
# The queues that work waits in, with the topic that fills each.
WORK = {"slack": "critical", "digest": "info"}
# The topics with subscribers.
HEARD = ("critical", "info", "delivery", "digest")
DEAD = ("slack-dead", "digest-dead", "runs-dead", *(f"{route}-undelivered" for route in HEARD))
FUNCTIONS = ("slack", "digest")


def deliveries() -> dict[str, dict[str, Values]]:
    return {
        "aws_sqs_queue": {key: queue(key) for key in (*WORK, *DEAD)},
        "aws_sqs_queue_policy": {key: queue_policy(key) for key in (*WORK, *DEAD)},
        "aws_sns_topic_subscription": subscriptions(),
        "aws_lambda_function": {key: function(key) for key in FUNCTIONS},
        "aws_lambda_event_source_mapping": {"slack": event_source()},
        "aws_scheduler_schedule_group": {"all": {"name": "scheduling-agent"}},
        "aws_scheduler_schedule": {"digest": schedule()},
        "aws_secretsmanager_secret": {"slack": {"name": "scheduling-agent/slack", "kms_key_id": KEY}},
        "aws_iam_role": {
            **{key: role(key, "lambda") for key in FUNCTIONS},
            "schedule": role("schedule", "scheduler"),
        },
        "aws_iam_role_policy": {key: role_policy(key) for key in (*FUNCTIONS, "schedule")},
    }


def queue(key: str) -> Values:
    values = {"name": f"scheduling-agent-{key}", "kms_master_key_id": "${aws_kms_key.data.arn}"}
    if key not in WORK:
        return {**values, "message_retention_seconds": 14 * DAY, **redrive_allow(key)}
    return {**values, "visibility_timeout_seconds": 180, "redrive_policy": redrive(f"{key}-dead", 5)}


def redrive_allow(key: str) -> Values:
    """The queue that may send its dead letters here; a topic or a function needs no permission."""
    source = key.removesuffix("-dead")
    if source not in WORK:
        return {}
    arns = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:scheduling-agent-{source}"]
    return {"redrive_allow_policy": json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": arns})}


def redrive(key: str, receives: int | None = None) -> str:
    target = {"deadLetterTargetArn": f"${{aws_sqs_queue.{key}.arn}}"}
    return json.dumps(target | ({"maxReceiveCount": receives} if receives else {}))


def queue_policy(key: str) -> Values:
    topic = WORK.get(key, key.removesuffix("-undelivered"))
    statements = [denial(), *([sender(topic)] if topic in HEARD else [])]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return {"queue_url": f"${{aws_sqs_queue.{key}.url}}", "policy": policy}


def sender(topic: str) -> Values:
    arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:scheduling-agent-{topic}"
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
    }


def denial() -> Values:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def subscriptions() -> dict[str, Values]:
    states = {"filter_policy": '{"NewStateValue":["ALARM"]}', "filter_policy_scope": "MessageBody"}
    return {
        "mail": subscription("critical", "email", "ops@example.com", **states),
        "slack": subscription("critical", "sqs", "${aws_sqs_queue.slack.arn}", raw_message_delivery=False),
        "notices": subscription("info", "sqs", "${aws_sqs_queue.digest.arn}", raw_message_delivery=False),
        "pagerduty": subscription("delivery", "https", "${var.pagerduty_integration_url}"),
        "digest": subscription("digest", "email", "team@example.com"),
    }


def subscription(topic: str, protocol: str, endpoint: str, **values: Any) -> Values:
    return {
        "topic_arn": f"${{aws_sns_topic.{topic}.arn}}",
        "protocol": protocol,
        "endpoint": endpoint,
        "redrive_policy": redrive(f"{topic}-undelivered"),
        **values,
    }


def function(key: str) -> Values:
    variables = {
        "slack": {"SLACK_SECRET_ARN": "${aws_secretsmanager_secret.slack.arn}", "ENVIRONMENT": "prod"},
        "digest": {"QUEUE_URL": "${aws_sqs_queue.digest.url}", "TOPIC_ARN": "${aws_sns_topic.digest.arn}"},
    }
    dead = {"dead_letter_config": {"target_arn": "${aws_sqs_queue.runs-dead.arn}"}}
    return {
        "function_name": f"scheduling-agent-{key}",
        "role": f"${{aws_iam_role.{key}.arn}}",
        "timeout": 30,
        "environment": {"variables": variables[key]},
        "logging_config": {"log_format": "JSON", "log_group": f"${{aws_cloudwatch_log_group.{key}.name}}"},
        **(dead if key == "digest" else {}),
    }


def event_source() -> Values:
    return {
        "event_source_arn": "${aws_sqs_queue.slack.arn}",
        "function_name": "${aws_lambda_function.slack.arn}",
        "function_response_types": ["ReportBatchItemFailures"],
        "scaling_config": {"maximum_concurrency": 2},
    }


def schedule() -> Values:
    return {
        "name": "scheduling-agent-digest",
        "group_name": "${aws_scheduler_schedule_group.all.name}",
        "schedule_expression": "cron(0 9 * * ? *)",
        "flexible_time_window": {"mode": "OFF"},
        "target": {
            "arn": "${aws_lambda_function.digest.arn}",
            "role_arn": "${aws_iam_role.schedule.arn}",
            "dead_letter_config": {"arn": "${aws_sqs_queue.runs-dead.arn}"},
        },
    }


def role(key: str, service: str) -> Values:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    return {"name": f"scheduling-agent-{key}", "assume_role_policy": json.dumps(document)}


def role_policy(key: str) -> Values:
    document = {"Version": "2012-10-17", "Statement": [allowing(*pair) for pair in GRANTS[key]]}
    return {"name": key, "role": f"${{aws_iam_role.{key}.id}}", "policy": json.dumps(document)}


def allowing(actions: str, resource: str) -> Values:
    return {"Effect": "Allow", "Action": actions.split(), "Resource": [resource]}


READ = "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes"
WRITE_LOGS = "logs:CreateLogStream logs:PutLogEvents"
KEY, RUNS_DEAD = "${aws_kms_key.data.arn}", "${aws_sqs_queue.runs-dead.arn}"
# What each role may do, on what. That of `slack` is known before anything is there.
GRANTS = {
    "slack": (
        (WRITE_LOGS, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/scheduling-agent/delivery/slack:*"),
        (READ, f"arn:aws:sqs:{REGION}:{ACCOUNT}:scheduling-agent-slack"),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:scheduling-agent/slack-??????",
        ),
        ("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"),
    ),
    "digest": (
        (WRITE_LOGS, "${aws_cloudwatch_log_group.digest.arn}:*"),
        (READ, "${aws_sqs_queue.digest.arn}"),
        ("sns:Publish", "${aws_sns_topic.digest.arn}"),
        ("sqs:SendMessage", RUNS_DEAD),
        ("kms:Decrypt kms:GenerateDataKey", KEY),
    ),
    "schedule": (
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:scheduling-agent-digest"),
        ("sqs:SendMessage", RUNS_DEAD),
        ("kms:Decrypt kms:GenerateDataKey", KEY),
    ),
}
