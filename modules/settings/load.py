"""From files and environment variables to settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from modules.errors import ConfigError, Problem
from modules.naming import FIRST_REGION
from modules.settings.files import Tree, holds, lay_over, read
from modules.settings.models import Listeners, Routes, Settings, Target
from modules.settings.problems import describe
from modules.settings.text import Email, Region

BASE = "base.yaml"
FOLDER = "config"
LOCAL = "local"
# What pydantic adds to a path and no file has: the branch of a union, the key of a mapping.
_NOT_IN_FILES = {"[key]", "local", "s3", "cloud"}


def environments(directory: Path) -> tuple[str, ...]:
    """Every environment that has a file, except the one for an emulator."""
    found = {path.stem for path in directory.glob("*.yaml")} - {Path(BASE).stem, LOCAL}
    return tuple(sorted(found))


def load(names: tuple[str, ...], directory: Path, environ: Mapping[str, str]) -> tuple[Settings, ...]:
    """The settings of each named environment.

    Raises
    ------
    ConfigError
        With one problem per mistake, over all files.
    """
    problems: list[Problem] = []
    loaded = []
    for name in dict.fromkeys(names):
        try:
            loaded.append(_load_one(name, directory, environ))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return tuple(loaded)


def _load_one(name: str, directory: Path, environ: Mapping[str, str]) -> Settings:
    if not (directory / f"{name}.yaml").is_file():
        known = ", ".join((*environments(directory), LOCAL))
        raise ConfigError([Problem("ENV", "", f"{name!r} has no file {FOLDER}/{name}.yaml; known: {known}")])
    trees, problems = [], []
    for file in (BASE, f"{name}.yaml"):
        try:
            trees.append(read(directory / file, f"{FOLDER}/{file}"))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return assemble(name, trees[0], trees[1], environ)


def assemble(name: str, base: Tree, top: Tree, environ: Mapping[str, str]) -> Settings:
    """The settings that an environment's own tree over the base makes.

    Raises
    ------
    ConfigError
        With one problem per mistake.
    """
    problems = []
    for file, tree in ((BASE, base), (f"{name}.yaml", top)):
        if "environment" in tree:
            text = "unknown key; the environment is the file's name, so take it out"
            problems.append(Problem(f"{FOLDER}/{file}", "environment", text))
    settings = _validate(name, base, top, problems)
    return _with_environ(settings, environ)


def _validate(name: str, base: Tree, top: Tree, problems: list[Problem]) -> Settings:
    try:
        settings = Settings.model_validate(lay_over(base, top) | {"environment": name})
    except ValidationError as error:
        for detail in error.errors():
            keys = tuple(str(key) for key in detail["loc"] if key not in _NOT_IN_FILES)
            file = f"{name}.yaml" if not holds(base, keys) or holds(top, keys) else BASE
            problems.append(Problem(f"{FOLDER}/{file}", _dotted(detail["loc"]), describe(detail, Settings)))
        raise ConfigError(problems) from None
    if problems:
        raise ConfigError(problems)
    settings._own_keys = top
    return settings


def _dotted(path: tuple[Any, ...]) -> str:
    text = ""
    for key in path:
        if key in _NOT_IN_FILES:
            continue
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def _with_environ(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """AWS_REGION where a target names no region, SNS_EMAIL where a route names no address."""
    region = _variable(environ, "AWS_REGION", Region) or FIRST_REGION
    targets = tuple(
        target if target.region else target.model_copy(update={"region": region}) for target in settings.targets
    )
    _refuse_doubled(settings.environment, targets)
    _refuse_agents_elsewhere(settings, targets)
    email = _variable(environ, "SNS_EMAIL", Email)
    return settings.model_copy(update={"targets": targets, "routes": _joined(settings.routes, email)})


def _variable(environ: Mapping[str, str], name: str, kind: Any) -> str | None:
    value = environ.get(name, "").strip()
    if not value:
        return None
    try:
        checked: str = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise ConfigError([Problem(name, "", describe(error.errors()[0], Settings))]) from None
    return checked


def _joined(routes: Routes, email: str | None) -> Routes:
    if email is None:
        return routes
    listeners = Listeners(emails=(email,))
    empty = [name for name in ("critical", "warning", "delivery") if not getattr(routes, name).emails]
    return routes.model_copy(update=dict.fromkeys(empty, listeners))


def _refuse_doubled(environment: str, targets: tuple[Target, ...]) -> None:
    seen: set[tuple[str | None, str | None]] = set()
    for index, target in enumerate(targets):
        place = (target.region, target.account)
        if place in seen:
            text = f"{target.region} in the same account stands twice; take one out"
            raise ConfigError([Problem(f"{FOLDER}/{environment}.yaml", f"targets[{index}]", text)])
        seen.add(place)


def _refuse_agents_elsewhere(settings: Settings, targets: tuple[Target, ...]) -> None:
    """An agent's metrics lie where its alias does; an alarm elsewhere would never see them."""
    problems = []
    for name, agent in settings.bedrock.agents.items():
        _, _, _, region, account, *_ = (agent.alias_arn or ":::::").split(":")
        for target in targets:
            if agent.alias_arn and (region != target.region or account != (target.account or account)):
                text = (
                    f"lies in {region}, account {account}, and a target in {target.region}"
                    f"{f', account {target.account}' if target.account else ''}; "
                    "make an environment file for each place"
                )
                keys = ("bedrock", "agents", name, "alias_arn")
                problems.append(Problem(settings.file_of(*keys), ".".join(keys), text))
    if problems:
        raise ConfigError(problems)
