"""Rules over plain Terraform: the same for what was synthesized and for what is planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.resources.stacks import Stack, read_plan, read_stack
from policies.context import Ceiling, Context, PublishedOutside, RetentionPolicy, Waiver
from policies.engine import REGISTRY, Rule
from policies.findings import Finding, Level, errors
from policies.registry import RULES
from policies.waivers import applied

__all__ = [
    "RULES",
    "Ceiling",
    "Context",
    "Finding",
    "Level",
    "PublishedOutside",
    "RetentionPolicy",
    "Rule",
    "Waiver",
    "check",
    "check_plan",
    "check_stack",
    "errors",
]


def check(stack: Mapping[str, Any], context: Context) -> tuple[Finding, ...]:
    """The findings on a synthesized cdk.tf.json, in order; those that are waived say by what."""
    return check_stack(read_stack(stack), context)


def check_plan(plan: Mapping[str, Any], context: Context) -> tuple[Finding, ...]:
    """The findings on a plan, as `terraform show -json` prints it."""
    return check_stack(read_plan(plan), context)


def check_stack(stack: Stack, context: Context) -> tuple[Finding, ...]:
    """The findings on a stack that was read before."""
    found = applied(REGISTRY.run(stack, context), context)
    return tuple(sorted(set(found), key=lambda finding: finding.order))
