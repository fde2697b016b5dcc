"""What the policies have to know beside the synthesized result."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from modules.catalog import publisher
from modules.settings import Settings
from modules.spec.system import Monitoring
from policies.context import Ceiling, Context, PublishedOutside, Waiver


def policy_context(settings: Settings, monitoring: Monitoring, today: date) -> Context:
    """The environment's minimum, tags, declared publishers, limits and waivers."""
    return Context(
        environment=settings.environment,
        today=today,
        minimum_retention_days=settings.retention.minimum_days,
        required_tags=settings.tags.required,
        published_outside=tuple(_published(settings, monitoring)),
        ceilings=tuple(
            Ceiling(
                namespace=one.metric.namespace,
                name=one.metric.name,
                dimensions=one.metric.dimensions,
                maximum=one.maximum,
                because=one.because,
            )
            for one in monitoring.ceilings
        ),
        waivers=tuple(
            Waiver(rule=one.rule, address=one.address, reason=one.reason, expires=one.expires)
            for one in settings.waivers
        ),
    )


def _published(settings: Settings, monitoring: Monitoring) -> Iterator[PublishedOutside]:
    """What others publish, and what our own function does."""
    for name, outside in sorted(settings.published_outside.items()):
        yield PublishedOutside(
            namespace=monitoring.namespace,
            name=name,
            dimensions={},
            unit=outside.unit,
            by=outside.by,
            minimum=outside.minimum,
            maximum=outside.maximum,
        )
    functions = [function for function in monitoring.functions if function.key == publisher.KEY]
    for function in functions:
        for name, metric in sorted(settings.business_metrics.metrics.items()):
            yield PublishedOutside(
                namespace=monitoring.namespace,
                name=name,
                dimensions=metric.dimensions,
                unit=metric.unit,
                by=function.name,
                # Null is a wish: the figure may go below zero, though its unit as a rule does not.
                minimum=-math.inf if metric.minimum is None else metric.minimum,
                maximum=metric.maximum,
                function=function.name,
            )
        yield PublishedOutside(
            namespace=monitoring.namespace,
            name=publisher.HEARTBEAT,
            dimensions={},
            unit="Count",
            by=function.name,
            minimum=0,
            maximum=1,
            function=function.name,
        )
