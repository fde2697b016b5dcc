"""The secrets that a plan holds in clear text, by Terraform's own marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.review.marks import either, leaves, marked
from ops.review.plans import Plan, root_module
from ops.review.values import entries, mapping


def known_secrets(plan: Plan) -> Iterator[str]:
    """Every text that is marked: in variables, resources, outputs, data sources and providers."""
    yield from _variables(plan.raw)
    for item in (*plan.resource_changes, *plan.drift):
        yield from _changed(mapping(item.get("change")))
    for change in mapping(plan.raw.get("output_changes")).values():
        yield from _changed(mapping(change))
    for part in ("planned_values", "prior_state"):
        yield from _valued(mapping(plan.raw.get(part)))
    for provider in mapping(mapping(plan.raw.get("configuration")).get("provider_config")).values():
        yield from _credentials(mapping(mapping(provider).get("expressions")))


def _changed(change: Mapping[str, Any]) -> Iterator[str]:
    # What is sensitive on one side was so on the other, whether anybody said it or not.
    marks = either(change.get("before_sensitive"), change.get("after_sensitive"))
    if marks:
        for side in ("before", "after"):
            yield from marked(change.get(side), marks)


def _variables(plan: Mapping[str, Any]) -> Iterator[str]:
    declared = mapping(root_module(plan, "configuration").get("variables"))
    for name, variable in mapping(plan.get("variables")).items():
        if mapping(declared.get(name)).get("sensitive") is True:
            yield from leaves(mapping(variable).get("value"))


def _valued(part: Mapping[str, Any]) -> Iterator[str]:
    values = mapping(part.get("values")) or part
    for output in mapping(values.get("outputs")).values():
        if mapping(output).get("sensitive") is True:
            yield from leaves(mapping(output).get("value"))
    yield from _in_module(mapping(values.get("root_module")))


def _in_module(module: Mapping[str, Any]) -> Iterator[str]:
    for item in entries(module.get("resources")):
        if item.get("sensitive_values"):
            yield from marked(item.get("values"), item["sensitive_values"])
    for child in entries(module.get("child_modules")):
        yield from _in_module(child)


def _credentials(expressions: Mapping[str, Any]) -> Iterator[str]:
    """What a provider signs in with, where somebody wrote it into the configuration."""
    for name in ("access_key", "secret_key", "token"):
        yield from leaves(mapping(expressions.get(name)).get("constant_value"))
