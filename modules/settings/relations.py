"""What sections have to say together: names told apart, places that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from modules import facts
from modules.naming import FIRST_REGION, PRODUCTION, Names
from modules.settings import authorities
from modules.settings.choices import CloudBackend
from modules.settings.files import Keys
from modules.settings.models import Settings
from modules.spec.alarms import Route, Severity

LONGEST_FUNCTION_NAME = 64
LONGEST_ROLE_NAME = 64
# The longest of the names that we give to roles, which carry the region as well.
LONGEST_ROLE_KEY = "publisher-schedule"
LONGEST_DATABASE_IDENTIFIER = 63
LONGEST_WORKSPACE = 90
# Commands and words of Logs Insights, and the columns that our queries make.
_QUERY_COMMANDS = (
    "and anomaly as asc by dedup desc diff display fields filter filterindex head in join like limit lookup "
    "not or parse pattern sort source stats tail unmask unnest"
)
_QUERY_COLUMNS = "average_ms errors lines longest_ms p99_ms requests shortest_ms"
QUERY_WORDS = frozenset(f"{_QUERY_COMMANDS} {_QUERY_COLUMNS}".split())
# Rules about clocks repeat; two years hold every change of one.
DAYS_LOOKED_AT = 2 * 366
OWN_TAGS = ("Environment", "ManagedBy", "Project")
RESOURCE_TAGS = ("Component", "MaintenanceUntil", "Role", "Route", "Severity")

Mistake = tuple[Keys, str]


def broken(settings: Settings, usable: set[str]) -> Iterator[Mistake]:
    """The relations that do not hold between sections that are right by themselves.

    Parameters
    ----------
    settings
        The settings; only the usable sections are looked at.
    usable
        The names of the sections without a mistake.
    """
    for needed, relation in _RELATIONS:
        if needed <= usable:
            yield from relation(settings)


def _functions(settings: Settings) -> Iterator[Mistake]:
    names = Names(settings.project, settings.environment, "")
    functions = settings.lambda_.functions
    seen: dict[str, str] = {}
    for key in sorted(functions, key=lambda key: (functions[key].function_name is not None, key)):
        name = functions[key].function_name or names.named(key)
        path = ("lambda", "functions", key, *(["function_name"] if functions[key].function_name else []))
        if len(name) > LONGEST_FUNCTION_NAME:
            yield path, f"its name would be {name!r}, longer than {LONGEST_FUNCTION_NAME}; set function_name"
        if name in seen:
            yield path, f"{name!r} is also the name of lambda.functions.{seen[name]}; change one of them"
        seen.setdefault(name, key)


def _roles(settings: Settings) -> Iterator[Mistake]:
    """A role's name is the first to become too long: it carries prefix, purpose and region."""
    for target in settings.targets:
        name = settings.names(target).account_wide(LONGEST_ROLE_KEY)
        if len(name) > LONGEST_ROLE_NAME:
            text = f"a role would be {name!r}, over {LONGEST_ROLE_NAME} characters; shorten it"
            yield ("project",), text
            return


def _topics(settings: Settings) -> Iterator[Mistake]:
    """The key of the topics and their queues lets in what begins with the prefix."""
    name, names = settings.routes.critical.topic_name, Names(settings.project, settings.environment, "")
    others = {names.named(route.value) for route in Route if route is not Route.CRITICAL}
    path = ("routes", "critical", "topic_name")
    if name is not None and not name.startswith(f"{names.prefix}-"):
        yield path, f"{name!r} does not begin with {names.prefix}-; SNS could not send to its queues"
    elif name in others:
        yield path, f"{name!r} is the topic of another route; take this out"


def _publishers(settings: Settings) -> Iterator[Mistake]:
    """A metric of two publishers is the truth of neither."""
    for name in settings.business_metrics.metrics:
        if name in settings.published_outside:
            text = f"{name} is counted by business_metrics as well; take it out of one of them"
            yield ("published_outside", name), text


def _severities(settings: Settings) -> Iterator[Mistake]:
    """Severities can be lowered where nobody depends on them, and nowhere raised."""
    order = list(Severity)
    for found, wanted in settings.severities.items():
        if settings.environment == PRODUCTION:
            text = "production keeps the severities; take it out, or use maintenance for a while"
            yield ("severities", found.value), text
        elif order.index(wanted) < order.index(found):
            text = f"{wanted.value!r} is above {found.value!r}; only lower ones are possible"
            yield ("severities", found.value), text


def _database(settings: Settings) -> Iterator[Mistake]:
    name = settings.database.identifier or Names(settings.project, settings.environment, "").named("db")
    if len(name) > LONGEST_DATABASE_IDENTIFIER:
        text = f"would be {name!r}, longer than {LONGEST_DATABASE_IDENTIFIER} characters; set it"
        yield ("database", "identifier"), text


def _aliases(settings: Settings) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for name, agent in sorted(settings.bedrock.agents.items()):
        if agent.alias_arn in seen:
            text = (
                f"{agent.alias_arn!r} is also the alias of bedrock.agents.{seen[agent.alias_arn]}; mend one"
            )
            yield ("bedrock", "agents", name, "alias_arn"), text
        elif agent.alias_arn:
            seen[agent.alias_arn] = name


def _targets(settings: Settings) -> Iterator[Mistake]:
    places: set[tuple[str | None, str | None]] = set()
    labels: set[str] = set()
    for index, target in enumerate(settings.targets):
        place = (target.region, target.account)
        if place in places:
            yield ("targets", index), f"{target.region} in the same account stands twice; take one out"
        elif target.label in labels:
            text = f"{target.label!r} would be two stacks; give this one a name, which its stack carries"
            yield ("targets", index), text
        wanted = facts.partition_of(target.region or FIRST_REGION).name
        if target.partition not in (None, wanted):
            text = f"{target.partition!r} does not hold {target.region}; set {wanted}, or another region"
            yield ("targets", index, "partition"), text
        places.add(place)
        labels.add(target.label)


def _tag_policy(settings: Settings) -> Iterator[Mistake]:
    """An organization has one policy of a name; every stack that makes it would fight the others."""
    path = ("tags", "organizations_policy", "enabled")
    if settings.tags.organizations_policy.enabled:
        if len(settings.targets) > 1:
            text = f"true would make the policy {len(settings.targets)} times; enable it elsewhere"
            yield path, text
        elif settings.file_of(*path) != f"config/{settings.environment}.yaml":
            yield path, "true would make the policy in every environment; move it to one's own file"


def _workspace_name(settings: Settings) -> Iterator[Mistake]:
    if not isinstance(settings.terraform.backend, CloudBackend) or settings.terraform.backend.workspace:
        return
    for index, target in enumerate(settings.targets):
        name = settings.names(target).named(target.label)
        if len(name) > LONGEST_WORKSPACE:
            text = f"its workspace would be {name!r}, over {LONGEST_WORKSPACE} characters; shorten its name"
            yield ("targets", index), text


def _log_fields(settings: Settings) -> Iterator[Mistake]:
    """A field that Logs Insights takes for a word of its own makes a query that it refuses."""
    for key, field in settings.backend.log.model_dump().items():
        if key.endswith("_field") and field.strip("[']").lower() in QUERY_WORDS:
            text = f"{field!r} is a word of Logs Insights queries; name the field otherwise in the logs"
            yield ("backend", "log", key), text


def _agents(settings: Settings) -> Iterator[Mistake]:
    """An agent's metrics lie where its alias does; an alarm elsewhere would never see them."""
    for name, agent in settings.bedrock.agents.items():
        _, _, _, region, account, *_ = (agent.alias_arn or ":::::").split(":")
        elsewhere = (
            target for target in settings.targets
            if agent.alias_arn and (region, account) != (target.region, target.account or account)
        )  # fmt: skip
        for target in list(elsewhere)[:1]:
            place = f"{target.region}, account {target.account}" if target.account else target.region
            text = f"lies in {region}, account {account}, and a target in {place}"
            yield ("bedrock", "agents", name, "alias_arn"), f"{text}; make an environment file for each place"


def _connection(settings: Settings) -> Iterator[Mistake]:
    """What the function reads and where it runs lies in one place; so does its target."""
    connection, path = settings.database.connection, ("database", "connection")
    _, partition, _, region, account, *_ = (connection.secret_arn or ":::::").split(":")
    for target in settings.targets:
        holder = facts.partition_of(target.region or FIRST_REGION).name
        place = (holder, target.region, target.account or account)
        if connection.secret_arn and (partition, region, account) != place:
            text = f"lies in {region}, account {account}, and a target in {target.region}"
            yield (*path, "secret_arn"), f"{text}; make an environment file for each place"
            break
    regions = {target.region for target in settings.targets}
    for key in ("vpc", "resource_id", "host"):
        if getattr(connection, key) and len(regions) > 1:
            text = f"is in one region, and the targets in {', '.join(sorted(map(str, regions)))}"
            yield (*path, key), f"{text}; make an environment file for each"


def _digest(settings: Settings) -> Iterator[Mistake]:
    """A local time that clocks jump over is skipped by the schedule on that day."""
    hour, minute = map(int, settings.digest.time.split(":"))
    zone = ZoneInfo(settings.digest.time_zone)
    start = datetime(2026, 1, 1, hour, minute, tzinfo=zone)
    for day in range(DAYS_LOOKED_AT):
        local = (start.replace(tzinfo=None) + timedelta(days=day)).replace(tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).time() != local.time():
            text = f"does not exist in {settings.digest.time_zone} on {local:%Y-%m-%d}: clocks jump over it"
            yield ("digest", "time"), f"{settings.digest.time!r} {text}; choose another"
            return


def _workspace(settings: Settings) -> Iterator[Mistake]:
    """Two stacks in one workspace would take turns in destroying each other."""
    backend, path = settings.terraform.backend, ("terraform", "backend", "workspace")
    if isinstance(backend, CloudBackend) and backend.workspace:
        if len(settings.targets) > 1:
            yield (
                path,
                f"{backend.workspace!r} would serve {len(settings.targets)} targets; take it out",
            )
        elif settings.file_of(*path) != f"config/{settings.environment}.yaml":
            text = f"{backend.workspace!r} would serve every environment; move it to one's own file"
            yield path, text


def _tags(settings: Settings) -> Iterator[Mistake]:
    for key in OWN_TAGS:
        if key in settings.tags.values:
            text = f"{settings.tags.values[key]!r} would be lost: the generator sets this tag; take it out"
            yield ("tags", "values", key), text


def _spellings(settings: Settings) -> Iterator[Mistake]:
    """Every resource gets the tags of config/; alarms, log groups and topics also get tags of their own."""
    spellings = {key.lower(): key for key in (*OWN_TAGS, *RESOURCE_TAGS)}
    for part in ("values", "required"):
        for key in getattr(settings.tags, part):
            same = spellings.setdefault(key.lower(), key)
            if same != key:
                text = f"differs from the tag {same} only in case, which IAM rejects during apply; use {same}"
                yield ("tags", part, key), text


_RELATIONS: tuple[tuple[set[str], Callable[[Settings], Iterator[Mistake]]], ...] = (
    ({"project", "lambda"}, _functions),
    ({"project", "targets"}, _roles),
    ({"project", "routes"}, _topics),
    ({"severities"}, _severities),
    ({"targets", "database"}, _connection),
    ({"database"}, authorities.problems),
    ({"digest"}, _digest),
    ({"business_metrics", "published_outside"}, _publishers),
    ({"project", "database"}, _database),
    ({"bedrock"}, _aliases),
    ({"targets"}, _targets),
    ({"targets", "tags"}, _tag_policy),
    ({"project", "targets", "terraform"}, _workspace_name),
    ({"backend"}, _log_fields),
    ({"targets", "bedrock"}, _agents),
    ({"targets", "terraform"}, _workspace),
    ({"tags"}, _tags),
    ({"tags"}, _spellings),
)
