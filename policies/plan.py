"""Plain resources out of a plan, as `terraform show -json` prints it.

The plan says what will be; the configuration in it says what that is made of. Only what the
configuration sets is read, so that a provider's defaults do not pass for choices. What the plan does
not know yet is read as it stands in the configuration, with its references; where that was not written
in JSON the plan lists the references alone, and it becomes `Unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.expressions import references_of, value_of
from policies.kinds import made
from policies.resources import Resource
from policies.stacks import Stack, place_of
from policies.values import INDEX, as_list, as_map, as_text, blocks

# What Terraform works out and the rules want to know: who a resource is, and all of its tags.
COMPUTED = ("arn", "id", "tags_all")
# The same by type, for what may have been set outside of the configuration: policies that exist already.
KNOWN = {"aws_iam_role": ("managed_policy_arns",), "aws_kms_key": ("policy",)}


def read_plan(plan: Mapping[str, Any]) -> Stack:
    """The managed AWS resources that will be there once the plan is applied."""
    plan = as_map(plan)
    root = as_map(as_map(plan.get("planned_values")).get("root_module"))
    configured = dict(_configured(as_map(as_map(plan.get("configuration")).get("root_module")), ""))
    unknown = dict(_unknown(plan))
    resources = tuple(_resource(item, configured, unknown) for item in _planned(root))
    region, account = place_of(_providers(plan))
    return Stack(resources, region or _common(resources, 3), account or _common(resources, 4))


def _common(resources: Sequence[Resource], part: int) -> str | None:
    """Return one part of an ARN, where it is the same in all ARNs that are known."""
    arns = [arn.split(":") for resource in resources if (arn := resource.text("arn"))]
    found = {parts[part] for parts in arns if len(parts) > part} - {""}
    return found.pop() if len(found) == 1 else None


def _providers(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arguments of the configured AWS providers, as far as they are constants."""
    configured = as_map(as_map(plan.get("configuration")).get("provider_config"))
    providers = [provider for provider in map(as_map, configured.values()) if provider.get("name") == "aws"]
    expressions = [as_map(provider.get("expressions")) for provider in providers]
    return [{name: as_map(part).get("constant_value") for name, part in each.items()} for each in expressions]


def _planned(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in blocks(module.get("resources")):
        if (
            item.get("mode", "managed") == "managed"
            and as_text(item.get("type"))
            and as_text(item.get("address"))
        ):
            yield item
    for child in blocks(module.get("child_modules")):
        yield from _planned(child)


def _unknown(plan: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is known after the apply only, by address; a deposed object has the address of its successor."""
    for change in blocks(plan.get("resource_changes")):
        if "deposed" in change:
            continue
        yield str(change.get("address")), as_map(change.get("change")).get("after_unknown")


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Expressions by address without indexes; references as seen from the root module."""
    for item in blocks(module.get("resources")):
        yield f"{prefix}{item.get('address')}", _rooted(as_map(item.get("expressions")), prefix)
    for name, call in as_map(module.get("module_calls")).items():
        yield from _configured(as_map(as_map(call).get("module")), f"{prefix}module.{name}.")


def _rooted(expressions: Any, prefix: str) -> Any:
    if isinstance(expressions, list):
        return [_rooted(item, prefix) for item in expressions]
    if not isinstance(expressions, Mapping) or not prefix:
        return expressions
    return {
        key: [f"{prefix}{one}" for one in as_list(value)] if key == "references" else _rooted(value, prefix)
        for key, value in expressions.items()
        # In a module the text names what it refers to by addresses that only hold in there.
        if key != "constant_value"
    }


def _resource(
    item: Mapping[str, Any], configured: Mapping[str, Mapping[str, Any]], unknown: Mapping[str, Any]
) -> Resource:
    address = str(item.get("address"))
    expressions = configured.get(INDEX.sub("", address))
    values = dict(as_map(item.get("values")))
    missing = as_map(unknown.get(address))
    names = [*values, *(name for name in missing if name not in values)]
    if expressions is not None:
        kept = (*COMPUTED, *(name for name in KNOWN.get(str(item.get("type")), ()) if values.get(name)))
        names = [name for name in names if name in expressions or name in kept]
    said = expressions or {}
    merged = {name: value_of(values.get(name), missing.get(name), said.get(name)) for name in names}
    references = {name: found for name in names if (found := references_of(said.get(name)))}
    return made(str(item.get("type")), address, merged, references=references)
