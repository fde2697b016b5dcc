"""The secrets that a plan holds in clear text, by Terraform's own marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.terraform.configurations import root_module
from modules.terraform.marks import either, leaves, marked
from modules.terraform.values import as_map, blocks
from ops.review.plans import Plan


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
    yield from _in_module(as_map(values.get("root_module")))


def _in_module(module: Mapping[str, Any]) -> Iterator[str]:
    for item in blocks(module.get("resources")):
        if item.get("sensitive_values"):
            yield from marked(item.get("values"), item["sensitive_values"])
    for child in blocks(module.get("child_modules")):
        yield from _in_module(child)


def _credentials(expressions: Mapping[str, Any]) -> Iterator[str]:
    """What a provider signs in with, where somebody wrote it into the configuration."""
    for name in ("access_key", "secret_key", "token"):
        yield from leaves(as_map(expressions.get(name)).get("constant_value"))
