"""What a plan costs a month, as a part of its review."""

from __future__ import annotations

from modules.resources.stacks import read_before, region_of
from modules.settings import Settings
from ops.cost import (
    Estimate,
    cents,
    difference,
    difference_as_json,
    estimate,
    markdown,
    over_budget,
    volumes_of,
)
from ops.cost.command import budget_of, cost_section
from ops.review.plans import Plan
from ops.review.sections import Section


def costs(settings: Settings, head: Plan, base: Plan | None) -> Section:
    """Before, after and the difference; over the environment's budget it fails the review.

    Raises
    ------
    ConfigError
        A volume in config/ is wrong.
    """
    given = cost_section(settings).get("volumes") or {}
    volumes = volumes_of(given, lambda name: settings.file_of("cost", "volumes", name))
    regions = [region_of(head.raw) or ""]
    after = estimate([head.stack], volumes, regions=regions)
    stack = base.stack if base else read_before(head.raw)
    found = difference(estimate([stack], volumes, regions=regions), after)
    return Section(
        key="costs",
        title="Costs",
        summary=f"{cents(after.total)} US dollars a month ({cents(found.total):+})",
        text=markdown(found, after),
        data=difference_as_json(found),
        failures=_failures(settings, after),
    )


def _failures(settings: Settings, after: Estimate) -> tuple[str, ...]:
    breach = over_budget(after, budget_of(settings), settings.environment)
    return () if breach is None else (f"{breach.found}; {breach.wanted} is the budget: {breach.fix}.",)
