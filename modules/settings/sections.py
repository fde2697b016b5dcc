"""What is watched, as configuration tells it: agents, functions, the backend, the database."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from modules import facts
from modules.settings.text import (
    Account,
    AliasArn,
    File,
    FunctionName,
    Host,
    Identifier,
    LogField,
    LogWord,
    ModelId,
    Partition,
    Region,
    ResourceId,
    SecretArn,
    SecurityGroupId,
    Slug,
    SubnetId,
    Word,
)

# CloudWatch reads at most ten metrics in one alarm; an agent has two error metrics, a function one.
MOST_FUNCTIONS = 10
MOST_AGENTS = 5
LONGEST_LAMBDA_TIMEOUT_SECONDS = 900


class Section(BaseModel):
    """A mapping of the configuration: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Target(Section):
    """One region of one account; each becomes a stack, a workspace and a state."""

    region: Region | None = None
    account: Account | None = None
    partition: Partition | None = None
    name: Slug | None = None

    @model_validator(mode="after")
    def _account_and_partition_go_together(self) -> Self:
        if self.account is not None and self.partition is None:
            first, *others = (partition.name for partition in facts.partitions())
            names = (
                facts.partition_of(self.region).name if self.region else f"{first} (or {', '.join(others)})"
            )
            raise ValueError(f"has an account and no partition; add partition: {names}")
        return self

    @property
    def label(self) -> str:
        """What tells it apart in its environment: its name, or else its region."""
        return self.name or self.region or ""


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


class Function(Section):
    """A Lambda action function."""

    timeout_seconds: Annotated[int, Field(ge=1, le=LONGEST_LAMBDA_TIMEOUT_SECONDS)]
    log_group: Literal["dedicated", "lambda-default"] = "dedicated"
    function_name: FunctionName | None = None


class Lambda(Section):
    """The functions, and how many may run at once in the account and region."""

    # New accounts have less than the default: a run says so where it is not set.
    account_concurrency: Annotated[int, Field(ge=10, le=1_000_000)] = Field(
        default_factory=lambda: facts.limit("lambda_concurrency_default")
    )
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

    @model_validator(mode="after")
    def _words_are_told_apart(self) -> Self:
        if self.info_level in self.error_levels:
            raise ValueError(f"has the info_level {self.info_level!r} among error_levels; take it out of one")
        if self.request_event == self.response_event:
            raise ValueError(f"has {self.request_event!r} as request_event and response_event; one is wrong")
        return self


class Backend(Section):
    """The backend API."""

    log: BackendLog


class Vpc(Section):
    """Where the function that counts in the database runs to reach it."""

    subnet_ids: Annotated[tuple[SubnetId, ...], Field(min_length=1, max_length=16, strict=False)]
    security_group_ids: Annotated[
        tuple[SecurityGroupId, ...], Field(min_length=1, max_length=5, strict=False)
    ]


class Connection(Section):
    """How the database is reached; what is not told here, the secret says.

    `ca_file` holds the authorities of the server's certificate; `resource_id` is what IAM calls the
    instance or cluster.
    """

    auth: Literal["secret", "iam"] = "secret"
    host: Host | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    name: Word | None = None
    user: Word | None = None
    secret_arn: SecretArn | None = None
    resource_id: ResourceId | None = None
    ca_file: File | None = None
    vpc: Vpc | None = None

    @model_validator(mode="after")
    def _has_what_its_way_to_log_in_needs(self) -> Self:
        needed = ("host", "name", "user", "resource_id")
        missing = [key for key in needed if getattr(self, key) is None]
        if self.auth == "iam" and missing:
            raise ValueError(f"has auth: iam without {', '.join(missing)}; add them")
        if self.auth == "iam" and self.secret_arn:
            raise ValueError("has auth: iam and a secret_arn, which is not read then; take one out")
        if self.auth == "secret" and (self.user or self.resource_id):
            raise ValueError("has auth: secret, which says the user; take user and resource_id out")
        return self


class Database(Section):
    """The PostgreSQL database, the most connections that it takes, and how it is reached."""

    engine: Literal["postgres", "aurora-postgresql", "aurora-postgresql-serverless"]
    identifier: Identifier | None = None
    max_connections: Annotated[int, Field(ge=6, le=262_143)]
    connection: Connection = Connection()
