"""Texts with secrets and without: one table for every matcher of this project."""

from __future__ import annotations

import json

# Put together here, so that nothing in this file is taken for a secret.
HEX = "0123456789abcdef" * 2
KEY_ID = "AKIA" + "EXAMPLE" + "0" * 9
ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY"
SLACK = "https://hooks.slack.com/"
HOOK = SLACK + "services/T012/B012/hunter2"
RANDOM = "a1" * 18
ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:scheduling-agent/slack-AbCdEf"
WORDS = (
    "hunter2",
    "abcDEF",
    "abcdef0",
    "MIIE",
    "b3Blb",
    "tok3n",
    "p/w",
    "IncomingWebhook",
    "a1a1",
    "abc-def",
)
PARTS = (*WORDS, HEX[:20], KEY_ID, ACCESS_KEY[:12])

# A policy rejects a variable with such a value, whatever its name is; everything else redacts it.
CERTAIN = [
    HOOK,
    SLACK + "workflows/T012/A012/1/hunter2",
    SLACK + "triggers/T012/1/hunter2",
    HOOK.replace("hooks.slack.com", "HOOKS.Slack.COM"),
    HOOK.replace("https", "HTTPS"),
    HOOK.replace("/", "\\/"),
    json.dumps(json.dumps({"url": HOOK.replace("/", "\\/")})),
    HOOK.replace(":", "%3A").replace("/", "%2F"),
    HOOK.replace(":", "%253a").replace("/", "%252f"),
    HOOK.replace(".com", "-gov.com"),
    HOOK.replace(".com", ".com:443"),
    HOOK.removeprefix("https://"),
    json.dumps([HOOK]),
    "https://events.pagerduty.com/" + "integration/hunter2/enqueue",
    "https://events.eu.pagerduty.com/" + f"x-ere/{HEX}",
    "https://discord.com/api/webhooks/" + "1/hunter2",
    "https://team.webhook.office.com/webhookb2/" + "a@b/IncomingWebhook/c/d",
    KEY_ID,
    KEY_ID.replace("AKIA", "ASIA"),
    ACCESS_KEY,
    f"{KEY_ID}:{ACCESS_KEY}",
    f"{ACCESS_KEY} {ACCESS_KEY}",
    "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN RSA " + "PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE",
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----\\nb3BlbnNz",
    "xoxb-" + "1234567890-hunter2",
    "xapp-" + "1-A012-hunter2",
    "ghp_" + RANDOM,
    "glpat-" + RANDOM[:20],
    "npm_" + RANDOM,
    "sk_live_" + RANDOM,
    "rk_live_" + RANDOM,
    "sk-ant-" + f"api03-{RANDOM}",
    "hvs." + RANDOM,
    "eyJhbGciOiJI." + "eyJzdWIiOiIx." + "hunter2",
    "postgresql://agent:hunter22@db/agent",
    "host=db password=hunter22",
    "host=db;Password='hunter22'",
    '{"api_key": "hunter22"}',
    "DB_PASS=hunter22",
    '{"signing_key": "hunter22"}',
]

# Names whose value a policy rejects.
CERTAIN_NAMES = [
    "SLACK_TOKEN",
    "db_password",
    "PGPASSWORD",
    "DB_PASS",
    "DB_PWD",
    "SECRETKEY",
    "SIGNING_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "PAGERDUTY_ROUTING_KEY",
    "WEBHOOK_URL",
]

# What may be a secret: redacted where a person reads.
POSSIBLE = [
    f"https://hook.example/v1/{HEX[:20]}",
    HEX,
    "amqps://user:p/w@queue.example",
    "https://tok3n@git.example/repo",
    "https://api.example/notify?apiKey=abc-def&team=one",
    "https://bucket.example/x?X-Amz-Signature=abcdef0",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.hunter2",
    "Authorization: Bearer abcdef0123456789",
    'password = "hunter2"',
    '{"api_key":"hunter2"}',
    '{\\"client_secret\\": \\"hunter2\\"}',
    "DB_PASSWORD=hunter2",
    "PGPASSWORD=hunter2 psql",
    "export DB_PASS=hunter2",
    "DB_PWD=hunter2",
    "dbPass: hunter2",
    "mysql -h db -u root -phunter2",
    "curl -s -u admin:hunter2 https://api.example",
    "Log in as admin, password is hunter2",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=hunter2+/==;EndpointSuffix=y",
    "https://hooks.zapier.com/hooks/catch/123/abcDEF/",
    "https://chat.example/hooks/abcDEF",
    "http://127.0.0.1:9/services/T/B/hunter2",
    f"https://127.0.0.1:9/integration/{HEX}/enqueue",
    "https://api.example/notify/abcDEF12",
    "https://api.telegram.org/bot12345678:abcDEF-g_h/sendMessage",
    f"key-{HEX}",
    f"DD_APP_KEY={HEX}01234567",
    "name=DB_PASSWORD, value=hunter2",
    '{"key": "db.password", "propagate": true, "value": "hunter2 abcDEF"}',
    '{\\"value\\":\\"hunter2\\",\\"name\\":\\"API_TOKEN\\"}',
]

# What a reader needs, and no rule rejects.
READABLE = [
    ARN,
    "Allow lambda.amazonaws.com secretsmanager:GetSecretValue, kms:Decrypt",
    "aws_secretsmanager_secret.secret-slack-critical",
    "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012",
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/agent/50dc6c495c0c9188",
    "arn:aws:lambda:us-east-1:111122223333:function:mysql-pool",
    "12345678-1234-1234-1234-123456789abc",
    "1-58406520-a006649127e371903a2de979",  # a trace of X-Ray
    f"{HEX}01234567",  # a commit
    f"{HEX}01234567".upper(),
    "above 5,000 ms → above 8,000 ms in 3 of 5 periods of 5 min",
    "https://git.example/team/monitoring/docs/runbooks/high-latency.md",
    "ops@team.example",
    '{ ($.level = "ERROR") && ($.latency_ms >= 500) }',
    "SUM([l1m1, l1m2]) / MAX([a, b])",
    "scheduling-agent-lambda-duration-information-actions-and-many-others-besides",
    "Runbook: docs/runbooks/critical-undelivered.md",
    "[Runbook](https://git.example/team/docs/runbooks/Lambda5xxErrors.md)",
    "https://git.example/team/monitoring/docs/runbooks/webhook-failures.md",
    "https://acme.example/wiki/spaces/OPS/pages/123456789/Lambda5xxErrors",
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards:name=Sched2Agent",
    "https://sqs.us-east-1.amazonaws.com/111122223333/Queue1Name",
    "https://events.pagerduty.com/v2/enqueue",
    "https://wiki.example.com/integration/services/runbooks",
    "hooks.slack.com hooks.slack-gov.com",
    f"{SLACK}...",
    "name=InputTokenCount, namespace=Agent, value=$.tokens",
    "iam:PassRole and bypass: enabled",
    "The token is missing.",
    "Basic monitoring is enabled, basic authentication is not.",
    "https://wiki.example/Ops/AWS2Lambda",
    "https://team.example/onboarding/Version2Guide",
    "https://wiki.example/display/OPS/LambdaErrors2024Guide",
    "https://github.com/my-org/scheduling-agent-v2/blob/main/docs/runbooks/high-latency.md",
    "Bedrock agents: model calls and tokens: metrics",
    "The key is scheduling-agent-critical-1",
    "The secret is `scheduling-agent-2/slack`",
    "pass_rate: 99.5, db_pass_rate=0.95",
    "scheduling-agent-mysql-prod slow query -p95 above 5 s",
    "-----BEGIN " + "CERTIFICATE-----\nMIIEpublic\n-----END CERTIFICATE-----",
    "The filter matched task-scheduler-of-the-agent-production twice.",
]

# Long texts that a careless pattern takes seconds for.
SLOW = [
    "name=" * 10_000,
    "pass" * 12_000,
    "https://" * 6_000,
    "https://a/" * 5_000,
    "https://a/" + "ABcd" * 12_000 + "_",
    "https://a/" + "/a1" * 15_000,
    "?token" * 8_000,
    "a.b-" * 12_000,
    "://" * 16_000,
    "eyJ" * 16_000,
    "mysql " * 8_000,
    "value=x,name=" * 4_000,
    "-----BEGIN PRIVATE KEY-----" * 2_000,
    "%25" * 16_000,
    "\\" * 50_000,
    "https:\\/\\/" * 5_000,
    "a" * 50_000,
    '{"a":' * 10_000,
]
