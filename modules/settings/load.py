"""From files and environment variables to settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from modules.errors import ConfigError, Problem
from modules.naming import FIRST_REGION
from modules.settings.files import Keys, Tree, holds, lay_over, parse
from modules.settings.models import Settings, Target
from modules.settings.problems import counts, describe, dotted, place, shown
from modules.settings.relations import broken
from modules.settings.routes import Routes
from modules.settings.text import Email, Region, Slug

BASE = "base.yaml"
FOLDER = "config"
LOCAL = "local"


def environments(directory: Path) -> tuple[str, ...]:
    """Every environment that has a file, except the one for an emulator."""
    found = {path.stem for path in directory.glob("*.yaml") if not path.name.startswith(".")}
    return tuple(sorted(found - {Path(BASE).stem, LOCAL}))


def load(names: tuple[str, ...], directory: Path, environ: Mapping[str, str]) -> tuple[Settings, ...]:
    """The settings of each named environment.

    Raises
    ------
    ConfigError
        With one problem per mistake, over all files.
    """
    if not names:
        raise ConfigError([Problem(f"{FOLDER}/", "", f"holds no environment; create {FOLDER}/prod.yaml")])
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
    known = (*environments(directory), LOCAL)
    problems: list[Problem] = []
    if name not in known:
        text = f"{shown(name)} is not an environment; known: {', '.join(known)}"
        raise ConfigError([Problem("ENV", "", text)])
    if _checked(f"{FOLDER}/", name, Slug, problems) is None:
        raise ConfigError([Problem(one.file, one.path, f"{one.text}; rename its file") for one in problems])
    trees = []
    for file in (BASE, f"{name}.yaml"):
        try:
            tree, mistakes = parse(directory / file, f"{FOLDER}/{file}")
            trees.append(tree)
            problems += mistakes
        except ConfigError as error:
            problems += error.problems
    if len(trees) < 2:  # noqa: PLR2004  (one of the two cannot be read)
        raise ConfigError(problems)
    return assemble(name, trees[0], trees[1], environ, problems)


def assemble(
    name: str, base: Tree, top: Tree, environ: Mapping[str, str], known: Sequence[Problem] = ()
) -> Settings:
    """The settings that an environment's own tree over the base makes.

    Parameters
    ----------
    name
        The environment.
    base, top
        What base.yaml and the environment's own file hold.
    environ
        The environment variables.
    known
        Problems found before, to be told together with those found here.

    Raises
    ------
    ConfigError
        With one problem per mistake.
    """
    problems = list(known)
    for file, tree in ((BASE, base), (f"{name}.yaml", top)):
        if "environment" in tree:
            text = "unknown key; the environment is the file's name, so take it out"
            problems.append(Problem(f"{FOLDER}/{file}", "environment", text))
    settings, usable = _validated(name, base, top, problems)
    settings = _with_environ(settings, usable, environ, problems)
    for keys, text in broken(settings, usable):
        problems.append(Problem(settings.file_of(*keys), dotted(keys), text))
    if problems:
        raise ConfigError(problems)
    return settings


def _validated(name: str, base: Tree, top: Tree, problems: list[Problem]) -> tuple[Settings, set[str]]:
    """The settings as far as they are right, and the names of the sections that are."""
    sections = {field.alias or key for key, field in Settings.model_fields.items()}
    good: dict[str, Any] = {}
    try:
        settings = Settings.model_validate(_merged(base, top) | {"environment": name}, context=good)
    except ValidationError as error:
        for detail in filter(counts, error.errors()):
            keys = place(detail)
            file = f"{FOLDER}/{_file(name, base, top, keys)}"
            problems.append(Problem(file, dotted(keys), describe(detail, Settings)))
            sections.discard(str(detail["loc"][0]))
        settings = Settings.model_construct(**good)
    settings._own_keys = top
    return settings, sections


def _merged(base: Tree, top: Tree) -> Tree:
    """The trees over each other; a backend of another type replaces, for its keys mean nothing here."""
    merged: Tree = lay_over(base, top)
    kinds = [_backend(tree).get("type") for tree in (base, top)]
    if None not in kinds and kinds[0] != kinds[1]:
        merged["terraform"] = merged["terraform"] | {"backend": _backend(top)}
    return merged


def _backend(tree: Tree) -> Tree:
    keys = ("terraform", "backend")
    found = tree["terraform"]["backend"] if holds(tree, keys) else None
    return found if isinstance(found, dict) else {}


def _file(name: str, base: Tree, top: Tree, keys: Keys) -> str:
    """The file to mend: the one that holds the value, or the section that lacks it."""
    own = f"{name}.yaml"
    if holds(top, keys):
        return own
    return own if keys[:-1] and holds(top, keys[:-1]) and not holds(base, keys) else BASE


def _with_environ(
    settings: Settings, usable: set[str], environ: Mapping[str, str], problems: list[Problem]
) -> Settings:
    """AWS_REGION where a target names no region, SNS_EMAIL where a route names no address."""
    changes: dict[str, Any] = {}
    email = _checked("SNS_EMAIL", environ.get("SNS_EMAIL", "").strip(), Email, problems)
    if "targets" in usable and any(target.region is None for target in settings.targets):
        value = environ.get("AWS_REGION", "").strip()
        region = _checked("AWS_REGION", value or FIRST_REGION, Region, problems)
        if region is None:
            usable.discard("targets")
        changes["targets"] = tuple(_placed(target, region) for target in settings.targets)
    if "routes" in usable and email is not None:
        changes["routes"] = _joined(settings.routes, email)
    return settings.model_copy(update=changes)


def _placed(target: Target, region: str | None) -> Target:
    return target if target.region else target.model_copy(update={"region": region})


def _checked(source: str, value: str, kind: Any, problems: list[Problem]) -> str | None:
    """The text if it is of a kind; empty text is none."""
    if not value:
        return None
    try:
        checked: str = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        problems.append(Problem(source, "", describe(error.errors()[0], Settings)))
        return None
    return checked


def _joined(routes: Routes, email: str) -> Routes:
    """The address on every route that has none."""
    parts = {name: getattr(routes, name) for name in Routes.model_fields}
    return routes.model_copy(
        update={
            name: part.model_copy(update={"emails": (email,)})
            for name, part in parts.items()
            if not part.emails
        }
    )
