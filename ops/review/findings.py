"""What the policies say of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ops.review.marks import either, is_marked
from ops.review.plans import Plan
from ops.review.values import mapping
from policies import RULES, Finding, check_plan
from policies.context import Context, RetentionPolicy
from policies.findings import Findings
from policies.plan import read_plan

# Rules that take one of these need the configuration, which a foreign plan does not come with.
_CONFIGURED = (Context, RetentionPolicy, Findings)
_MADE = ("create", "update")


def findings(plan: Plan, context: Context) -> tuple[Finding, ...]:
    """All findings on a plan of this project, with its waivers."""
    return check_plan(without_secrets(plan.raw), context)


def advice(plan: Plan, context: Context) -> tuple[Finding, ...]:
    """What the rules that need no configuration say of what a foreign plan makes or changes.

    The rules are this project's conventions, so for others they are advice and stop nothing.
    """
    made = {item["address"] for item in plan.resource_changes if {*_MADE} & {*item["change"]["actions"]}}
    stack = read_plan(without_secrets(plan.raw))
    rules = (one for one in RULES.values() if not {*_CONFIGURED} & {*one.parameters.values()})
    found = {finding for one in rules for finding in one.run(stack, context, Findings())}
    return tuple(sorted((one for one in found if one.address in made), key=lambda one: one.order))


def without_secrets(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan with sensitive values unknown, so that no rule can repeat them."""
    return {**plan, "resource_changes": [_hidden(item) for item in plan.get("resource_changes") or ()]}


def _hidden(item: Mapping[str, Any]) -> Mapping[str, Any]:
    change = item["change"]
    marks = change.get("after_sensitive")
    if not is_marked(marks):
        return item
    names = mapping(change.get("after"))
    marks = dict.fromkeys(names, True) if marks is True else marks
    return {**item, "change": {**change, "after_unknown": either(change.get("after_unknown"), marks)}}


def same_but_place(finding: Finding) -> Finding:
    """The finding without its address, to tell those that say the same."""
    return replace(finding, address="")
