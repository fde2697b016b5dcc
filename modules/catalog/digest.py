"""The daily digest: info notices wait in a queue until a function mails all of them at once."""

from __future__ import annotations

from modules.catalog import grants
from modules.catalog.context import Context
from modules.naming import construct_id, reference
from modules.spec.alarms import Route
from modules.spec.functions import OwnFunction, Schedule
from modules.spec.queues import Queue

KEY, DEAD, RUNS_DEAD = "digest", "digest-dead", "digest-runs-dead"
GROUP = f"delivery/{KEY}"
SOURCE = "digest"
# It pages through thousands of notices, ten at a time.
TIMEOUT_SECONDS = 300
# Days of failing runs, each with its repetitions, before a notice is put aside.
MOST_RECEIVES = 10
# A run that could not be started for so long is of no use: the next day's takes its notices.
OLDEST_RUN_SECONDS = 6 * 3600


def queues(context: Context) -> tuple[Queue, ...]:
    """Notices that wait for their day's end, those that never made it, and runs that failed."""
    names = context.names
    waiting = Queue(
        key=KEY,
        name=names.named(KEY),
        fed_by=Route.INFO,
        visibility_seconds=6 * TIMEOUT_SECONDS,
        dead_letters=DEAD,
        most_receives=MOST_RECEIVES,
    )
    dead = Queue(key=DEAD, name=names.named(DEAD), serves=KEY)
    return waiting, dead, Queue(key=RUNS_DEAD, name=names.named(RUNS_DEAD))


def function(context: Context) -> OwnFunction:
    """The function that mails the digest."""
    settings = context.settings
    return OwnFunction(
        key=KEY,
        name=context.names.named(KEY),
        summary="Mails the day's info notices as one digest",
        source=SOURCE,
        role_name=context.names.account_wide(KEY),
        group=GROUP,
        timeout_seconds=TIMEOUT_SECONDS,
        memory_mb=256,
        environment={
            "QUEUE_URL": reference("aws_sqs_queue", construct_id("queue", KEY), "url"),
            "TOPIC_ARN": grants.topic_arn(Route.DIGEST.value),
            "ENVIRONMENT": settings.environment,
            "TIME_ZONE": settings.digest.time_zone,
            "ALL_CLEAR": settings.digest.all_clear,
            # Without readers on purpose, notices are only logged; otherwise they wait until one is there.
            "MAIL": "yes" if settings.routes.info.emails else "no",
        },
        grants=(
            grants.write_logs(GROUP),
            grants.read_queue(KEY),
            grants.mail(Route.DIGEST.value),
            grants.send(RUNS_DEAD),
            grants.use_key(write=True),
        ),
        dead_letters=RUNS_DEAD,
    )


def schedule(context: Context) -> Schedule:
    """Every day at the configured local time."""
    hour, minute = context.settings.digest.time.split(":")
    key = f"{KEY}-schedule"
    return Schedule(
        key=KEY,
        name=context.names.named(KEY),
        role_name=context.names.account_wide(key),
        function=KEY,
        expression=f"cron({int(minute)} {int(hour)} * * ? *)",
        time_zone=context.settings.digest.time_zone,
        dead_letters=RUNS_DEAD,
        oldest_seconds=OLDEST_RUN_SECONDS,
        grants=(
            grants.invoke(context.place.arn("lambda", f"function:{context.names.named(KEY)}")),
            grants.send(RUNS_DEAD),
            grants.use_key(write=True),
        ),
    )
