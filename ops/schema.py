"""The JSON Schema of a configuration file."""

from __future__ import annotations

import json
from typing import Any

from modules.settings import Settings


def text() -> str:
    """The schema as it stands in config/schema.json."""
    schema = Settings.model_json_schema(by_alias=True)
    schema["properties"].pop("environment")
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Monitoring configuration"}
    return json.dumps(_for_part(schema), indent=2, sort_keys=True) + "\n"


def _for_part(node: Any) -> Any:
    """For a file that says only what differs from the one below it.

    No key is required, so a part may fit several branches of a union; and a key that fits no pattern
    fits nothing.
    """
    if isinstance(node, list):
        return [_for_part(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key != "required" or isinstance(value, dict)}
    if "oneOf" in kept:
        kept["anyOf"] = kept.pop("oneOf")
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return {key: _for_part(value) for key, value in kept.items()}
