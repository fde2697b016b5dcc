"""Plans in the shape that `terraform show -json` prints, made from a stack that has not been applied."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

REFERENCE = re.compile(r"\$\{(([\w-]+\.[\w-]+)\.\w+)\}")
VARIABLE = re.compile(r"\$\{(var\.\w+)\}")
# What the variables are given: a plan shows it in plain text.
GIVEN = {"var.pagerduty_integration_url": "https://events.pagerduty.com/integration/x/enqueue"}
# Terraform keeps these as sets of blocks, sorts them its own way and fills in what nobody set.
FILLED = {"account_id": "", "expression": "", "label": "", "metric": [], "period": None, "return_data": False}
DEFAULTS = {
    "aws_cloudwatch_metric_alarm": {"actions_enabled": True, "unit": None, "dimensions": None},
    "aws_lambda_function": {"dead_letter_config": [], "package_type": "Zip"},
    "aws_sqs_queue": {"message_retention_seconds": 345600, "visibility_timeout_seconds": 30},
}
# What the provider works out for an argument of a block that nobody set.
WORKED_OUT = {"logging_config": {"log_group": True}}
# By type: the service, and the text before and after the name.
ARNS = {
    "aws_cloudwatch_composite_alarm": ("cloudwatch", "alarm:", ""),
    "aws_cloudwatch_log_group": ("logs", "log-group:", ""),
    "aws_cloudwatch_metric_alarm": ("cloudwatch", "alarm:", ""),
    "aws_iam_role": ("iam", "role/", ""),
    "aws_kms_key": ("kms", "key/", ""),
    "aws_lambda_function": ("lambda", "function:", ""),
    "aws_secretsmanager_secret": ("secretsmanager", "secret:", "-AbCdEf"),
    "aws_sns_topic": ("sns", "", ""),
    "aws_sqs_queue": ("sqs", "", ""),
}
BLOCKS = (
    "dead_letter_config",
    "environment",
    "flexible_time_window",
    "logging_config",
    "scaling_config",
    "target",
)


def planned(stack: dict[str, Any], *, in_json: bool = False) -> dict[str, Any]:
    """The plan of a configuration in HCL; of one in JSON it also has the text of each expression."""
    provider = stack["provider"]["aws"][0]
    tags = provider["default_tags"][0]["tags"]
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
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": provider["region"]}}}
            },
            "root_module": {"resources": [_configured(*one, in_json=in_json) for one in named]},
        },
    }


def applied(stack: dict[str, Any]) -> dict[str, Any]:
    """The stack with all that an apply makes known in place of the references to it."""
    found = copy.deepcopy(stack)
    known: dict[str, str] = {}
    for kind, items in found["resource"].items():
        for name, body in items.items():
            body.update(_made(kind, name, body))
            known |= {f"{kind}.{name}.{key}": text for key, text in body.items() if isinstance(text, str)}
    text = REFERENCE.sub(lambda match: known.get(match[1], match[0]), json.dumps(found["resource"]))
    return {**found, "resource": json.loads(text)}


def _made(kind: str, name: str, body: dict[str, Any]) -> dict[str, str]:
    own = body.get("name") or body.get("function_name") or body.get("alarm_name") or name
    service, before, after = ARNS.get(kind, (kind, "", ""))
    place = "" if service == "iam" else "us-east-1"
    arn = f"arn:aws:{service}:{place}:111122223333:{before}{own}{after}"
    if kind == "aws_sqs_queue":
        url = f"https://sqs.us-east-1.amazonaws.com/111122223333/{own}"
        return {"arn": arn, "id": url, "url": url}
    return {"id": arn if kind == "aws_sns_topic" else own} | ({} if "arn" in body else {"arn": arn})


def _planned(kind: str, name: str, body: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "values": {**DEFAULTS.get(kind, {}), **_known(body), "tags_all": {**tags, **body.get("tags", {})}},
    }


def _known(body: dict[str, Any]) -> dict[str, Any]:
    return {key: _normal(key, value) for key, value in body.items() if not _is_unknown(key, value)}


def _is_unknown(key: str, value: Any) -> bool:
    """A list or a map with one unknown part is unknown."""
    texts = _parts(value) if key not in BLOCKS else []
    return any(isinstance(text, str) and REFERENCE.search(text) for text in texts)


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]


def _normal(key: str, value: Any) -> Any:
    if key == "metric_transformation":
        return [{"default_value": "", "dimensions": None, **value}]
    if key == "metric_query":
        queries = [{**FILLED, **query, "metric": _metric(query)} for query in value]
        return sorted(queries, key=lambda query: str(query["id"]))
    if isinstance(value, dict):
        return [_known(value)] if key in BLOCKS else value
    return VARIABLE.sub(lambda match: GIVEN[match[1]], value) if isinstance(value, str) else value


def _metric(query: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"unit": "", "dimensions": None, **query["metric"]}] if "metric" in query else []


def _changed(kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    after = {
        "arn": "arn" not in body,
        "id": "id" not in body,
        "evaluate_low_sample_count_percentiles": True,
        **_missing(body),
        "tags_all": {},
    }
    if "evaluate_low_sample_count_percentiles" in body:
        del after["evaluate_low_sample_count_percentiles"]
    change = {"actions": ["create"], "before": None, "after_unknown": after}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "change": change}


def _missing(body: dict[str, Any]) -> dict[str, Any]:
    """What is not known, in the shape of the values."""
    found: dict[str, Any] = {}
    for key, value in body.items():
        if isinstance(value, dict) and key in BLOCKS:
            found[key] = [_missing(value) | _worked_out(key, value)]
        elif _is_unknown(key, value):
            found[key] = True
    return found


def _worked_out(key: str, block: dict[str, Any]) -> dict[str, bool]:
    return {name: True for name in WORKED_OUT.get(key, ()) if name not in block}


def _configured(kind: str, name: str, body: dict[str, Any], *, in_json: bool) -> dict[str, Any]:
    expressions = {key: _expression(key, value, in_json=in_json) for key, value in body.items()}
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "expressions": expressions,
    }


def _expression(key: str, value: Any, *, in_json: bool) -> Any:
    if key in ("metric_query", "metric_transformation", *BLOCKS) and isinstance(value, list | dict):
        found = value if isinstance(value, list) else [value]
        return [
            {name: _expression(name, item, in_json=in_json) for name, item in block.items()}
            for block in found
        ]
    references = _references(value)
    text = {"constant_value": value} if in_json or not references else {}
    return text | ({"references": references} if references else {})


def _references(value: Any) -> list[str]:
    """Those of a text, of a list, or of a map, which Terraform lists together."""
    found: list[str] = []
    for text in _parts(value):
        if isinstance(text, str):
            found += [reference for pair in REFERENCE.findall(text) for reference in pair]
            found += VARIABLE.findall(text)
    return found
