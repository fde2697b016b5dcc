"""What a plan starts from, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.resources.kinds import typed
from modules.resources.stacks import Stack
from modules.resources.views import Resource
from modules.terraform.values import as_map, as_text, blocks


def read_before(plan: Mapping[str, Any]) -> Stack:
    """The resources that are there before a plan, as `terraform show -json` prints it, is applied."""
    return Stack(tuple(_before(as_map(plan))))


def region_of(plan: Mapping[str, Any]) -> str | None:
    """The region of a plan's AWS provider, where the configuration says it in plain words."""
    providers = as_map(as_map(plan.get("configuration")).get("provider_config"))
    expressions = as_map(as_map(providers.get("aws")).get("expressions"))
    return as_text(as_map(expressions.get("region")).get("constant_value"))


def _before(plan: Mapping[str, Any]) -> Iterator[Resource]:
    for item in blocks(plan.get("resource_changes")):
        values = as_map(item.get("change")).get("before")
        replaced_before = "deposed" in item  # what an earlier apply failed to delete
        managed = item.get("mode", "managed") == "managed"
        if managed and not replaced_before and isinstance(values, Mapping):
            yield typed(str(item.get("type")), str(item.get("address")), as_map(values))
