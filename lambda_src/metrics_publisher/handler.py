"""Metrics publisher: counts what the business wants to know in PostgreSQL, and tells CloudWatch.

EventBridge Scheduler calls it; the event is not read. What is counted stands in `metrics.json`, which
the generator writes beside these files::

    {"namespace": "SchedulingAgent", "time_zone": "Europe/Berlin", "metrics": [
      {"name": "TotalMessages", "unit": "Count", "dimensions": {}, "minimum": 0, "maximum": null,
       "sql": "SELECT count(*) FROM messages WHERE created_at >= :start_of_day
               AND created_at < :end_of_day"}]}

A query may name `:start_of_day` and `:end_of_day`, the first instant of the time zone's day and that of
the next, and `:now`. They are bound as `timestamptz`. The session's time zone is UTC, so a column may be
`timestamptz`, or `timestamp` that holds UTC; for one that holds another zone's time write
`:start_of_day AT TIME ZONE 'Europe/Berlin'`. A query gives one row of one finite number.

=======================  ========================================================================
variable                 meaning
=======================  ========================================================================
ENVIRONMENT              as log lines name it: prod, staging
DB_AUTH                  `secret` (default) or `iam`
DB_SECRET_ARN            of `secret`: JSON with username, password and, where the variables do not
                         say them, host, port, dbname, as RDS writes it
DB_HOST, DB_PORT,        where the database is; DB_PORT: the secret's, else 5432
DB_NAME
DB_USER                  of `iam`: whose token is made (a secret names its own user)
DB_CA_FILE               file in the archive with the authorities (PEM) that the server's certificate
                         may come from. None: the system's, which know RDS Proxy, but not RDS and
                         Aurora: they need the region's bundle of RDS, which AWS offers to download
STATEMENT_TIMEOUT_MS     the longest that one metric may take: 10000
LOCK_TIMEOUT_MS          the longest that it may wait for a lock: 1000; less than the one above
SECRET_LIFETIME_SECONDS  how long the secret is kept: 3600
HEARTBEAT                the metric that is 1 after a run without a failure: PublisherHeartbeat
METRICS_FILE             metrics.json
AWS_REGION               set by Lambda; where the metrics go, and what IAM's tokens are for
=======================  ========================================================================

A run connects once, over TLS whose certificate and host name are verified, and reads in one read-only
transaction: all metrics see the same snapshot. All data points carry the moment at which the run began.
What was counted is published even if other metrics failed; nothing is published for a metric that
failed; and the heartbeat only if none did. Then the run is an error, so that Lambda repeats it and puts
it into the dead-letter queue. A repeated run counts anew and may publish a minute twice: its figures are
gauges, read with Maximum, and the heartbeat is no sum, so that does no harm.

What happens, by the `kind` of the log line `metric_failed`:

====================  ==============================================  ==============================
kind                  cause                                           result
====================  ==============================================  ==============================
credentials           the secret cannot be read or lacks something,   all metrics fail
                      or no IAM token can be made
authentication        the login is refused (28P01, 28000): first the  all fail; none if the renewed
                      secret is fetched again, and tried once more    secret is accepted
                      if it says something new
tls                   the server refuses TLS, its certificate is not  all fail; nothing is ever sent
                      trusted or of another name                      without TLS
too_many_connections  the server's limit, or the user's (53300)       all fail; no second try
connection            no way to the server; it is starting or ending  all fail
connection            the connection is lost in mid-query: server     that metric fails; the others
                      killed, failover, backend terminated            go on over one new connection,
                                                                      if there is one
lock_timeout          the table is locked (55P03)                     that metric fails
statement_timeout     the query is too slow, or was cancelled         that metric fails
                      (57014)
permission            the user may not read it (42501)                that metric fails
read_only             the query would write (25006)                   that metric fails
query                 anything else that PostgreSQL objects to: a     that metric fails
                      table that was dropped, a mistake in the SQL
result                not one row with one finite number; NULL is     that metric fails
                      no number
bounds                a number that the metric cannot have            that metric fails
time                  the function's own time is nearly over          that metric and all after fail
====================  ==============================================  ==============================

If CloudWatch does not take a call (`publish_failed`), nothing of that call is published, nor of the later
ones, and the heartbeat is in the last. A mistake in the variables or the file ends the function at once.

Log lines are JSON with `timestamp`, `level`, `message`, `function`, `environment`: metric_counted,
metric_failed, publish_failed, reconnecting, secret_rotated, secret_not_renewed, run_done.

Of the function's timeout 17 s are kept for CloudWatch; the rest is for connecting and the queries. A
minute fits the defaults. A query never gets more than what is left of it.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from logins import logins
from plan import read_plan
from publisher import Publisher
from settings import Settings
from shared import aws
from shared.logs import Log


@cache
def _publisher() -> Publisher:
    settings = Settings.read(os.environ)
    log = Log(function="metrics_publisher", environment=settings.environment)
    return Publisher(
        settings,
        read_plan(settings.metrics_file),
        logins=logins(settings, log),
        log=log,
        cloudwatch=lambda: aws.client("cloudwatch", settings.region),
    )


def handler(event: object, context: Any) -> dict[str, object]:  # noqa: ARG001  (Lambda gives the event)
    """Publish once; the entry of the function."""
    return _publisher().run(context.get_remaining_time_in_millis)
