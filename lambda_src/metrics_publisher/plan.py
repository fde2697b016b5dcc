"""What is to be measured: `metrics.json`, which the generator wrote and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from settings import SettingsError


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric: what it is called in CloudWatch, the query that counts it, and what it can be at all."""

    name: str
    sql: str
    unit: str
    dimensions: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All metrics of one run, and the time zone whose midnight begins their day."""

    namespace: str
    zone: tzinfo
    metrics: tuple[Metric, ...]


def read_plan(file: Path) -> Plan:
    """Read the file.

    Raises
    ------
    SettingsError
        It is missing, is no such file, names no metric, or names a time zone that is not known here.
    """
    try:
        raw = json.loads(file.read_text("utf-8"))
        metrics = tuple(_metric(one) for one in raw["metrics"])
        plan = Plan(namespace=str(raw["namespace"]), zone=ZoneInfo(raw["time_zone"]), metrics=metrics)
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise SettingsError(f"{file.name}: cannot be used: {type(error).__name__}: {error}") from None
    if not plan.metrics:
        raise SettingsError(f"{file.name}: names no metric")
    return plan


def _metric(raw: Mapping[str, Any]) -> Metric:
    dimensions = raw.get("dimensions") or {}
    return Metric(
        name=str(raw["name"]),
        sql=str(raw["sql"]),
        unit=str(raw["unit"]),
        dimensions=tuple((str(name), str(value)) for name, value in sorted(dimensions.items())),
        minimum=_bound(raw.get("minimum")),
        maximum=_bound(raw.get("maximum")),
    )


def _bound(raw: Any) -> float | None:
    return None if raw is None else float(raw)
