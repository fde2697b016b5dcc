"""Slack notifier: a batch of queued SNS notifications into Slack.

Event: SQS records whose body is the envelope of SNS (raw delivery off). Answer: the records that are to
go back to the queue (`ReportBatchItemFailures`), and from there to its dead-letter queue. Variables:

SLACK_SECRET_ARN          the secret that holds `{"url": "https://hooks.slack.com/services/…"}`, or the
                          address alone
ENVIRONMENT               as messages name it: prod, staging
SEVERITY                  of topics whose name ends with none: critical, warning (default), info
RUNBOOK_BASE_URL          where runbooks are, for alarms whose description names only a path
DASHBOARD_NAME            the dashboard that messages link to
LOG_QUERIES               `[{"alarms": ["error-count"], "groups": ["/aws/…"], "query": "…"}]`; an alarm
                          gets the query whose longest word is in its name, else the one without words
SECRET_LIFETIME_SECONDS   how long the secret is kept: 300
MESSAGE_INTERVAL_SECONDS  least time between two messages: 1
SLACK_ALLOWED_HOSTS       hosts (with port) of the webhook instead of Slack's; loopback without a port is
                          loopback with any, and alone may speak http
AWS_REGION                set by Lambda

Log lines are JSON with `timestamp`, `level`, `message`, `environment`; what each message means is in
docs/runbooks/delivery-function-errors.md.
"""

from __future__ import annotations

import os
from functools import cache

from notifier import Failures, Notifier
from options import read_options


@cache
def _notifier() -> Notifier:
    return Notifier(read_options(os.environ))


def handler(event: object, context: object) -> Failures:
    """Deliver a batch; the entry of the function."""
    return _notifier().run(event, context)
