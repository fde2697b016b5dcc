"""What both engines say of a plan, in the same words: rule, address, and whether a waiver accepts it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from modules.resources.permissions import is_conditional
from policies import Context, Waiver, check_plan
from tests.builders import TODAY
from tests.opa.engine import Engine
from tests.policies.stacks import good_context

Tree = dict[str, Any]
Mark = tuple[str, str, bool]

GOOD = "good-stack"
GOOD_CONTEXT = good_context(today=TODAY)
NOON = f"{TODAY}T12:00:00Z"
# The ends of a year and of February, a leap day, the days of a change of the clocks, and any other day.
DAYS = (
    TODAY,
    *(date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2028, 2, 29)),
    *(date(2027, 3, 14), date(2027, 3, 28), date(2027, 10, 31), date(2027, 11, 7)),
)


def waived_until(day: date) -> str:
    """Return the name of the workspace with a waiver that expires on a day."""
    return f"waived-until-{day}"


# By workspace.
WAIVERS = {
    waived_until(day): Waiver(
        rule="MON-RET-001", address="aws_cloudwatch_log_group.*", reason="audit", expires=day
    )
    for day in DAYS
}
# Waivers that accept something else than the log group that expires too late or never.
OTHERS = {
    f"waived-for-another-{what}": replace(WAIVERS[waived_until(TODAY)], **{what: text})
    for what, text in {"rule": "MON-RET-002", "address": "aws_cloudwatch_log_group.other*"}.items()
}
# By policy of policies.hcl: the rules that it enforces.
RULES = {
    "alarms": (
        *("MON-ACT-001", "MON-ACT-002", "MON-ACT-003", "MON-ACT-004", "MON-ALM-001", "MON-ALM-002"),
        *("MON-EVL-001", "MON-MNT-001", "MON-MNT-002", "MON-THR-003"),
    ),
    "delivery": (
        *("MON-KEY-001", "MON-KEY-003", "MON-KEY-004", "MON-KEY-005"),
        *("MON-QUE-001", "MON-QUE-002", "MON-QUE-003", "MON-QUE-008", "MON-SUB-001", "MON-SUB-004"),
        *("MON-SUB-005", "MON-TOP-003", "MON-TOP-007"),
    ),
    "functions": ("MON-FUN-001", "MON-FUN-002", "MON-IAM-001"),
    "logs": ("MON-RET-001", "MON-RET-002", "MON-RET-003"),
    "tags": ("MON-TAG-001", "MON-TAG-002"),
}
COVERED = {rule for rules in RULES.values() for rule in rules}


@dataclass(frozen=True)
class Judge:
    """The policies in Rego."""

    engine: Engine

    def marks(self, plan: Tree, workspace: str = GOOD, created: str = NOON) -> set[Mark]:
        """Return what they find in a run of this time."""
        found = self.engine(asked(plan, workspace, created), "audit/marks")
        return {(one["rule"], one["address"], one["accepted"]) for one in found}

    def refused(self, plan: Tree, workspace: str = GOOD) -> dict[str, int]:
        """How many messages each policy has."""
        found: dict[str, int] = self.engine(asked(plan, workspace), "audit/refused")
        return found

    def messages(self, policy: str, given: Tree) -> list[str]:
        """What one policy says of a whole input."""
        found: list[str] = self.engine(given, f"monitoring/{policy}/deny")
        return found


def asked(plan: Tree, workspace: str, created: Any = NOON) -> Tree:
    """A plan as HCP Terraform hands it to its policies."""
    run = {"workspace": {"name": workspace}, "created_at": created}
    return {"plan": plain(plan), "run": run}


def python_marks(plan: Tree, context: Context = GOOD_CONTEXT) -> set[Mark]:
    """What the policies in Python find of the rules that both have."""
    resources = planned_resources(root_of(plan))
    mathematical = {one["address"] for one in resources if one["values"].get("metric_query")}
    return {
        (found.rule, found.address, found.waived_by is not None)
        for found in check_plan(plan, context)
        if found.rule in COVERED
        and not (found.rule == "MON-THR-003" and found.address in mathematical)
        and not (found.rule == "MON-KEY-001" and is_conditional(found.found))
    }


def root_of(plan: Tree) -> Tree:
    """The module that holds all others."""
    found: Tree = plan["planned_values"]["root_module"]
    return found


def planned_resources(module: Tree) -> list[Tree]:
    """The resources that a plan will make in a module and in those that this calls."""
    below = [one for child in module.get("child_modules", ()) for one in planned_resources(child)]
    return [*module.get("resources", ()), *below]


def plain(value: Any) -> Any:
    """What JSON can say: Terraform prints no NaN."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
