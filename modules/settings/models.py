"""The settings as types. A field without a comment says all in its name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from modules import facts
from modules.naming import Names
from modules.settings.text import (
    Account,
    AliasArn,
    Email,
    FunctionName,
    Identifier,
    LogField,
    LogWord,
    MetricName,
    ModelId,
    Region,
    Slug,
    TagKey,
    TagPattern,
    TagValue,
    Text,
    Url,
    Word,
)
from modules.spec.alarms import Severity

# CloudWatch reads at most ten metrics in one alarm; an agent has two error metrics, a function one.
MOST_FUNCTIONS = 10
MOST_AGENTS = 5
LONGEST_LAMBDA_TIMEOUT_SECONDS = 900
LONGEST_FUNCTION_NAME = 64
LONGEST_DATABASE_IDENTIFIER = 63


class Section(BaseModel):
    """A mapping of the configuration: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Target(Section):
    """One region of one account; each becomes a stack, a workspace and a state."""

    region: Region | None = None
    account: Account | None = None
    partition: Literal["aws", "aws-us-gov", "aws-cn"] | None = None

    @model_validator(mode="after")
    def _account_and_partition_go_together(self) -> Self:
        if self.account is not None and self.partition is None:
            raise ValueError("has an account and no partition; add partition: aws (or aws-us-gov, aws-cn)")
        return self


class Agent(Section):
    """A Bedrock agent; with alias and model its own metrics are watched."""

    alias_arn: AliasArn | None = None
    model_id: ModelId | None = None

    @model_validator(mode="after")
    def _alias_needs_model(self) -> Self:
        if (self.alias_arn is None) != (self.model_id is None):
            raise ValueError("needs both alias_arn and model_id, or neither: the metrics carry both")
        return self


class Bedrock(Section):
    """The agents and the operation under which AWS publishes their metrics."""

    operation: Literal["InvokeAgent", "InvokeInlineAgent"]
    agents: Annotated[dict[Slug, Agent], Field(min_length=1, max_length=MOST_AGENTS)]

    @model_validator(mode="after")
    def _aliases_are_told_apart(self) -> Self:
        seen: dict[str, str] = {}
        for name, agent in sorted(self.agents.items()):
            if agent.alias_arn in seen:
                raise ValueError(f"agents.{name} has the alias_arn of {seen[agent.alias_arn]}; one of them is wrong")
            if agent.alias_arn:
                seen[agent.alias_arn] = name
        return self


class Function(Section):
    """A Lambda action function."""

    timeout_seconds: Annotated[int, Field(ge=1, le=LONGEST_LAMBDA_TIMEOUT_SECONDS)]
    log_group: Literal["dedicated", "lambda-default"] = "dedicated"
    function_name: FunctionName | None = None


class Lambda(Section):
    """The functions, and how many may run at once in the account and region."""

    account_concurrency: Annotated[int, Field(ge=10, le=1_000_000)]
    functions: Annotated[dict[Slug, Function], Field(min_length=1, max_length=MOST_FUNCTIONS)]


class BackendLog(Section):
    """The names and words in the backend's JSON log lines."""

    level_field: LogField
    event_field: LogField
    duration_field: LogField
    session_field: LogField
    error_field: LogField
    error_type_field: LogField
    error_levels: Annotated[tuple[LogWord, ...], Field(min_length=1, max_length=10, strict=False)]
    info_level: LogWord
    request_event: LogWord
    response_event: LogWord


class Backend(Section):
    """The backend API."""

    log: BackendLog


class Database(Section):
    """The PostgreSQL database, and the most connections that it takes."""

    engine: Literal["postgres", "aurora-postgresql", "aurora-postgresql-serverless"]
    identifier: Identifier | None = None
    max_connections: Annotated[int, Field(ge=6, le=262_143)]


class Listeners(Section):
    """Who is subscribed to a route's topic."""

    emails: Annotated[tuple[Email, ...], Field(strict=False)] = ()


class Routes(Section):
    """One route per severity, and the one for the delivery path's own alarms."""

    critical: Listeners = Listeners()
    warning: Listeners = Listeners()
    info: Listeners = Listeners()
    delivery: Listeners = Listeners()


class AlarmChange(Section):
    """What a user changes of one alarm."""

    threshold: Annotated[float, Field(allow_inf_nan=False, strict=False)] | None = None
    severity: Annotated[Severity, Field(strict=False)] | None = None


def _unit(text: str) -> str:
    if text not in facts.UNITS:
        raise ValueError("is not a CloudWatch unit; most used: Count, Milliseconds, Seconds, Bytes, Percent, None")
    return text


class OutsideMetric(Section):
    """A custom metric that something else publishes: who, in which unit, within which bounds."""

    by: Text
    unit: Annotated[str, AfterValidator(_unit)]
    minimum: Annotated[float, Field(allow_inf_nan=False, strict=False)] | None = 0
    maximum: Annotated[float, Field(allow_inf_nan=False, strict=False)] | None = None


def _days(value: int) -> int:
    if value not in facts.RETENTION_DAYS:
        allowed = ", ".join(map(str, facts.RETENTION_DAYS))
        raise ValueError(f"is not a retention that CloudWatch Logs has; choose one of {allowed}")
    return value


Days = Annotated[int, AfterValidator(_days)]


class Retention(Section):
    """How long log events are kept, in days."""

    days: Days
    minimum_days: Annotated[int, Field(ge=1, le=3653)]
    overrides: dict[Text, Days] = {}


class OrganizationsPolicy(Section):
    """An AWS Organizations tag policy made from the required tags; for a management account."""

    enabled: bool = False
    attach_to: Word | None = None


class Tags(Section):
    """The tags on everything, and those that must be there."""

    values: dict[TagKey, TagValue] = {}
    required: dict[TagKey, Annotated[tuple[TagPattern, ...], Field(strict=False)]] = {}
    organizations_policy: OrganizationsPolicy = OrganizationsPolicy()


class LocalBackend(Section):
    """State in a file beside main.py."""

    type: Literal["local"]


class S3Backend(Section):
    """State in a bucket, locked by a DynamoDB table or by a lock file (Terraform 1.10)."""

    type: Literal["s3"]
    bucket: Word
    region: Region
    key_prefix: Word = "monitoring"
    dynamodb_table: Word | None = None
    use_lockfile: bool = False


class CloudBackend(Section):
    """A workspace of HCP Terraform; its name is the stack's unless `workspace` says otherwise."""

    type: Literal["cloud"]
    organization: Word
    project: Text | None = None
    workspace: Word | None = None
    hostname: Word | None = None


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
    expires: date


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
    alarms: dict[Slug, AlarmChange] = {}
    published_outside: dict[MetricName, OutsideMetric] = {}
    retention: Retention
    tags: Tags = Tags()
    terraform: Terraform
    features: Features = Features()
    runbook_base_url: Url | None = None
    waivers: Annotated[tuple[WaiverEntry, ...], Field(strict=False)] = ()

    _own_keys: Any = PrivateAttr(default=None)  # the environment's file, to tell where a value stands

    @model_validator(mode="after")
    def _functions_are_told_apart(self) -> Self:
        names = Names(self.project, self.environment, "")
        seen: dict[str, str] = {}
        for key, function in sorted(self.lambda_.functions.items()):
            name = function.function_name or names.named(key)
            if len(name) > LONGEST_FUNCTION_NAME:
                raise ValueError(f"lambda.functions.{key}: {name!r} is longer than 64 characters; set function_name")
            if name in seen:
                raise ValueError(f"lambda.functions.{key}: {name!r} is also the name of {seen[name]}; one is wrong")
            seen[name] = key
        if len(self.database.identifier or names.named("db")) > LONGEST_DATABASE_IDENTIFIER:
            raise ValueError("database.identifier: the name made from the prefix is too long; set it")
        return self

    def file_of(self, *keys: str) -> str:
        """The file that sets a key: the environment's own, or base.yaml."""
        tree = self._own_keys
        for key in keys:
            tree = tree.get(key) if isinstance(tree, dict) else None
        return f"config/{self.environment}.yaml" if tree is not None else "config/base.yaml"

    def names(self, target: Target) -> Names:
        """The names of a target, whose region is known by now."""
        return Names(self.project, self.environment, target.region or "")
