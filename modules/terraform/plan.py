"""Plain resources out of a plan, as `terraform show -json` prints it.

The plan says what will be; the configuration in it says what that is made of. Only what the
configuration sets is read, so that a provider's defaults do not pass for choices. What the plan does
not know yet is read as it stands in the configuration, with its references; where that was not written
in JSON the plan lists the references alone, and it becomes `Unknown`.

Terraform leaves `dynamic` blocks out of the expressions. A block that the plan knows and the
configuration does not list is therefore read as one that is set, unless the provider fills in such a
block itself (the caller says which these are). A known block of a resource that is created has no
exception: what a provider fills in is not known before apply. If the number of blocks is unknown, the plan
marks the whole as unknown, and its mark for sensitive values shows that it is a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from modules.terraform.configurations import configuration, resources_in, root_module
from modules.terraform.expressions import is_block, references_of, value_of
from modules.terraform.marks import either, is_marked
from modules.terraform.resources import Created_co, Factory
from modules.terraform.values import NESTED, as_map, as_text, blocks

# What Terraform works out and the rules want to know: who a resource is, and all of its tags.
COMPUTED = ("arn", "id", "name", "tags_all")
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Planned:
    """One resource of a plan: values, marks and expressions, put together by name."""

    values: Mapping[str, Any]
    unknown: Mapping[str, Any]
    sensitive: Mapping[str, Any]
    expressions: Mapping[str, Any] | None
    filled_in: frozenset[str]
    is_new: bool
    kept: frozenset[str]

    def merged(self) -> Iterator[tuple[str, Any]]:
        """Names and values that the rules read."""
        unknown, written = self.unknown, self.expressions or {}
        for name, value in self.values.items():
            if name in written or self._is_set(name, value):
                missing = unknown.get(name)
                plain = not missing and not isinstance(value, NESTED)
                yield name, value if plain else value_of(value, missing, written.get(name))
        for name, missing in unknown.items():
            if name not in self.values and missing and (self._is_set(name, None) or self._is_open_list(name)):
                yield name, value_of(None, missing, written.get(name))

    def _is_set(self, name: str, value: Any) -> bool:
        return (
            self.expressions is None
            or name in COMPUTED
            or name in self.expressions
            or (name in self.kept and bool(value))
            or self._is_dynamic(name, value)
        )

    def _is_dynamic(self, name: str, value: Any) -> bool:
        return is_block(value) and (self.is_new or name not in self.filled_in)

    def _is_open_list(self, name: str) -> bool:
        """Return true if an unknown value may be `dynamic` blocks whose number is unknown."""
        return self.sensitive.get(name) == [] and name not in self.filled_in


def plan_resources(
    plan: Mapping[str, Any],
    create: Factory[Created_co],
    *,
    filled_in: Mapping[str, frozenset[str]] | None = None,
    kept: Mapping[str, frozenset[str]] | None = None,
    hides_sensitive: bool = False,
) -> Iterator[Created_co]:
    """Yield the managed resources that exist once the plan is applied.

    Parameters
    ----------
    filled_in
        By type: the nested blocks that the provider fills in where the configuration has none.
    kept
        By type: the arguments that count where the configuration has none, as they may have been set outside
        of it.
    hides_sensitive
        Whether sensitive values are read as unknown ones.
    """
    plan = as_map(plan)
    configured = configuration(plan)
    changes = dict(_changes(plan))
    for item in _planned(root_module(plan, "planned_values")):
        kind, address = str(item["type"]), str(item["address"])
        change, expressions = changes.get(address, {}), configured.of(address, with_text=False)
        one = _Planned(
            as_map(item.get("values")),
            _unknown(change, hides_sensitive=hides_sensitive),
            as_map(change.get("after_sensitive")),
            expressions,
            (filled_in or {}).get(kind, _NONE),
            change.get("actions") == ["create"],
            (kept or {}).get(kind, _NONE),
        )
        references = {
            name: references_of(written)
            for name, written in (expressions or {}).items()
            if isinstance(written, dict) and "references" in written
        }
        yield create(kind, address, dict(one.merged()), references=references)


def _unknown(change: Mapping[str, Any], *, hides_sensitive: bool) -> Mapping[str, Any]:
    unknown, marks = as_map(change.get("after_unknown")), change.get("after_sensitive")
    if not hides_sensitive or not is_marked(marks):
        return unknown
    names = dict.fromkeys(as_map(change.get("after")), True)
    return as_map(either(unknown, names if marks is True else marks))


def resources_before(plan: Mapping[str, Any], create: Factory[Created_co]) -> Iterator[Created_co]:
    """Yield the managed resources that exist before the plan is applied."""
    for item in blocks(as_map(plan).get("resource_changes")):
        values = as_map(item.get("change")).get("before")
        # A deposed object is what an earlier apply failed to delete.
        if item.get("mode", "managed") == "managed" and "deposed" not in item and isinstance(values, dict):
            yield create(str(item.get("type")), str(item.get("address")), values)


def provider_setting(plan: Mapping[str, Any], provider: str, name: str) -> str | None:
    """Return an argument of a provider, where the configuration has it as plain text."""
    providers = as_map(as_map(as_map(plan).get("configuration")).get("provider_config"))
    expression = as_map(as_map(as_map(providers.get(provider)).get("expressions")).get(name))
    return as_text(expression.get("constant_value"))


def plan_providers(plan: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """Return the arguments of each provider of a name in a plan's configuration; `None` if not constant."""
    configured = as_map(as_map(as_map(plan).get("configuration")).get("provider_config"))
    providers = (provider for provider in map(as_map, configured.values()) if provider.get("name") == name)
    return tuple(
        {key: as_map(part).get("constant_value") for key, part in as_map(provider.get("expressions")).items()}
        for provider in providers
    )


def _planned(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in resources_in(module):
        if item.get("mode", "managed") == "managed" and all(
            as_text(item.get(key)) for key in ("type", "address")
        ):
            yield item


def _changes(plan: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Changes by address; a deposed object has the address of its successor."""
    for item in blocks(plan.get("resource_changes")):
        if "deposed" not in item:
            yield str(item.get("address")), as_map(item.get("change"))
