"""`python -m ops adopt`: what exists in an account already, and how Terraform takes it over.

Exit status 0: everything was looked at, and nothing has to be done by hand before the first apply;
1: something could not be looked at, stands in the way, or has to be decided; 2: nothing could be looked at.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from modules.catalog import monitoring as everything
from modules.errors import ToolError
from modules.naming import Names
from modules.settings import Settings, Target, environments, load
from modules.spec.system import Monitoring

ROOT = Path(__file__).parents[2]
CONFIG, OUT = ROOT / "config", ROOT / "cdktf.out"
LOCAL = "local"
EXIT_UNFINISHED = 1


def adopt(
    *,
    env: Annotated[str, typer.Option(help="The environment, as its file in config/ is called.")],
    target: Annotated[
        str | None, typer.Option(help="The target, by its name or region; needed if there are several.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the import blocks go, instead of the stack's folder.")
    ] = None,
) -> None:
    """Look into the account for what exists already, and write how Terraform takes it over. Only reads."""
    (settings,) = load((env,), CONFIG, os.environ)
    chosen = the_target(settings, target)
    monitoring = everything(settings, chosen)
    from ops.adopt.accounts import Account  # what follows asks AWS: mistakes are told first
    from ops.adopt.adoption import adoption
    from ops.adopt.gathering import gather
    from ops.adopt.imports import write
    from ops.adopt.reports import report
    from ops.adopt.wanted import Wanted

    account = Account.found(monitoring.place.region)
    place = account.place()
    refuse_another(settings, chosen, place.number)
    stack = synthesized(settings, monitoring)
    path = out or imports_file(OUT, settings, monitoring, stack)
    wanted = Wanted(stack, place, monitoring.prefix, other_prefixes(settings, monitoring))
    found = adoption(wanted, gather(account, wanted), topic_chosen=topic_name(settings) is not None)
    write(path, found.imported)
    print(report(found, settings.environment, monitoring.stack, _shown(path)))
    if found.needs_a_person:
        raise typer.Exit(EXIT_UNFINISHED)


def the_target(settings: Settings, name: str | None) -> Target:
    """The target that a name means; the only one without.

    Raises
    ------
    ToolError
        There is no such target, or a choice.
    """
    labels = [target.label for target in settings.targets]
    file, known = settings.file_of("targets"), ", ".join(labels)
    if name is None and len(labels) > 1:
        raise ToolError(f"{file}: targets: there are {len(labels)}; choose one with --target: {known}")
    found = [target for target in settings.targets if name is None or target.label == name]
    if not found:
        raise ToolError(f"--target: {name} is no target of {settings.environment}; known: {known}")
    return found[0]


def refuse_another(settings: Settings, target: Target, number: str) -> None:
    """Refuse an account that is not the target's.

    Raises
    ------
    ToolError
        The credentials are another account's.
    """
    if target.account in (None, number):
        return
    place = settings.targets.index(target)
    where = f"{settings.file_of('targets')}: targets[{place}].account"
    raise ToolError(f"{where}: {target.account}, but these credentials are of {number}; use the other's")


def topic_name(settings: Settings) -> str | None:
    """How configuration says that the critical topic is called; `None` if it leaves that to the names."""
    return getattr(settings.routes.critical, "topic_name", None)


def other_prefixes(settings: Settings, monitoring: Monitoring) -> tuple[str, ...]:
    """What the names of the other environments begin with."""
    known = {*environments(CONFIG), LOCAL} - {settings.environment}
    region = monitoring.place.region
    return tuple(sorted(Names(settings.project, name, region).prefix for name in known))


def synthesized(settings: Settings, monitoring: Monitoring) -> Mapping[str, Any]:
    """The stack's Terraform."""
    from modules.synthesis import terraform  # cdktf takes a second to import

    with tempfile.TemporaryDirectory(prefix="adopt-") as folder:
        return dict(terraform({monitoring.stack: (settings, monitoring)}, Path(folder))[monitoring.stack])


def imports_file(out: Path, settings: Settings, monitoring: Monitoring, stack: Mapping[str, Any]) -> Path:
    """Where the import blocks go: beside the very stack that they are for.

    Raises
    ------
    ToolError
        What was synthesized is not what configuration says now.
    """
    from modules.synthesis import STACK_FILE
    from ops.adopt.imports import FILE

    folder = out / "stacks" / monitoring.stack
    mend = f"run `make synth ENV={settings.environment}` first, with the same environment variables"
    try:
        there = json.loads((folder / STACK_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        raise ToolError(f"{_shown(folder)} holds no stack: {mend}, or use --out") from None
    if there != stack:
        raise ToolError(f"{_shown(folder)} is not what configuration says now: {mend}, or use --out")
    return folder / FILE


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
