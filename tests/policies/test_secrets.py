"""What counts as a secret in plain text, and what only names one."""

from __future__ import annotations

import pytest

from policies.secrets import secret_in

# Put together here, so that nothing in this file is taken for a secret.
HOOK = "https://hooks.slack.com/" + "services/T000/B000/abc"
KEY_ID = "AKIA" + "EXAMPLE" + "0" * 9
ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:scheduling-agent/slack-AbCdEf"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOOK", HOOK),
        ("HOOKS", f'["{HOOK}"]'),
        ("PAGER", "https://events.pagerduty.com/" + "integration/abc/enqueue"),
        ("PAGER", "https://events.eu.pagerduty.com/" + "x-ere/abc"),
        ("CHAT", "https://discord.com/api/webhooks/" + "1/abc"),
        ("CHAT", "https://example.webhook.office.com/webhookb2/" + "abc"),
        ("ID", KEY_ID),
        ("PEM", "-----BEGIN EC PRIVATE KEY-----\nabc"),
        ("BOT", "xoxb-" + "1234567890-abc"),
        ("GIT", "ghp_" + "a" * 36),
        ("JWT", "eyJhbGciOiJI." + "eyJzdWIiOiIx." + "abc"),
        ("DSN", "postgresql://agent:hunter22@db/agent"),
        ("DSN", "host=db password=hunter22"),
        ("DSN", "host=db;Password='hunter22'"),
        ("JSON", '{"api_key": "hunter22"}'),
        ("SLACK_TOKEN", "abc"),
        ("db_password", "hunter22"),
        ("PAGERDUTY_ROUTING_KEY", "0123"),
        ("WEBHOOK_URL", "https://example.com/"),
        ("API_KEY", "${var.prefix}-hunter22"),
    ],
)
def test_secret_is_seen(name: str, value: str) -> None:
    assert secret_in(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_SECRET_ARN", ARN),
        ("SLACK_SECRET", ARN),
        ("SLACK_SECRET", "${aws_secretsmanager_secret.slack.arn}"),
        (
            "SLACK_SECRET",
            "arn:${data.aws_partition.current.partition}:secretsmanager:x:1:secret:slack-AbCdEf",
        ),
        ("API_TOKEN", "${var.token}"),
        ("API_TOKEN", ""),
        ("SECRET_LIFETIME_SECONDS", "300"),
        ("SLACK_ALLOWED_HOSTS", "hooks.slack.com hooks.slack-gov.com"),
        ("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/111122223333/scheduling-agent-digest"),
        ("RUNBOOK_BASE_URL", "https://wiki.example.com/integration/services/runbooks"),
        ("TOPIC_ARN", "arn:aws:sns:us-east-1:111122223333:scheduling-agent-digest"),
        ("LOG_QUERIES", '[{"groups":["/aws/x"],"query":"filter @message like /ERROR|Traceback/"}]'),
        ("KMS_KEY", "alias/scheduling-agent"),
        ("DSN", "host=db password=${var.password} port=5432"),
        ("TIME_ZONE", "Europe/Berlin"),
        ("EMAIL", "https://example.com/?to=ops@example.com"),
    ],
)
def test_what_names_a_secret_or_looks_harmless_is_left_alone(name: str, value: str) -> None:
    assert secret_in(name, value) is None
