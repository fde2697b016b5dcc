"""Terraform's own marks on sensitive values, in the shape of the values, and what they mark in a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.terraform.configurations import resources_in, root_module
from modules.terraform.plan_files import Plan
from modules.terraform.values import as_map


def leaves(value: Any) -> Iterator[str]:
    """Every text and number in a value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def marked(value: Any, marks: Any) -> Iterator[str]:
    """The texts that Terraform's marks, which have the shape of the value, call sensitive."""
    if marks is True:
        yield from leaves(value)
    elif isinstance(marks, dict) and isinstance(value, dict):
        for name, mark in marks.items():
            if mark:
                yield from marked(value.get(name), mark)
    elif isinstance(marks, list) and is_marked(marks):
        yield from _marked_list(value, marks)


def _marked_list(value: Any, marks: list[Any]) -> Iterator[str]:
    if isinstance(value, list) and len(value) == len(marks):
        for item, mark in zip(value, marks, strict=True):
            yield from marked(item, mark)
    else:
        yield from leaves(value)


def is_marked(marks: Any) -> bool:
    """Whether anything in there is marked."""
    if isinstance(marks, dict):
        return any(map(is_marked, marks.values()))
    return any(map(is_marked, marks)) if isinstance(marks, list) else marks is True


def either(one: Any, other: Any) -> Any:
    """Marked by one or by the other."""
    if not other or one is True:
        return one
    if not one or other is True:
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: either(one.get(name), other.get(name)) for name in {**one, **other}}
    # A set has no order that both sides share.
    return one if one == other else is_marked([one, other])


def known_secrets(plan: Plan) -> Iterator[str]:
    """Every text that is marked: in variables, resources, outputs, data sources and providers."""
    yield from _variables(plan.raw)
    for item in (*plan.resource_changes, *plan.drift):
        yield from _changed(as_map(item.get("change")))
    for change in as_map(plan.raw.get("output_changes")).values():
        yield from _changed(as_map(change))
    for part in ("planned_values", "prior_state"):
        yield from _valued(as_map(plan.raw.get(part)))
    for provider in as_map(as_map(plan.raw.get("configuration")).get("provider_config")).values():
        yield from _credentials(as_map(as_map(provider).get("expressions")))


def _changed(change: Mapping[str, Any]) -> Iterator[str]:
    # What is sensitive on one side was so on the other, whether anybody said it or not.
    marks = either(change.get("before_sensitive"), change.get("after_sensitive"))
    if marks:
        for side in ("before", "after"):
            yield from marked(change.get(side), marks)


def _variables(plan: Mapping[str, Any]) -> Iterator[str]:
    declared = as_map(root_module(plan, "configuration").get("variables"))
    for name, variable in as_map(plan.get("variables")).items():
        if as_map(declared.get(name)).get("sensitive") is True:
            yield from leaves(as_map(variable).get("value"))


def _valued(part: Mapping[str, Any]) -> Iterator[str]:
    values = as_map(part.get("values")) or part
    for output in as_map(values.get("outputs")).values():
        if as_map(output).get("sensitive") is True:
            yield from leaves(as_map(output).get("value"))
    for item in resources_in(values.get("root_module")):
        if item.get("sensitive_values"):
            yield from marked(item.get("values"), item["sensitive_values"])


def _credentials(expressions: Mapping[str, Any]) -> Iterator[str]:
    """What a provider signs in with, where somebody wrote it into the configuration."""
    for name in ("access_key", "secret_key", "token"):
        yield from leaves(as_map(expressions.get(name)).get("constant_value"))
