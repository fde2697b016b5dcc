"""A stack of typed resources, read from synthesized JSON or from a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules.resources.kinds import FILLED_IN, KEPT, typed
from modules.resources.views import Resource
from modules.terraform import stacks
from modules.terraform.plan import plan_providers, plan_resources, provider_setting, resources_before
from modules.terraform.resources import Resource as TerraformResource
from modules.terraform.values import as_list, as_text


@dataclass(frozen=True)
class Stack(stacks.Stack):
    """All resources of one stack, typed."""

    resources: tuple[Resource, ...]
    region: str | None = None
    account: str | None = None

    def region_of(self, resource: TerraformResource) -> str | None:
        """Return the Region of a resource, where it is known: its own argument before the provider's."""
        return self.region if resource.get("region") is None else resource.text("region")


def read_stack(stack: Mapping[str, Any]) -> Stack:
    """Return the resources of a synthesized cdk.tf.json."""
    return Stack(tuple(stacks.stack_resources(stack, typed)), *_place(stacks.stack_providers(stack, "aws")))


def read_plan(plan: Mapping[str, Any], *, hides_sensitive: bool = False) -> Stack:
    """Return the resources that exist once a plan, as `terraform show -json` prints it, is applied."""
    found = tuple(
        plan_resources(plan, typed, filled_in=FILLED_IN, kept=KEPT, hides_sensitive=hides_sensitive)
    )
    region, account = _place(plan_providers(plan, "aws"))
    return Stack(found, region or _common(found, 3), account or _common(found, 4))


def _place(providers: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """Return Region and account from the arguments of the provider, where there is exactly one."""
    provider = providers[0] if len(providers) == 1 else {}
    accounts = as_list(provider.get("allowed_account_ids"))
    return as_text(provider.get("region")), as_text(accounts[0]) if len(accounts) == 1 else None


def _common(found: Sequence[Resource], part: int) -> str | None:
    """Return one part of an ARN, where it is the same in all ARNs that are known."""
    arns = [arn.split(":") for resource in found if (arn := resource.text("arn"))]
    parts = {fields[part] for fields in arns if len(fields) > part} - {""}
    return parts.pop() if len(parts) == 1 else None


def read_before(plan: Mapping[str, Any]) -> Stack:
    """Return the resources that are there before a plan, as `terraform show -json` prints it, is applied."""
    return Stack(tuple(resources_before(plan, typed)))


def region_of(plan: Mapping[str, Any]) -> str | None:
    """Return the region of a plan's AWS provider, where the configuration has it as plain text."""
    return provider_setting(plan, "aws", "region")
