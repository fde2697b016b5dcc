"""A stack of typed resources, read from synthesized JSON or from a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules.resources.kinds import FILLED_IN, typed
from modules.resources.views import Resource
from modules.terraform import stacks
from modules.terraform.plan import plan_resources, provider_setting, resources_before


@dataclass(frozen=True)
class Stack(stacks.Stack):
    """All resources of one stack, typed."""

    resources: tuple[Resource, ...]


def read_stack(stack: Mapping[str, Any]) -> Stack:
    """Return the resources of a synthesized cdk.tf.json."""
    return Stack(tuple(stacks.stack_resources(stack, typed)))


def read_plan(plan: Mapping[str, Any], *, hides_sensitive: bool = False) -> Stack:
    """Return the resources that exist once a plan, as `terraform show -json` prints it, is applied."""
    found = plan_resources(plan, typed, filled_in=FILLED_IN, hides_sensitive=hides_sensitive)
    return Stack(tuple(found))


def read_before(plan: Mapping[str, Any]) -> Stack:
    """Return the resources that are there before a plan, as `terraform show -json` prints it, is applied."""
    return Stack(tuple(resources_before(plan, typed)))


def region_of(plan: Mapping[str, Any]) -> str | None:
    """Return the region of a plan's AWS provider, where the configuration has it as plain text."""
    return provider_setting(plan, "aws", "region")
