"""Small stacks to count, in the words of synthesized JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from modules.resources.stacks import Stack, read_stack
from ops.cost import Estimate, Volumes, estimate

Values = dict[str, Any]


def stack(*resources: tuple[str, Values]) -> Stack:
    """Resources of given types; the names count up."""
    return read_stack({"resource": tree(*resources)})


def tree(*resources: tuple[str, Values]) -> Values:
    """The same as Terraform's JSON."""
    found: Values = {}
    for index, (kind, values) in enumerate(resources):
        found.setdefault(kind, {})[f"r{index}"] = values
    return found


def costs(*resources: tuple[str, Values], free_tier: bool = False, **volumes: Any) -> Estimate:
    """What they cost with some volumes, in us-east-1."""
    return estimate([stack(*resources)], given(**volumes), regions=["us-east-1"], free_tier=free_tier)


def amounts(*resources: tuple[str, Values], **options: Any) -> dict[str, Decimal]:
    """The same by kind."""
    return dict(costs(*resources, **options).by_kind)


def given(**volumes: Any) -> Volumes:
    """Volumes as text, or by name as a mapping to text."""
    return Volumes(
        {
            key: {
                name: Decimal(one)
                for name, one in (value if isinstance(value, dict) else {"*": value}).items()
            }
            for key, value in volumes.items()
        }
    )


def alarm(namespace: str = "AWS/Lambda", name: str = "Errors", **values: Any) -> tuple[str, Values]:
    return "aws_cloudwatch_metric_alarm", {
        "alarm_name": "a",
        "namespace": namespace,
        "metric_name": name,
        "statistic": "Sum",
        "period": 300,
        **values,
    }


def math_alarm(metrics: int, *, period: int = 300, expression: str = "SUM(METRICS())") -> tuple[str, Values]:
    queries = [
        {
            "id": f"m{index}",
            "metric": {
                "namespace": "AWS/Lambda",
                "metric_name": "Errors",
                "dimensions": {"FunctionName": f"f{index}"},
                "period": period,
                "stat": "Sum",
            },
        }
        for index in range(metrics)
    ]
    total = {"id": "total", "expression": expression, "return_data": True}
    return "aws_cloudwatch_metric_alarm", {"alarm_name": "a", "metric_query": [total, *queries]}


def band_alarm(*, period: int = 300) -> tuple[str, Values]:
    kind, values = math_alarm(1, period=period, expression="ANOMALY_DETECTION_BAND(m0, 2)")
    return kind, {**values, "threshold_metric_id": "total"}


def metric_filter(name: str, **transformation: Any) -> tuple[str, Values]:
    return "aws_cloudwatch_log_metric_filter", {
        "name": name,
        "log_group_name": "/aws/agent/backend",
        "metric_transformation": {"name": name, "namespace": "Agent", "value": "1", **transformation},
    }


def group(name: str = "/aws/agent/backend", **values: Any) -> tuple[str, Values]:
    return "aws_cloudwatch_log_group", {"name": name, "retention_in_days": 30, **values}


def money(text: str) -> Decimal:
    return Decimal(text)
