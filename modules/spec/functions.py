"""Functions of our own: what runs, when, and what it may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Something that a role may do, or with the effect Deny something that it may not."""

    name: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    effect: Literal["Allow", "Deny"] = "Allow"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a function reads a queue: by key, so many messages at a time, in so many copies at once."""

    queue: str
    batch_size: int
    concurrency: int


@dataclass(frozen=True, kw_only=True)
class OwnFunction:
    """A Lambda function that this project deploys.

    Attributes
    ----------
    source
        Its folder in lambda_src/.
    role_name
        Of its role, which is global to the account.
    group
        The key of the log group that it writes to.
    environment
        Variables, which may be Terraform references; never a secret.
    oldest_event_seconds
        How long an asynchronous call may wait for its run, which is then repeated once at most; AWS's
        own figures are six hours and two.
    files
        Text files that go into its archive beside the sources, by name.
    copied
        Files of the project that do, by name there; the values are paths from the project's folder.
    subnets, security_groups
        Where it runs, if in a VPC.
    dead_letters
        The key of the queue for asynchronous calls that failed for good.
    """

    key: str
    name: str
    summary: str
    source: str
    role_name: str
    group: str
    timeout_seconds: int
    memory_mb: int
    environment: Mapping[str, str]
    grants: tuple[Grant, ...]
    reads: Reading | None = None
    dead_letters: str | None = None
    oldest_event_seconds: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    copied: Mapping[str, str] = field(default_factory=dict)
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a function runs, by key: a cron or rate expression in a time zone.

    A call that Lambda does not take is tried again for `oldest_seconds`, then kept in `dead_letters`.
    """

    key: str
    name: str
    role_name: str
    function: str
    expression: str
    time_zone: str
    dead_letters: str
    oldest_seconds: int
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret without a value: whoever knows the value puts it there, Terraform never sees it."""

    key: str
    name: str
    summary: str
