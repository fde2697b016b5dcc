"""The log groups of every part, and the saved queries over the backend's."""

from __future__ import annotations

from collections.abc import Iterator

from modules.catalog import backend, bedrock, delivery, publisher
from modules.catalog.context import Context
from modules.errors import Problem
from modules.render import queries
from modules.spec.logs import LogGroup, SavedQuery


def groups(context: Context) -> tuple[LogGroup, ...]:
    """One group for the backend, one per function, one per agent, one per function of our own."""
    return tuple(
        LogGroup(key=key, name=name, component=component, retention_days=_retention(context, key))
        for key, (name, component) in sorted(_found(context).items())
        if component != "bedrock" or bedrock.exists(context)
    )


def _found(context: Context) -> dict[str, tuple[str, str]]:
    """Name and component of each group, by key."""
    names = context.names
    found = {backend.GROUP: (names.log_group(backend.GROUP), "backend")}
    found |= {f"lambda/{key}": (context.function_group(key), "lambda") for key in context.functions}
    found |= {
        f"bedrock-agent/{name}": (names.log_group(f"bedrock-agent/{name}"), "bedrock")
        for name in context.agents
    }
    found |= {key: (names.log_group(key), "delivery") for key in delivery.groups(context)}
    if publisher.works(context):
        found[publisher.GROUP] = (names.log_group(publisher.GROUP), "business")
    return found


def _retention(context: Context, key: str) -> int:
    return context.settings.retention.overrides.get(key, context.settings.retention.days)


def problems(context: Context) -> Iterator[Problem]:
    """Retentions of groups that do not exist."""
    settings, known = context.settings, _found(context)
    for key in sorted(set(settings.retention.overrides) - set(known)):
        yield Problem(
            settings.file_of("retention", "overrides", key),
            f"retention.overrides.{key}",
            f"there is no such log group; known: {', '.join(sorted(known))}",
        )


def saved_queries(context: Context, slow_ms: float) -> tuple[SavedQuery, ...]:
    """The setup guide's queries, and the script's distribution of levels, in a folder of their own.

    The query that the guide saves is its fourth, so it appears once.
    """
    log = context.settings.backend.log
    texts = {
        "recent-errors": queries.recent_errors(log, 100),
        "response-time": queries.response_time(log),
        "requests-by-session": queries.requests_by_session(log),
        "slow-requests": queries.slow_requests(log, slow_ms),
        "error-distribution": queries.error_distribution(log),
        "log-levels": queries.log_levels(log),
    }
    return tuple(
        SavedQuery(key=key, name=f"{context.names.query_folder}/{key}", query=text, groups=(backend.GROUP,))
        for key, text in sorted(texts.items())
    )
