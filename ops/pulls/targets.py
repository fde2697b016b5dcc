"""Which targets a workflow can reach: those whose state lies in a bucket, in an account that config names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from modules.catalog import every_target
from modules.catalog.context import UNTOLD_ACCOUNT
from modules.errors import ToolError
from modules.settings import Settings, environments, load
from modules.settings.models import CloudBackend, S3Backend
from modules.spec.system import Monitoring

# Apart from the roles that the stack makes, so that what may change those cannot change these.
ROLE_PATH = "/deployment/"
_NO_ACCOUNT = "names no account; wanted account and partition, which make the names of the roles"


@dataclass(frozen=True)
class Target:
    """One stack that workflows plan and apply, as the entry of a matrix."""

    stack: str
    environment: str
    region: str
    account: str
    plan_role: str
    apply_role: str


def every(config: Path, environ: Mapping[str, str]) -> list[tuple[Settings, Monitoring]]:
    """Settings and content of every target of every environment.

    Raises
    ------
    ConfigError
        Configuration cannot be used.
    """
    return every_target(load(environments(config), config, environ))


def reachable(pairs: list[tuple[Settings, Monitoring]]) -> list[Target]:
    """The targets that a workflow can plan against their live state."""
    return [_target(settings, found) for settings, found in pairs if not list(_obstacles(settings, found))]


def left_out(pairs: list[tuple[Settings, Monitoring]]) -> Iterator[str]:
    """A line for each of the others: why, and the mend."""
    for settings, found in pairs:
        for obstacle in _obstacles(settings, found):
            yield f"{found.stack}: not for workflows: config/{settings.environment}.yaml: {obstacle}"


def without_roles(settings: Settings, found: Monitoring) -> Iterator[str]:
    """Reasons why no role can be generated for a target."""
    backend, file = settings.terraform.backend, f"config/{settings.environment}.yaml"
    if not isinstance(backend, S3Backend | CloudBackend):
        text = f"the state is {backend.type}. Runs elsewhere cannot reach it; use s3 or cloud"
        yield f"{file}: terraform.backend: {text}"
    if found.place.account == UNTOLD_ACCOUNT:
        yield f"{file}: targets: {_NO_ACCOUNT}"


def _obstacles(settings: Settings, found: Monitoring) -> Iterator[str]:
    backend = settings.terraform.backend
    if not isinstance(backend, S3Backend):
        yield f"terraform.backend: the state is {backend.type}; wanted s3, which every run can reach"
    if found.place.account == UNTOLD_ACCOUNT:
        yield f"targets: {_NO_ACCOUNT}"


def _target(settings: Settings, found: Monitoring) -> Target:
    place = found.place
    return Target(
        stack=found.stack,
        environment=settings.environment,
        region=place.region,
        account=place.account,
        plan_role=role_arn(found, "plan"),
        apply_role=role_arn(found, "apply"),
    )


def role_name(found: Monitoring, purpose: str) -> str:
    """The role for a purpose, ``plan`` or ``apply``; the targets of one environment and account share it."""
    return f"{found.prefix}-{purpose}"


def role_arn(found: Monitoring, purpose: str) -> str:
    """Its ARN."""
    place = found.place
    return f"arn:{place.partition}:iam::{place.account}:role{ROLE_PATH}{role_name(found, purpose)}"


def matrix(targets: list[Target]) -> list[dict[str, Any]]:
    """The entries as a workflow reads them."""
    return [asdict(target) for target in targets]


def backend_of(stack: str, config: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """The place of a stack's state, as synth writes it: what is used, whatever a change says.

    Raises
    ------
    ToolError
        Configuration has no such stack, or its state is out of reach.
    ConfigError
        Configuration cannot be used.
    """
    for settings, found in every(config, environ):
        kept = settings.terraform.backend
        if found.stack == stack and isinstance(kept, S3Backend):
            return {"s3": _bucket(kept, stack)}
    raise ToolError(f"{stack}: the configuration has no such stack with its state in a bucket")


def _bucket(kept: S3Backend, stack: str) -> dict[str, Any]:
    body = {
        "bucket": kept.bucket,
        "dynamodb_table": kept.dynamodb_table,
        "encrypt": True,
        "key": f"{kept.key_prefix}/{stack}.tfstate",
        "region": kept.region,
        "use_lockfile": kept.use_lockfile or None,
    }
    return {key: value for key, value in body.items() if value is not None}
