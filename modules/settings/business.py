"""Metrics that are counted in the database: queries, bounds, alarms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from modules.settings.choices import Number, Unit
from modules.settings.routes import Level
from modules.settings.sections import Section
from modules.settings.sql import Sql
from modules.settings.text import DimensionName, DimensionValue, Kind, Slug, Text, TimeZone

# CloudWatch takes 30 dimensions. The function runs one query after the other, well within its timeout.
MOST_DIMENSIONS, MOST_METRICS = 30, 50
LONGEST_INTERVAL_MINUTES = 60
RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"

# Its alarm's key is made of it: that begins with a letter, and has up to twice as many characters.
Name = Annotated[
    str,
    Kind(
        "a metric's name, such as 'ActiveSessions': letters, digits and _ . / - after a letter",
        r"[A-Za-z](?:[A-Za-z0-9_./ -]*[A-Za-z0-9])?",
        60,
    ),
]


def _written(page: str) -> str:
    if not (RUNBOOKS / f"{page}.md").is_file():
        raise ValueError("is no page in docs/runbooks/; write it there, or take runbook out")
    return page


Runbook = Annotated[Slug, AfterValidator(_written)]


class MetricAlarm(Section):
    """When a business metric calls for somebody: above or below a figure, and why that one."""

    above: Number | None = None
    below: Number | None = None
    severity: Level
    because: Text
    periods: Annotated[int, Field(ge=1, le=12)] = 1
    runbook: Runbook = "business-metrics"

    @model_validator(mode="after")
    def _has_one_threshold(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("needs either above or below, and not both")
        return self


class BusinessMetric(Section):
    """A figure out of the database: its query, its unit, its bounds, and if wanted an alarm."""

    sql: Sql
    unit: Unit
    dimensions: Annotated[dict[DimensionName, DimensionValue], Field(max_length=MOST_DIMENSIONS)] = Field(
        default={}
    )
    minimum: Number | None = 0
    maximum: Number | None = None
    alarm: MetricAlarm | None = None
    widget: bool = True

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"has minimum {self.minimum} above maximum {self.maximum}; swap them")
        return self


class BusinessMetrics(Section):
    """What is counted, how often, and whose midnight begins "today"."""

    every_minutes: Annotated[int, Field(ge=1, le=LONGEST_INTERVAL_MINUTES)]
    time_zone: TimeZone
    metrics: Annotated[dict[Name, BusinessMetric], Field(max_length=MOST_METRICS)] = Field(default={})
