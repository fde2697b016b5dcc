"""The shape of a plan: what is wrong with one, and what else it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.semantics.secrets import masked

MAJOR = "1"
_LONGEST_VERSION = 20
_ACTIONS = {
    ("no-op",),
    ("create",),
    ("read",),
    ("update",),
    ("delete",),
    ("delete", "create"),
    ("create", "delete"),
    ("forget",),
    ("create", "forget"),
}
_LISTS = ("resource_changes", "resource_drift", "deferred_changes")
_MAPS = ("planned_values", "prior_state", "configuration", "variables", "output_changes")


def json_kind(value: Any) -> str:
    """What JSON calls a value."""
    names = {dict: "mapping", list: "list", str: "text", bool: "word", type(None): "null"}
    return names.get(type(value), "number")


def another_kind(plan: Mapping[str, Any]) -> Iterator[str]:
    """What it is, where it is something else that Terraform writes."""
    version = plan.get("format_version")
    if "lineage" in plan or ("values" in plan and "resource_changes" not in plan):
        yield "is a state, not a plan"
    if "@level" in plan:
        yield "is the log of `terraform plan -json`"
    if "provider_schemas" in plan:
        yield "holds the schemas of providers, not a plan"
    if version is None and ("resource" in plan or "terraform" in plan):
        yield "is a configuration, not a plan"
    if not isinstance(version, str):
        yield "is not a plan: it has no format_version"
    elif version.partition(".")[0] != MAJOR:
        found = masked(version)[:_LONGEST_VERSION]
        yield f"has format version {found}; wanted {MAJOR}.x, as Terraform 1.5 or later writes it"


def misshapen(plan: Mapping[str, Any]) -> Iterator[str]:
    """What does not have the shape that it has in every plan."""
    if "resource_changes" not in plan and "planned_values" not in plan:
        yield "is not a plan: it has neither resource_changes nor planned_values"
    for key in _MAPS:
        if not isinstance(plan.get(key, {}), Mapping):
            yield f"{key} is a {json_kind(plan[key])}, not a mapping"
    for key in _LISTS:
        items = plan.get(key, [])
        if not isinstance(items, list):
            yield f"{key} is a {json_kind(items)}, not a list"
        elif key != "deferred_changes":
            for index, item in enumerate(items):
                problem = _of_change(item)
                if problem:
                    yield f"{key}[{index}] {problem}"


def _of_change(item: Any) -> str | None:
    """What is wrong with one change, if anything."""
    if not isinstance(item, Mapping):
        return "is not a mapping"
    for key in ("address", "type"):
        if not isinstance(item.get(key), str) or not item[key]:
            return f"has no {key}"
    change = item.get("change")
    if not isinstance(change, Mapping):
        return "has no change"
    actions = change.get("actions")
    known = isinstance(actions, list) and all(isinstance(one, str) for one in actions)
    if not known or tuple(as_texts(actions)) not in _ACTIONS:
        return "has actions that are not known here"
    return _of_values(change, set(as_texts(actions)))


def _of_values(change: Mapping[str, Any], actions: set[str]) -> str | None:
    for key, needed in (("before", {"update", "delete", "forget"}), ("after", {"create", "update"})):
        value = change.get(key)
        if not isinstance(value, Mapping) and (value is not None or needed & actions):
            return f"has no values {key} the change"
    return None


def as_texts(value: Any) -> tuple[str, ...]:
    """The texts of a list; anything else is left out."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
