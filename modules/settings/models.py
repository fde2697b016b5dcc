"""The settings as one type. A field without a comment says all in its name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from modules.naming import Names
from modules.settings.business import BusinessMetrics
from modules.settings.choices import (
    AlarmChange,
    CloudBackend,
    Features,
    OutsideMetric,
    Retention,
    S3Backend,
    Tags,
    Terraform,
    WaiverEntry,
)
from modules.settings.files import holds
from modules.settings.reviews import AcceptedChange, Cost
from modules.settings.routes import Digest, Level, Maintenance, Routes, Slack
from modules.settings.sections import (
    Backend,
    BackendLog,
    Bedrock,
    Database,
    Function,
    Lambda,
    Section,
    Target,
)
from modules.settings.text import AlarmKey, MetricName, Slug, Url

__all__ = ["AlarmChange", "BackendLog", "CloudBackend", "Function", "S3Backend", "Settings", "Target"]


class Settings(Section):
    """Everything about one environment."""

    environment: Slug
    project: Slug
    targets: Annotated[tuple[Target, ...], Field(min_length=1, strict=False)]
    bedrock: Bedrock
    lambda_: Annotated[Lambda, Field(alias="lambda")]
    backend: Backend
    database: Database
    routes: Routes = Routes()
    slack: Slack
    digest: Digest
    severities: dict[Level, Level] = Field(default={})
    maintenance: Annotated[tuple[Maintenance, ...], Field(strict=False)] = ()
    alarms: dict[AlarmKey, AlarmChange] = Field(default={})
    business_metrics: BusinessMetrics
    published_outside: dict[MetricName, OutsideMetric] = Field(default={})
    retention: Retention
    tags: Tags = Tags()
    terraform: Terraform
    features: Features = Features()
    runbook_base_url: Url | None = None
    waivers: Annotated[tuple[WaiverEntry, ...], Field(strict=False)] = ()
    accepted: Annotated[tuple[AcceptedChange, ...], Field(strict=False)] = ()
    cost: Cost = Cost()

    _own_keys: Any = PrivateAttr(default=None)  # the environment's file, to tell where a value stands

    @field_validator("*")
    @classmethod
    def _kept(cls, value: Any, info: ValidationInfo) -> Any:
        """Hand each good section to the context: what sections say together is checked beside bad ones."""
        if info.context is not None:
            info.context[cls.model_fields[str(info.field_name)].alias or info.field_name] = value
        return value

    def file_of(self, *keys: str | int) -> str:
        """The file that sets a key: the environment's own, or base.yaml."""
        return f"config/{self.environment}.yaml" if holds(self._own_keys, keys) else "config/base.yaml"

    def names(self, target: Target) -> Names:
        """The names of a target, whose region is known by now."""
        return Names(self.project, self.environment, target.region or "")
