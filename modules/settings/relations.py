"""What sections have to say together: names told apart, places that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from modules.naming import Names
from modules.settings.choices import CloudBackend
from modules.settings.files import Keys
from modules.settings.models import Settings

LONGEST_FUNCTION_NAME = 64
LONGEST_DATABASE_IDENTIFIER = 63
OWN_TAGS = ("Environment", "ManagedBy", "Project")

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
    seen: set[tuple[str | None, str | None]] = set()
    for index, target in enumerate(settings.targets):
        place = (target.region, target.account)
        if place in seen:
            yield ("targets", index), f"{target.region} in the same account stands twice; take one out"
        seen.add(place)


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


_RELATIONS: tuple[tuple[set[str], Callable[[Settings], Iterator[Mistake]]], ...] = (
    ({"project", "lambda"}, _functions),
    ({"project", "database"}, _database),
    ({"bedrock"}, _aliases),
    ({"targets"}, _targets),
    ({"targets", "bedrock"}, _agents),
    ({"targets", "terraform"}, _workspace),
    ({"tags"}, _tags),
)
