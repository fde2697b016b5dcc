"""Slack: for each of its routes a queue, a function that empties it, and a secret with the webhook.

A queue of its own keeps critical notices from waiting behind others.
"""

from __future__ import annotations

import json

from modules.catalog import backend, digest, grants, publisher
from modules.catalog.context import Context
from modules.render import queries
from modules.spec.alarms import Route
from modules.spec.functions import OwnFunction, Reading, Secret
from modules.spec.queues import Queue

SOURCE = "slack_notifier"
DAY_SECONDS = 86_400
TIMEOUT_SECONDS = 30
# AWS asks for six times the function's timeout (Lambda developer guide, "Using Lambda with Amazon SQS").
VISIBILITY_SECONDS = 6 * TIMEOUT_SECONDS
# An hour: Slack's shorter outages are waited out, and the alarm on waiting notices tells of longer ones.
MOST_RECEIVES = 20
# Two copies are the least that Lambda can be held to. Slack takes one message a second.
CONCURRENCY = 2
MESSAGE_INTERVAL_SECONDS = CONCURRENCY
BATCH_SIZE = 10


def routes(context: Context) -> tuple[Route, ...]:
    """The routes that Slack is on."""
    found = context.settings.routes
    flags = {Route.CRITICAL: found.critical.slack, Route.WARNING: found.warning.slack}
    return tuple(route for route, wanted in flags.items() if wanted)


def key(route: Route) -> str:
    """What queue, function and secret of a route are called."""
    return f"slack-{route.value}"


def group(route: Route) -> str:
    """The log group of a route's function."""
    return f"delivery/{key(route)}"


def queues(context: Context) -> tuple[Queue, ...]:
    """Notices that wait for Slack, and those that it did not take."""
    return tuple(queue for route in routes(context) for queue in _queues(context, route))


def _queues(context: Context, route: Route) -> tuple[Queue, Queue]:
    work, dead = key(route), f"{key(route)}-dead"
    waiting = Queue(
        key=work,
        name=context.names.named(work),
        fed_by=route,
        retention_seconds=4 * DAY_SECONDS,
        visibility_seconds=VISIBILITY_SECONDS,
        dead_letters=dead,
        most_receives=MOST_RECEIVES,
    )
    return waiting, Queue(key=dead, name=context.names.named(dead), serves=work)


def secrets(context: Context) -> tuple[Secret, ...]:
    """The webhooks, one for each route."""
    return tuple(
        Secret(
            key=key(route),
            name=f"{context.names.prefix}/{key(route)}",
            summary=f'Slack webhook for {route.value} alarms, as {{"url": "https://hooks.slack.com/..."}}',
        )
        for route in routes(context)
    )


def functions(context: Context, slow_ms: float) -> tuple[OwnFunction, ...]:
    """The notifiers; a response is slow above so many milliseconds."""
    return tuple(_function(context, route, slow_ms) for route in routes(context))


def _function(context: Context, route: Route, slow_ms: float) -> OwnFunction:
    name = key(route)
    return OwnFunction(
        key=name,
        name=context.names.named(name),
        summary=f"Posts {route.value} notices to Slack",
        source=SOURCE,
        role_name=context.names.account_wide(name),
        group=group(route),
        timeout_seconds=TIMEOUT_SECONDS,
        memory_mb=256,
        environment=_environment(context, route, slow_ms),
        grants=(
            grants.write_logs(group(route)),
            grants.read_queue(name),
            grants.read_secret(grants.secret_arn(name)),
            grants.use_key(write=False),
        ),
        reads=Reading(queue=name, batch_size=BATCH_SIZE, concurrency=CONCURRENCY),
    )


def _environment(context: Context, route: Route, slow_ms: float) -> dict[str, str]:
    settings = context.settings
    given = {
        "SLACK_SECRET_ARN": grants.secret_arn(key(route)),
        "ENVIRONMENT": settings.environment,
        "SEVERITY": route.value,
        "RUNBOOK_BASE_URL": settings.runbook_base_url or "",
        "DASHBOARD_NAME": context.names.account_wide("real-time") if settings.features.dashboards else "",
        "LOG_QUERIES": json.dumps(_log_queries(context, slow_ms), separators=(",", ":")),
        "MESSAGE_INTERVAL_SECONDS": str(MESSAGE_INTERVAL_SECONDS),
        "SLACK_ALLOWED_HOSTS": " ".join(settings.slack.allowed_hosts),
    }
    return {name: value for name, value in given.items() if value}


def _log_queries(context: Context, slow_ms: float) -> list[dict[str, object]]:
    """Where to look for which alarm; the last is for all others."""
    log = context.settings.backend.log
    of_backend = [context.names.log_group(backend.GROUP)]
    of_functions = [context.function_group(name) for name in context.functions]
    of_delivery = [context.names.log_group(name) for name in (*map(group, routes(context)), digest.GROUP)]
    counting: dict[str, object] = {
        "alarms": [publisher.KEY],
        "groups": [context.names.log_group(publisher.GROUP)],
        "query": queries.own_errors(),
    }
    slow = queries.slow_requests(log, slow_ms)
    return [
        {"alarms": ["response-time"], "groups": of_backend, "query": slow},
        {"alarms": ["lambda-"], "groups": of_functions, "query": queries.function_failures()},
        {"alarms": ["delivery-"], "groups": of_delivery, "query": queries.own_errors()},
        *([counting] if publisher.works(context) else []),
        {"groups": of_backend, "query": queries.recent_errors(log, 100)},
    ]
