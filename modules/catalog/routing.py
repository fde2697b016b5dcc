"""A topic per severity, and one for the delivery path's own alarms."""

from __future__ import annotations

from modules.catalog.context import Context
from modules.spec.alarms import Route
from modules.spec.routing import Topic

_DISPLAY = {
    Route.CRITICAL: "P1 critical",
    Route.WARNING: "P2 warning",
    Route.INFO: "P3 info",
    Route.DELIVERY: "Delivery of alarms",
}


def topics(context: Context) -> tuple[Topic, ...]:
    """The topics of a target."""
    return tuple(
        Topic(
            route=route,
            name=context.names.named(route.value),
            display_name=f"{context.names.prefix} {_DISPLAY[route]}",
            emails=tuple(sorted(set(getattr(context.settings.routes, route.value).emails))),
        )
        for route in Route
    )


def warnings(context: Context) -> tuple[str, ...]:
    """Routes that reach nobody; loudest the one that pages."""
    empty = [topic.route for topic in topics(context) if not topic.emails and topic.route is not Route.INFO]
    found = []
    if Route.CRITICAL in empty:
        found.append(
            "CRITICAL ALARMS REACH NOBODY: the critical route has no subscriber; "
            "set routes.critical.emails, or SNS_EMAIL"
        )
    found += [
        f"the {route.value} route has no subscriber; set routes.{route.value}.emails"
        for route in empty
        if route is not Route.CRITICAL
    ]
    return tuple(found)
