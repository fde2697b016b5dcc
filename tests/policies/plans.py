"""Plans in the shape that `terraform show -json` prints, made from a stack that has not been applied."""

from __future__ import annotations

import copy
import re
from typing import Any

REFERENCE = re.compile(r"\$\{(([\w-]+\.[\w-]+)\.\w+)\}")
# Terraform keeps these as sets of blocks, sorts them its own way and fills in what nobody set.
FILLED = {"account_id": "", "expression": "", "label": "", "metric": [], "period": None, "return_data": False}
DEFAULTS = {"aws_cloudwatch_metric_alarm": {"actions_enabled": True, "unit": None, "dimensions": None}}


def planned(stack: dict[str, Any]) -> dict[str, Any]:
    tags = stack["provider"]["aws"][0]["default_tags"][0]["tags"]
    named = [
        (kind, name, copy.deepcopy(body))
        for kind, items in stack["resource"].items()
        for name, body in items.items()
    ]
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [_planned(*one, tags) for one in named]}},
        "resource_changes": [_changed(*one) for one in named],
        "configuration": {
            "provider_config": {"aws": {"name": "aws"}},
            "root_module": {"resources": [_configured(*one) for one in named]},
        },
    }


def _planned(kind: str, name: str, body: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    values = {key: _normal(key, value) for key, value in body.items() if not _references(value)}
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "values": {**DEFAULTS.get(kind, {}), **values, "tags_all": {**tags, **body.get("tags", {})}},
    }


def _normal(key: str, value: Any) -> Any:
    if key == "metric_transformation":
        return [{"default_value": "", "dimensions": None, **value}]
    if key != "metric_query":
        return value
    queries = [{**FILLED, **query, "metric": _metric(query)} for query in value]
    return sorted(queries, key=lambda query: str(query["id"]))


def _metric(query: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"unit": "", "dimensions": None, **query["metric"]}] if "metric" in query else []


def _changed(kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    unknown = {key: True for key, value in body.items() if _references(value)}
    after = {
        "arn": "arn" not in body,
        "id": True,
        "evaluate_low_sample_count_percentiles": True,
        **unknown,
        "tags_all": {},
    }
    if "evaluate_low_sample_count_percentiles" in body:
        del after["evaluate_low_sample_count_percentiles"]
    change = {"actions": ["create"], "before": None, "after_unknown": after}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "change": change}


def _configured(kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    expressions = {key: _expression(key, value) for key, value in body.items()}
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "expressions": expressions,
    }


def _expression(key: str, value: Any) -> Any:
    if key in ("metric_query", "metric_transformation") and isinstance(value, list | dict):
        found = value if isinstance(value, list) else [value]
        return [{name: _expression(name, item) for name, item in block.items()} for block in found]
    references = _references(value)
    return {"references": references} if references else {"constant_value": value}


def _references(value: Any) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    found = [match for text in texts if isinstance(text, str) for match in REFERENCE.findall(text)]
    return [reference for pair in found for reference in pair]
