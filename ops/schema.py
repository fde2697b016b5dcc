"""The JSON Schema of a configuration file."""

from __future__ import annotations

import json
from typing import Any

from modules.settings import Settings
from modules.settings.files import ABSENT


def text() -> str:
    """The schema as it stands in config/schema.json."""
    return json.dumps(tree(), indent=2, sort_keys=True) + "\n"


def tree() -> dict[str, Any]:
    """What a file may hold: base.yaml, or that of an environment."""
    schema = Settings.model_json_schema(by_alias=True)
    schema["properties"].pop("environment")
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Monitoring configuration"}
    found: dict[str, Any] = _for_part(schema, schema["$defs"])
    return found


def _for_part(node: Any, definitions: dict[str, Any]) -> Any:
    """For a file that says only what differs from the one below it.

    No key is required, so a part may fit several branches of a union; a key that fits no pattern fits
    nothing; and a mapping can be taken out by a word.
    """
    if isinstance(node, list):
        return [_for_part(entry, definitions) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key != "required" or isinstance(value, dict)}
    if "oneOf" in kept:
        kept["anyOf"] = kept.pop("oneOf")
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    for keys in ("properties", "patternProperties"):
        if keys in kept:
            kept[keys] = {name: _removable(value, definitions) for name, value in kept[keys].items()}
    if "additionalProperties" in kept:
        kept["additionalProperties"] = _removable(kept["additionalProperties"], definitions)
    return {key: _for_part(value, definitions) for key, value in kept.items()}


def _removable(node: Any, definitions: dict[str, Any]) -> Any:
    """The same, or the word that takes a mapping out; a mistake in it keeps its place, unlike with anyOf."""
    return {"if": {"const": ABSENT}, "else": node} if _is_mapping(node, definitions) else node


def _is_mapping(node: Any, definitions: dict[str, Any]) -> bool:
    if not isinstance(node, dict):
        return False
    if "$ref" in node:
        return _is_mapping(definitions[node["$ref"].rpartition("/")[2]], definitions)
    branches = (*node.get("anyOf", ()), *node.get("oneOf", ()))
    return node.get("type") == "object" or any(_is_mapping(branch, definitions) for branch in branches)
