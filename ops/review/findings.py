"""What the policies say of a plan."""

from __future__ import annotations

from dataclasses import replace

from ops.review.plans import Plan
from policies import RULES, Finding, check_stack
from policies.context import Context, RetentionPolicy
from policies.engine import inputs
from policies.findings import Findings

# Rules that take one of these need the configuration, which a foreign plan does not come with.
_CONFIGURED = (Context, RetentionPolicy, Findings)
_MADE = ("create", "update")


def findings(plan: Plan, context: Context) -> tuple[Finding, ...]:
    """All findings on a plan of this project, with its waivers."""
    return check_stack(plan.stack, context)


def advice(plan: Plan, context: Context) -> tuple[Finding, ...]:
    """What the rules that need no configuration say of what a foreign plan makes or changes.

    The rules are this project's conventions, so for others they are advice and stop nothing.
    """
    made = {item["address"] for item in plan.resource_changes if {*_MADE} & {*item["change"]["actions"]}}
    rules = (one for one in RULES.values() if not {*_CONFIGURED} & {*one.parameters.values()})
    provided = inputs(plan.stack, context)
    found = {finding for one in rules for finding in one.run(provided, Findings())}
    return tuple(sorted((one for one in found if one.address in made), key=lambda one: one.order))


def same_but_place(finding: Finding) -> Finding:
    """The finding without its address, to tell those that say the same."""
    return replace(finding, address="")
