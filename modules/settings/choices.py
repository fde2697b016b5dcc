"""What a user chooses: thresholds, retention, tags, state, waivers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from modules import facts
from modules.settings.sections import Section
from modules.settings.text import (
    Bucket,
    Day,
    KeyPrefix,
    Region,
    TagKey,
    TagPattern,
    TagValue,
    Text,
    Word,
)
from modules.spec.alarms import Severity

# AWS takes 50 tags on a resource; the generator sets three of them.
MOST_TAGS = 47

Number = Annotated[float, Field(allow_inf_nan=False)]


class AlarmChange(Section):
    """What a user changes of one alarm."""

    threshold: Number | None = None
    severity: Annotated[Severity, Field(strict=False)] | None = None


def _unit(text: str) -> str:
    if text not in facts.UNITS:
        raise ValueError("is not a CloudWatch unit; most used: Count, Milliseconds, Bytes, Percent")
    return text


Unit = Annotated[str, AfterValidator(_unit), Field(json_schema_extra={"enum": sorted(facts.UNITS)})]


class OutsideMetric(Section):
    """A custom metric that something else publishes: who, in which unit, within which bounds."""

    by: Text
    unit: Unit
    minimum: Number | None = 0
    maximum: Number | None = None

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"has minimum {self.minimum} above maximum {self.maximum}; swap them")
        return self


def _days(value: int) -> int:
    if value not in facts.RETENTION_DAYS:
        allowed = ", ".join(map(str, facts.RETENTION_DAYS))
        raise ValueError(f"is not a retention that CloudWatch Logs has; choose one of {allowed}")
    return value


Days = Annotated[int, AfterValidator(_days), Field(json_schema_extra={"enum": list(facts.RETENTION_DAYS)})]


class Retention(Section):
    """How long log events are kept, in days."""

    days: Days
    minimum_days: Annotated[int, Field(ge=1, le=max(facts.RETENTION_DAYS))]
    overrides: dict[Text, Days] = Field(default={})


class OrganizationsPolicy(Section):
    """An AWS Organizations tag policy made from the required tags; for a management account."""

    enabled: bool = False
    attach_to: Word | None = None


class Tags(Section):
    """The tags on everything, and those that must be there."""

    values: Annotated[dict[TagKey, TagValue], Field(max_length=MOST_TAGS)] = Field(default={})
    required: dict[TagKey, Annotated[tuple[TagPattern, ...], Field(strict=False)]] = Field(default={})
    organizations_policy: OrganizationsPolicy = OrganizationsPolicy()


class LocalBackend(Section):
    """State in a file beside main.py."""

    type: Literal["local"]


class S3Backend(Section):
    """State in a bucket, locked by a DynamoDB table or by a lock file, which requires Terraform 1.10."""

    type: Literal["s3"]
    bucket: Bucket
    region: Region
    key_prefix: KeyPrefix = "monitoring"
    dynamodb_table: Word | None = None
    use_lockfile: bool = False


class CloudBackend(Section):
    """A workspace of HCP Terraform; its name is the stack's unless `workspace` says otherwise."""

    type: Literal["cloud"]
    organization: Word
    project: Text | None = None
    workspace: Word | None = None
    hostname: Word | None = None

    def workspace_of(self, stack: str) -> str:
        """Return the workspace of a stack."""
        return self.workspace or stack


class Terraform(Section):
    """Where Terraform keeps its state."""

    backend: Annotated[LocalBackend | S3Backend | CloudBackend, Field(discriminator="type")]


class Features(Section):
    """Parts that can be left out."""

    dashboards: bool = True
    saved_queries: bool = True


class WaiverEntry(Section):
    """A breach of a policy that is accepted until a date."""

    rule: Word
    address: Text
    reason: Text
    expires: Day
