"""The function that counts business metrics in the database, and what tells that it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator

from modules import facts
from modules.catalog import grants
from modules.catalog.context import Context
from modules.catalog.words import above, below, datapoints
from modules.settings import authorities
from modules.settings.sections import Connection
from modules.spec.alarms import Alarm, Condition, Evaluation, Missing, Severity
from modules.spec.functions import Grant, OwnFunction, Schedule, Secret
from modules.spec.metrics import Ceiling, Metric, Stat
from modules.spec.queues import Queue

KEY = "metrics-publisher"
DEAD = f"{KEY}-dead"
GROUP = f"business/{KEY}"
SOURCE = "metrics_publisher"
HEARTBEAT = "PublisherHeartbeat"
AUTHORITIES = "authorities.pem"
# Of which the function keeps 17 s for CloudWatch; the rest is for queries.
TIMEOUT_SECONDS = 60
QUERIES_SECONDS = TIMEOUT_SECONDS - 17
SHARE_OF_TIME = 5 / 6
SHORTEST_PERIOD_SECONDS = 300


def works(context: Context) -> bool:
    """Whether there is anything to count."""
    return bool(context.settings.business_metrics.metrics)


def period_seconds(context: Context) -> int:
    """A period in which every run has a data point."""
    return max(SHORTEST_PERIOD_SECONDS, context.settings.business_metrics.every_minutes * 60)


def queues(context: Context) -> tuple[Queue, ...]:
    """Where runs are kept that failed for good."""
    return (Queue(key=DEAD, name=context.names.named(DEAD)),) if works(context) else ()


def secrets(context: Context) -> tuple[Secret, ...]:
    """Who logs in, unless configuration names a secret that exists, or IAM."""
    connection = context.settings.database.connection
    if not works(context) or connection.auth == "iam" or connection.secret_arn:
        return ()
    summary = "How business metrics are counted: host, port, dbname, username and password, as JSON"
    return (Secret(key=KEY, name=f"{context.names.prefix}/{KEY}", summary=summary),)


def functions(context: Context) -> tuple[OwnFunction, ...]:
    """The publisher, if there is anything to publish."""
    return (_function(context),) if works(context) else ()


def _function(context: Context) -> OwnFunction:
    connection = context.settings.database.connection
    vpc = connection.vpc
    return OwnFunction(
        key=KEY,
        name=context.names.named(KEY),
        summary="Counts business metrics in the database",
        source=SOURCE,
        role_name=context.names.account_wide(KEY),
        group=GROUP,
        timeout_seconds=TIMEOUT_SECONDS,
        memory_mb=256,
        environment=_environment(context, connection),
        grants=tuple(_grants(context, connection)),
        dead_letters=DEAD,
        # A run that waited for the next one would count the same twice, over a connection of its own.
        oldest_event_seconds=max(60, context.settings.business_metrics.every_minutes * 60),
        files={"metrics.json": _plan(context)},
        copied={AUTHORITIES: connection.ca_file} if connection.ca_file else {},
        subnets=tuple(sorted(vpc.subnet_ids)) if vpc else (),
        security_groups=tuple(sorted(vpc.security_group_ids)) if vpc else (),
    )


def _environment(context: Context, connection: Connection) -> dict[str, str]:
    given = {
        "ENVIRONMENT": context.settings.environment,
        "DB_AUTH": connection.auth,
        "DB_SECRET_ARN": "" if connection.auth == "iam" else connection.secret_arn or grants.secret_arn(KEY),
        "DB_HOST": connection.host,
        "DB_PORT": str(connection.port) if connection.port else "",
        "DB_NAME": connection.name,
        "DB_USER": connection.user,
        "DB_CA_FILE": AUTHORITIES if connection.ca_file else "",
        "HEARTBEAT": HEARTBEAT,
    }
    return {name: value for name, value in given.items() if value}


def _plan(context: Context) -> str:
    """What is counted, as the function reads it."""
    wanted = context.settings.business_metrics
    metrics = [
        {
            "name": name,
            "sql": metric.sql,
            "unit": metric.unit,
            "dimensions": dict(sorted(metric.dimensions.items())),
            "minimum": metric.minimum,
            "maximum": metric.maximum,
        }
        for name, metric in sorted(wanted.metrics.items())
    ]
    plan = {"namespace": context.names.namespace, "time_zone": wanted.time_zone, "metrics": metrics}
    return json.dumps(plan, indent=1) + "\n"


def _grants(context: Context, connection: Connection) -> Iterator[Grant]:
    yield grants.write_logs(GROUP)
    yield grants.send(DEAD)
    yield grants.put_metrics(context.names.namespace)
    yield grants.use_key(write=True)
    if connection.auth == "iam":
        user = f"dbuser:{connection.resource_id}/{connection.user}"
        yield Grant(
            name="Connect", actions=("rds-db:connect",), resources=(context.place.arn("rds-db", user),)
        )
    else:
        yield grants.read_secret(connection.secret_arn or grants.secret_arn(KEY))
    # Always: a role that lost these together with `vpc` could not delete the interfaces of that VPC.
    yield from grants.run_in_vpc(_function_arn(context))


def _function_arn(context: Context) -> str:
    return context.place.arn("lambda", f"function:{context.names.named(KEY)}")


def warnings(context: Context) -> Iterator[str]:
    """Report what synth cannot check about the connection."""
    connection = context.settings.database.connection
    host = facts.database_host(connection.host or "")
    if not works(context):
        return
    if connection.auth == "secret" and not connection.host and not connection.ca_file:
        yield (
            "the host of the database is in its secret and cannot be checked here; for RDS and Aurora (not "
            "RDS Proxy), set database.connection.ca_file: "
            f"{authorities.download(context.place.region)}"
        )
    if host and host.is_proxy and connection.ca_file:
        yield (
            "database.connection.ca_file replaces the default trust store; a bundle of RDS does not verify "
            f"{connection.host}, which is an RDS Proxy with a public certificate"
        )


def schedules(context: Context) -> tuple[Schedule, ...]:
    """Every so many minutes. A run that cannot be started is not made up for: the next one counts anew."""
    if not works(context):
        return ()
    minutes = context.settings.business_metrics.every_minutes
    unit = "minute" if minutes == 1 else "minutes"
    schedule = Schedule(
        key=KEY,
        name=context.names.named(KEY),
        role_name=context.names.account_wide("publisher-schedule"),
        function=KEY,
        expression=f"rate({minutes} {unit})",
        time_zone="UTC",
        dead_letters=DEAD,
        oldest_seconds=minutes * 60,
        grants=(
            grants.invoke(_function_arn(context)),
            grants.send(DEAD),
            grants.use_key(write=True),
        ),
    )
    return (schedule,)


def alarms(context: Context) -> Iterator[Alarm]:
    """Silence, errors, slowness, and runs that were given up."""
    if not works(context):
        return
    period = period_seconds(context)
    yield _alarm(
        context,
        "metrics-publisher-silent",
        "Business metrics are not counted",
        signal=Stat(context.custom(HEARTBEAT, "Count"), "Maximum"),
        condition=below(1, because="every run without a failure publishes a 1"),
        evaluation=datapoints(3, of=3, period_seconds=period),
        missing=Missing.BREACHING,  # silence is what it is there for
    )
    yield _alarm(
        context,
        "metrics-publisher-failing",
        "Counting business metrics fails",
        signal=Stat(_of_function(context, "Errors", "Count"), "Sum"),
        condition=above(0, because="a run fails when one metric could not be counted"),
        evaluation=datapoints(2, of=3, period_seconds=period),
    )
    limit_ms = round(QUERIES_SECONDS * SHARE_OF_TIME) * 1000
    yield _alarm(
        context,
        "metrics-publisher-slow",
        "Counting business metrics takes nearly as long as it may",
        signal=Stat(_of_function(context, "Duration", "Milliseconds"), "Maximum"),
        condition=above(limit_ms, because=f"five sixths of the {QUERIES_SECONDS} s that it has for queries"),
        evaluation=datapoints(1, of=1, period_seconds=period),
    )
    queue = Metric(
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": context.names.named(DEAD)}, "Count"
    )
    yield _alarm(
        context,
        DEAD,
        "Runs that count business metrics were given up",
        signal=Stat(queue, "Maximum"),
        condition=above(0, because="each is a run that failed and whose repetitions failed too"),
        evaluation=datapoints(1, of=1, period_seconds=period),
    )


def ceilings(context: Context) -> tuple[Ceiling, ...]:
    """The function is cut off at its timeout, and a heartbeat is 1."""
    if not works(context):
        return ()
    limit_ms = TIMEOUT_SECONDS * 1000
    return (
        Ceiling(
            _of_function(context, "Duration", "Milliseconds"),
            limit_ms,
            f"the function is cut off at {limit_ms} ms",
        ),
    )


def _of_function(context: Context, name: str, unit: str) -> Metric:
    return Metric("AWS/Lambda", name, {"FunctionName": context.names.named(KEY)}, unit)


def _alarm(
    context: Context,
    key: str,
    summary: str,
    *,
    signal: Stat,
    condition: Condition,
    evaluation: Evaluation,
    missing: Missing = Missing.NOT_BREACHING,
) -> Alarm:
    return Alarm(
        key=key,
        name=context.names.named(key),
        summary=summary,
        signal=signal,
        condition=condition,
        evaluation=evaluation,
        missing=missing,
        severity=Severity.WARNING,
        runbook="metrics-publisher",
    )
