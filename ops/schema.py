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
    return json.dumps(_partial(schema), indent=2, sort_keys=True) + "\n"


def _partial(node: Any) -> Any:
    """Without required keys: a file says only what differs from the one below it."""
    if isinstance(node, list):
        return [_partial(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key != "required" or isinstance(value, dict)}
    return {key: _partial(value) for key, value in kept.items()}
