"""All parts of one target put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modules.catalog import (
    availability,
    backend,
    bedrock,
    business,
    changes,
    dashboards,
    database,
    delivery,
    digest,
    functions,
    logs,
    publisher,
    routing,
    slack,
)
from modules.catalog.context import Context
from modules.errors import ConfigError, Problem
from modules.render import policies
from modules.settings import Settings, Target
from modules.spec.alarms import Alarm
from modules.spec.system import Monitoring

MANAGED_BY = "cdktf"
PARTS = (bedrock, functions, backend, database, business, publisher, delivery)


def every_target(environments: Iterable[Settings]) -> list[tuple[Settings, Monitoring]]:
    """What each target of each environment gets.

    Raises
    ------
    ConfigError
        With the mistakes of all of them.
    """
    found: list[tuple[Settings, Monitoring]] = []
    problems: list[Problem] = []
    for settings in environments:
        for target in settings.targets:
            try:
                found.append((settings, monitoring(settings, target)))
            except ConfigError as error:
                problems += error.problems
    problems += _doubled(found)
    if problems:
        raise ConfigError(problems)
    return found


def _doubled(found: Iterable[tuple[Settings, Monitoring]]) -> Iterator[Problem]:
    """Stacks of one name, which would overwrite each other and share a state."""
    seen: dict[str, str] = {}
    for settings, made in found:
        before = seen.setdefault(made.stack, settings.environment)
        if before != settings.environment:
            text = f"the stack would be {made.stack!r}, as one of {before} is; name the target otherwise"
            yield Problem(settings.file_of("targets"), "targets", text)


def monitoring(settings: Settings, target: Target) -> Monitoring:
    """What a target gets.

    Raises
    ------
    ConfigError
        Configuration speaks of an alarm or a log group that does not exist.
    """
    context = Context(settings, target)
    wanted = _alarms(context)
    filters = (*backend.filters(context), *delivery.filters(context))
    others = {alarm.key for part in PARTS if part is not business for alarm in part.alarms(context)}
    problems = [
        *changes.problems(settings, wanted),
        *business.problems(context, others, {*(item.metric.name for item in filters), publisher.HEARTBEAT}),
        *logs.problems(context),
    ]
    if problems:
        raise ConfigError(problems)
    possible = availability.alarms(context, wanted)
    alarms = {key: changes.changed(settings, alarm) for key, alarm in possible.items()}
    slow_ms = alarms["response-time"].condition.threshold
    features = settings.features
    tag_policy = settings.tags.organizations_policy
    made = Monitoring(
        stack=context.names.named(target.label),
        place=context.place,
        prefix=context.names.prefix,
        namespace=context.names.namespace,
        log_groups=logs.groups(context),
        filters=filters,
        alarms=tuple(alarms.values()),
        topics=routing.topics(context),
        queues=(*delivery.queues(context), *publisher.queues(context)),
        secrets=(*slack.secrets(context), *publisher.secrets(context)),
        functions=(*delivery.functions(context, slow_ms), *publisher.functions(context)),
        schedules=(digest.schedule(context), *publisher.schedules(context)),
        queries=logs.saved_queries(context, slow_ms) if features.saved_queries else (),
        dashboards=dashboards.dashboards(context, alarms) if features.dashboards else (),
        tags=tags(settings),
        agent_metrics_policy=policies.publish_metrics(bedrock.NAMESPACE) if bedrock.exists(context) else None,
        ceilings=(
            *functions.ceilings(context),
            *database.ceilings(context),
            *publisher.ceilings(context),
        ),
        tag_policy_enabled=tag_policy.enabled,
        tag_policy_target=tag_policy.attach_to,
        warnings=(
            *routing.warnings(context),
            *bedrock.warnings(context),
            *database.warnings(context),
            *availability.warnings(context, wanted),
            *functions.warnings(context),
            *publisher.warnings(context),
            *_links(settings),
        ),
    )
    problems = list(availability.problems(context, made))
    if problems:
        raise ConfigError(problems)
    return made


def tags(settings: Settings) -> dict[str, str]:
    """The tags that everything gets."""
    own = {"Project": settings.project, "Environment": settings.environment, "ManagedBy": MANAGED_BY}
    return dict(sorted((settings.tags.values | own).items()))


def _links(settings: Settings) -> tuple[str, ...]:
    if settings.runbook_base_url:
        return ()
    return ("alarm descriptions name their runbook's file; for links, set runbook_base_url",)


def _alarms(context: Context) -> dict[str, Alarm]:
    alarms = {alarm.key: alarm for part in PARTS for alarm in part.alarms(context)}
    return dict(sorted(alarms.items()))
