"""`python -m ops review PLAN.json`: reads the plan and the configuration, prints the review.

Exit status 0: fine; 1: a weakening that nobody accepted, a policy of level error, or another part that
fails; 2: the input cannot be used.

A plan is this project's own if its resources carry the tags that the generator sets, for an environment
that has a file in config/; or if ``--env`` says so. Then every policy holds, with the waivers of that
environment. Any other plan is foreign: the rules that need nothing from config/ look at what it makes
and changes, and what they say is advice, which stops nothing.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from modules.catalog import every_target
from modules.errors import ToolError
from modules.policy_context import policy_context
from modules.resources.stacks import region_of
from modules.semantics.secrets import masked
from modules.settings import Settings, environments, load
from modules.settings.files import read as read_yaml
from modules.settings.reviews import AcceptedChange
from modules.spec.system import Monitoring
from modules.terraform.plan_files import PlanError
from modules.terraform.values import as_map
from ops.review.acceptances import Acceptance, unspent
from ops.review.costs import costs
from ops.review.findings import advice, findings
from ops.review.json_report import as_json
from ops.review.markdown import markdown
from ops.review.plans import Plan, read
from ops.review.review import Review, review
from ops.review.sections import Section
from ops.review.world import tags_of
from policies.context import Context

CONFIG = Path(__file__).parents[2] / "config"
EXIT_FAILED = 1
MADE_BY = "cdktf"
LOCAL = "local"

SectionOf = Callable[[Plan, Plan | None], Section]


class Format(StrEnum):
    """How the review is printed."""

    MARKDOWN = "markdown"
    JSON = "json"


_WRITERS: Mapping[Format, Callable[[Review], str]] = {Format.MARKDOWN: markdown, Format.JSON: as_json}


def command(
    plan: Annotated[Path, typer.Argument(help="What `terraform show -json PLANFILE` printed.")],
    base: Annotated[
        Path | None, typer.Option(help="The plan of the base; both against an empty state.")
    ] = None,
    env: Annotated[str | None, typer.Option(help="The environment; else the plan's tags say it.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="For people, or for programs.")
    ] = Format.MARKDOWN,
    spent: Annotated[
        Path | None,
        typer.Option(help="A configuration file whose `accepted` was for changes before this one."),
    ] = None,
) -> None:
    """Say what a plan does to the monitoring, most serious first."""
    # The plan is one large tree without circles, and the process ends with it.
    gc.disable()
    today = datetime.now(UTC).date()
    try:
        found = run(
            plan, base=base, environment=env, environ=os.environ, today=today, config=CONFIG, spent=spent
        )
    except RecursionError:
        raise PlanError(f"{masked(str(plan))}: is nested too deeply for a plan") from None
    print(_WRITERS[format_](found), end="")
    if found.failed:
        raise typer.Exit(EXIT_FAILED)


def run(
    path: Path,
    *,
    base: Path | None = None,
    environment: str | None = None,
    environ: Mapping[str, str],
    today: date,
    config: Path,
    spent: Path | None = None,
    accepted: Sequence[Acceptance] = (),
    sections: Sequence[SectionOf] = (),
) -> Review:
    """Read the plans and review them.

    Parameters
    ----------
    environment
        The environment by name; `None` leaves it to the plan's tags.
    environ, today, config
        The environment variables, the date and the folder that the settings and waivers come from.
    spent
        A configuration file: an entry of config/ that its `accepted` holds, too, does not count.
    accepted
        Weakenings that are meant, beside those in config/.
    sections
        Makers of further parts beside the costs; each gets both plans.

    Raises
    ------
    PlanError
        A plan cannot be used.
    ConfigError
        The configuration cannot be used.
    """
    head = read(path)
    other = None if base is None else read(base)
    name = environment or environment_of(head, config) or (environment_of(other, config) if other else None)
    own = None if name is None else _own(head, name, config, environ)
    context = policy_context(*own, today) if own else None
    meant = unspent(_acceptances(own[0].accepted), _spent(spent) if spent else ()) if own else ()
    makers: list[SectionOf] = [*([partial(costs, own[0])] if own else []), *sections]
    return review(
        head,
        base=other,
        accepted=(*accepted, *meant),
        findings=findings(head, context) if context else None,
        advice=() if context else advice(head, _foreign(today)),
        notes=() if context else (_FOREIGN,),
        sections=[make(head, other) for make in makers],
    )


_FOREIGN = (
    "This plan is not known as one of this project (its tags name no environment here, and `--env` is not "
    "given): policies are only advice."
)


def _acceptances(entries: Sequence[AcceptedChange]) -> list[Acceptance]:
    return [Acceptance(**dict(one)) for one in entries]


def _spent(path: Path) -> list[Acceptance]:
    """The acceptances in one file of a configuration."""
    entries = read_yaml(path, str(path)).get("accepted", [])
    try:
        return _acceptances(TypeAdapter(list[AcceptedChange]).validate_python(entries))
    except ValidationError:
        wanted = "is no list of address, old, new, reason and aspect; take the file from config/ of the base"
        raise ToolError(f"{path}: accepted: {wanted}") from None


def environment_of(plan: Plan, config: Path) -> str | None:
    """The environment that the tags of a plan name, if it has a file here."""
    known = {*environments(config), LOCAL}
    for item in plan.resource_changes:
        for side in ("after", "before"):
            tags = tags_of(as_map(item["change"].get(side)))
            if tags.get("ManagedBy") == MADE_BY and tags.get("Environment") in known and tags.get("Project"):
                return str(tags["Environment"])
    return None


def _own(
    plan: Plan, environment: str, config: Path, environ: Mapping[str, str]
) -> tuple[Settings, Monitoring]:
    """The target that a plan is for: the first in the plan's region."""
    region = region_of(plan.raw)
    targets = every_target(load((environment,), config, environ))
    return next((one for one in targets if one[1].place.region == region), targets[0])


def _foreign(today: date) -> Context:
    return Context(environment="", today=today, minimum_retention_days=1, required_tags={})
