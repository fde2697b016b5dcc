"""A topic per severity, one for the delivery path's own alarms, and one for the daily digest."""

from __future__ import annotations

from collections.abc import Iterator

from modules.catalog import digest, slack
from modules.catalog.context import Context
from modules.spec.alarms import Route
from modules.spec.queues import Queue
from modules.spec.routing import Topic

_DISPLAY = {
    Route.CRITICAL: "P1 critical",
    Route.WARNING: "P2 warning",
    Route.INFO: "P3 info",
    Route.DELIVERY: "Delivery of alarms",
    Route.DIGEST: "Daily digest",
}


def topics(context: Context) -> tuple[Topic, ...]:
    """The topics of a target, with their subscribers."""
    return tuple(
        Topic(
            route=route,
            name=topic_name(context, route),
            display_name=f"{context.names.prefix} {_DISPLAY[route]}",
            emails=_emails(context, route),
            queues=_queues(context, route),
            pagerduty=_pagerduty(context, route),
        )
        for route in Route
    )


def topic_name(context: Context, route: Route) -> str:
    """The name of a route's topic.

    The critical topic may have been there before this project, with subscribers of its own.
    """
    kept = context.settings.routes.critical.topic_name if route is Route.CRITICAL else None
    return kept or context.names.named(route.value)


def undelivered(context: Context) -> tuple[Queue, ...]:
    """For each topic with subscribers, what one of them did not take."""
    return tuple(
        Queue(key=topic.undelivered, name=context.names.named(topic.undelivered), fed_by=topic.route)
        for topic in topics(context)
        if topic.has_listeners
    )


def _emails(context: Context, route: Route) -> tuple[str, ...]:
    """The addresses of the info route read the digest, not every notice."""
    routes = context.settings.routes
    found = {
        Route.CRITICAL: routes.critical.emails,
        Route.WARNING: routes.warning.emails,
        Route.DELIVERY: routes.delivery.emails,
        Route.DIGEST: routes.info.emails,
    }
    return tuple(sorted(set(found.get(route, ()))))


def _queues(context: Context, route: Route) -> tuple[str, ...]:
    if route is Route.INFO:
        return (digest.KEY,)
    return (slack.key(route),) if route in slack.routes(context) else ()


def _pagerduty(context: Context, route: Route) -> bool:
    routes = context.settings.routes
    flags = {Route.CRITICAL: routes.critical.pagerduty, Route.DELIVERY: routes.delivery.pagerduty}
    return flags.get(route, False)


def warnings(context: Context) -> Iterator[str]:
    """Routes that reach nobody; loudest the one that pages."""
    routes, by_route = context.settings.routes, {topic.route: topic for topic in topics(context)}
    if not by_route[Route.CRITICAL].has_listeners:
        yield (
            "CRITICAL ALARMS REACH NOBODY: the critical route has no subscriber; "
            "set routes.critical.pagerduty or .emails, or SNS_EMAIL"
        )
    elif not (routes.critical.pagerduty or routes.critical.emails):
        yield (
            "critical alarms wake nobody: Slack alone has them; "
            "set routes.critical.pagerduty or .emails, or SNS_EMAIL"
        )
    for route in (Route.WARNING, Route.DELIVERY):
        if not by_route[route].has_listeners:
            yield f"the {route.value} route has no subscriber; set routes.{route.value}.emails"
    if not routes.info.emails:
        yield "the daily digest has no reader; set routes.info.emails"
