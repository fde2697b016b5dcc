"""The editor's schema says what the settings check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modules.settings.files import read
from ops import schema
from tests.builders import CONFIG

SCHEMA = schema.tree()
FILES = sorted(CONFIG.glob("*.yaml"))


def mistakes(tree: Any) -> list[str]:
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(tree)]


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_shipped_file_fits_and_names_the_schema(path: Path) -> None:
    assert mistakes(read(path, path.name)) == []
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=schema.json\n")


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"terraform": {"backend": {}}},
        {"terraform": {"backend": {"type": "cloud", "organization": "o"}}},
        {"terraform": {"backend": {"bucket": "my-bucket"}}},
        {"waivers": [{"rule": "MON-RET-001", "address": "a", "reason": "r", "expires": "2027-01-31"}]},
        {"alarms": {"lambda-errors": {"threshold": 5, "severity": "info"}}},
        {"runbook_base_url": None},
        {"tags": {"values": {"Owner": "Zürich", "Größe": "東京 2"}, "required": {"Owner": ["Zür*"]}}},
        {"targets": [{"region": "eusc-de-east-1", "partition": "aws-eusc"}]},
        {"lambda": {"functions": {"notes-actions": "absent"}}, "bedrock": {"agents": {"notes": "absent"}}},
        {"business_metrics": {"metrics": {"A": "absent"}}, "slack": "absent"},
        {"business_metrics": {"every_minutes": 1, "metrics": {"A": {"sql": "SELECT 1", "unit": "Count"}}}},
        {"business_metrics": {"metrics": {"A": {"alarm": {"below": 5}, "dimensions": {"Team": "chat"}}}}},
        {"business_metrics": {"metrics": {"A": {"minimum": None, "maximum": 2.5, "widget": False}}}},
        {"database": {"connection": {"auth": "iam", "host": "db.example", "resource_id": "db-A1"}}},
        {
            "database": {
                "connection": {"ca_file": "config/rds.pem", "vpc": {"subnet_ids": ["subnet-0a1b2c3d"]}}
            }
        },
    ],
)
def test_part_of_a_configuration_fits(tree: dict[str, Any]) -> None:
    assert mistakes(tree) == []


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"retentoin": {}}, "$"),
        ({"environment": "prod"}, "$"),
        ({"retention": {"dais": 1}}, "$.retention"),
        ({"retention": {"days": "30"}}, "$.retention.days"),
        ({"retention": {"days": 31}}, "$.retention.days"),
        ({"retention": None}, "$.retention"),
        ({"project": 5}, "$.project"),
        ({"project": "Scheduling Agent"}, "$.project"),
        ({"project": ""}, "$.project"),
        ({"database": {"engine": "mysql"}}, "$.database.engine"),
        ({"database": {"max_connections": 0}}, "$.database.max_connections"),
        ({"targets": []}, "$.targets"),
        ({"targets": [{"account": 123456789012}]}, "$.targets[0].account"),
        ({"targets": [{"account": "12345678901"}]}, "$.targets[0].account"),
        ({"targets": [{"region": "mars"}]}, "$.targets[0].region"),
        ({"targets": [{"region": "us-esat-1"}]}, "$.targets[0].region"),
        ({"targets": [{"partition": "aws-moon"}]}, "$.targets[0].partition"),
        ({"tags": {"values": {"Owner": "50 %"}}}, "$.tags.values.Owner"),
        ({"routes": {"critical": {"emails": "a@b.c"}}}, "$.routes.critical.emails"),
        ({"routes": {"critical": {"emails": ["ops"]}}}, "$.routes.critical.emails[0]"),
        ({"alarms": {"lambda-errors": {"severity": "loud"}}}, "$.alarms['lambda-errors'].severity"),
        ({"alarms": {"Lambda Errors": {}}}, "$.alarms"),
        ({"lambda": {"functions": {"Bad Name": {"timeout_seconds": 5}}}}, "$.lambda.functions"),
        ({"lambda": {"functions": {"a": {"timeout_seconds": 901}}}}, "$.lambda.functions.a.timeout_seconds"),
        ({"tags": {"values": {"aws:x": "y"}}}, "$.tags.values"),
        ({"published_outside": {"A": {"unit": "Apples"}}}, "$.published_outside.A.unit"),
        ({"terraform": {"backend": {"type": "gcs"}}}, "$.terraform.backend"),
        ({"business_metrics": {"every_minutes": 0}}, "$.business_metrics.every_minutes"),
        ({"business_metrics": {"metrics": {"1A": {}}}}, "$.business_metrics.metrics"),
        ({"business_metrics": {"metrics": {"A": {"query": "x"}}}}, "$.business_metrics.metrics.A"),
        ({"business_metrics": {"metrics": {"A": {"sql": ""}}}}, "$.business_metrics.metrics.A.sql"),
        ({"business_metrics": {"metrics": {"A": {"sql": "x" * 4001}}}}, "$.business_metrics.metrics.A.sql"),
        ({"business_metrics": {"metrics": {"A": {"unit": "Apples"}}}}, "$.business_metrics.metrics.A.unit"),
        ({"business_metrics": {"metrics": {"A": {"dimensions": {":": ""}}}}}, "$.business_metrics.metrics"),
        ({"business_metrics": {"metrics": {"A": {"alarm": {"periods": 13}}}}}, "$.business_metrics.metrics"),
        ({"database": {"connection": {"auth": "trust"}}}, "$.database.connection.auth"),
        ({"database": {"connection": {"ca_file": "/etc/rds.pem"}}}, "$.database.connection.ca_file"),
        ({"database": {"connection": {"vpc": {"subnet_ids": ["x"]}}}}, "$.database.connection.vpc"),
    ],
)  # fmt: skip
def test_mistake_is_marked_in_the_editor(tree: dict[str, Any], path: str) -> None:
    found = mistakes(tree)
    assert found
    assert all(place.startswith(path) for place in found)
