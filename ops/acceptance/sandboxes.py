"""The places to which an acceptance run deploys: an account by its profile, or the embedded AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from modules.errors import ToolError
from ops.common.accounts import Place
from ops.doctor.gathering import Account
from ops.emulator import REGION, Emulator, without_aws
from ops.local.aws import Aws, Clients, Isolate, environment
from ops.local.deployments import AT_ONCE, Deployment
from ops.local.states import Home, State
from ops.processes import Recorded, marking
from ops.terraform import Terraform

USAGE = """\
usage: make acceptance PROFILE=NAME ACCOUNT=ID          deploy to this account, check, destroy, report
       make acceptance PROFILE=NAME ACCOUNT=ID CLEAN=1  destroy what a killed run left
       make acceptance EMULATOR=1                       the same steps against the embedded AWS"""
# Variables with the files of profiles and of certificate authorities. All others are removed: access keys
# take precedence over a profile, and an endpoint leads elsewhere.
_KEPT = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT")
# Ten calls with waits of up to 20 s: SetAlarmState is limited to three a second.
_MOST_ATTEMPTS = 10
# Terraform's default: more would only be throttled.
_AT_ONCE = 10
# An interrupted Terraform finishes the calls that it has begun; the slowest waits for a queue or a function.
_PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Sandbox:
    """An account in one region, and how programs reach it.

    Attributes
    ----------
    account
        Reads what is deployed; it refuses to write.
    aws
        The clients of the checks.
    profile
        The name of its profile; empty for the embedded AWS.
    """

    place: Place
    account: Account
    aws: Clients
    environ: Mapping[str, str]
    isolate: Isolate
    profile: str = ""

    @property
    def emulated(self) -> bool:
        """Return whether this is the embedded AWS."""
        return not self.profile

    def deployment(self, terraform: Terraform, stack: Path, environ: Mapping[str, str]) -> Deployment:
        """The stack in a folder, deployed here."""
        variables = {**self.environ, **environ}
        at_once = AT_ONCE if self.emulated else _AT_ONCE
        return Deployment(terraform, stack, self.aws, variables, self.isolate, at_once, _PATIENCE_SECONDS)


def check_arguments(profile: str, account: str, *, emulator: bool) -> None:
    """Refuse arguments that do not name one place to deploy to.

    Raises
    ------
    ToolError
        With the usage.
    """
    problem = ""
    if emulator and (profile or account):
        problem = "EMULATOR=1 uses no account: leave PROFILE and ACCOUNT out"
    elif not emulator and not profile.strip():
        problem = "PROFILE is missing: name a profile of the AWS configuration"
    elif not emulator and not re.fullmatch("[0-9]{12}", account):
        problem = f"ACCOUNT: {account!r} is not an account id of 12 digits"
    if problem:
        raise ToolError(f"{problem}\n\n{USAGE}")


def only_profile(environ: Mapping[str, str], profile: str) -> dict[str, str]:
    """An environment in which AWS clients find one profile and nothing else."""
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_") or name in _KEPT}
    return kept | {"AWS_PROFILE": profile, "AWS_SDK_LOAD_CONFIG": "1"}


@contextmanager
def account_sandbox(profile: str, account: str, region: str | None) -> Iterator[Sandbox]:
    """The account of a profile; within the context, no other credentials are in the environment.

    Parameters
    ----------
    region
        Where to deploy; without it, the profile's region, or else us-east-1.

    Raises
    ------
    ToolError
        The profile cannot be used, or belongs to another account.
    """
    isolate = partial(only_profile, profile=profile)
    with environment(isolate):
        reader = Account.found(region, profile)
        place = reader.place()
        if place.number != account:
            raise ToolError(
                f"PROFILE: {profile} belongs to account {place.number}, and ACCOUNT is {account}; "
                "nothing was created"
            )
        environ = {"AWS_REGION": place.region}
        yield Sandbox(place, reader, _ProfileClients(profile, place.region), environ, isolate, profile)


@contextmanager
def emulated_sandbox(home: Home, state: State) -> Iterator[Sandbox]:
    """The embedded AWS; it ends with the context."""
    emulator = Emulator(home.path / "emulator", guarded=True)
    with marking(state.mark), emulator:
        if emulator.process:
            state.processes.append(Recorded.of("emulator", emulator.process))
            home.write(state)
        with environment(without_aws, **emulator.environ):
            reader = Account.found(REGION)
            yield Sandbox(reader.place(), reader, Aws(emulator.url), emulator.environ, without_aws)


class _ProfileClients:
    """boto3 clients of a profile in one region."""

    def __init__(self, profile: str, region: str) -> None:
        import boto3  # type: ignore[import-untyped]  # ships no types
        from botocore.config import Config  # type: ignore[import-untyped]  # ships no types

        self._session = boto3.Session(profile_name=profile, region_name=region)
        retries = {"mode": "standard", "total_max_attempts": _MOST_ATTEMPTS}
        self._config = Config(connect_timeout=5, read_timeout=60, retries=retries)
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=self._config)
        return self._clients[service]
