"""`python -m ops cost`: what an environment's monitoring costs in a month."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from modules.catalog import every_target
from modules.resources.stacks import read_stack
from modules.settings import Settings, load
from ops.cost.budgets import cents, over_budget
from ops.cost.configs import volumes_of
from ops.cost.estimate import Estimate, estimate
from ops.cost.jsons import estimate_as_json
from ops.cost.texts import table

CONFIG = Path(__file__).parents[2] / "config"


def cost(
    *,
    env: Annotated[str, typer.Option(help="The environment, as its file in config/ is called.")],
    free_tier: Annotated[
        bool, typer.Option("--free-tier", help="Take off what every account has free each month.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Estimate what an environment's monitoring costs in a month, and say what that rests on."""
    (settings,) = load((env,), CONFIG, os.environ)
    stacks, found = estimated(settings, free_tier=free_tier)
    shown = (
        json.dumps(_json(settings, stacks, found), indent=2) if as_json else _text(settings, stacks, found)
    )
    typer.echo(shown)


def estimated(settings: Settings, *, free_tier: bool = False) -> tuple[tuple[str, ...], Estimate]:
    """The names of an environment's stacks, and what they cost together.

    Raises
    ------
    ConfigError
        A volume in config/ is wrong.
    """
    section = cost_section(settings)
    volumes = volumes_of(
        section.get("volumes") or {}, lambda volume: settings.file_of("cost", "volumes", volume)
    )
    named = {monitoring.stack: (settings, monitoring) for _, monitoring in every_target((settings,))}
    from modules.synthesis import terraform  # cdktf takes a second to import: mistakes are told first

    with tempfile.TemporaryDirectory(prefix="cost-") as folder:
        stacks = terraform(named, Path(folder))
    regions = [target.region or "" for target in settings.targets]
    found = estimate(map(read_stack, stacks.values()), volumes, regions=regions, free_tier=free_tier)
    return tuple(stacks), found


def cost_section(settings: Settings) -> Mapping[str, Any]:
    """What config/ says about cost; nothing where it says nothing."""
    return settings.model_dump(include={"cost"}).get("cost") or {}


def _text(settings: Settings, stacks: tuple[str, ...], found: Estimate) -> str:
    head = f"{settings.environment}: {', '.join(stacks)}; US dollars a month"
    breach = over_budget(found, budget_of(settings), settings.environment)
    return "\n".join((head, "", table(found), *([] if breach is None else ["", str(breach)])))


def _json(settings: Settings, stacks: tuple[str, ...], found: Estimate) -> dict[str, Any]:
    """The estimate with what it is about: `environment`, `stacks`, and the `budget` or null."""
    budget = budget_of(settings)
    about = {"environment": settings.environment, "stacks": list(stacks)}
    return about | {"budget": None if budget is None else str(cents(budget))} | estimate_as_json(found)


def budget_of(settings: Settings) -> Decimal | None:
    """US dollars that the environment may cost in a month, if config/ says so."""
    budget = cost_section(settings).get("budget_usd_per_month")
    return None if budget is None else Decimal(str(budget))
