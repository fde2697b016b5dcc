"""The embedded AWS as boto3 and Terraform reach it; nothing here can reach another one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ops.emulator import REGION, without_aws

_CONFIG_FILE = "TF_CLI_CONFIG_FILE"
# Variables of the user's own work with Terraform that would change which state or which arguments a run uses.
_OWN_RUNS = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_VAR_", "TF_WORKSPACE")

Isolate = Callable[[Mapping[str, str]], dict[str, str]]
"""Returns an environment in which AWS clients reach only the intended AWS."""


class Clients(Protocol):
    """boto3 clients of one account, by service: `aws("sns")`."""

    def __call__(self, service: str) -> Any:
        """Return the client of a service."""
        ...


class Aws:
    """Clients of one emulator, by service: `aws("sns")`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """The boto3 client of a service."""
        if service not in self._clients:
            self._clients[service] = self._client(service)
        return self._clients[service]

    def _client(self, service: str) -> Any:
        import boto3  # type: ignore[import-untyped]  # ships no types
        from botocore.config import Config  # type: ignore[import-untyped]  # ships no types

        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106  (what the emulator takes from anybody)
            config=Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2}),
        )


@contextmanager
def environment(isolate: Isolate = without_aws, **variables: str) -> Iterator[None]:
    """Run programs with an isolated environment and these variables: by default without the user's AWS."""
    before = dict(os.environ)
    now = _for_terraform(isolate(before)) | variables
    _replace(now)
    try:
        yield
    finally:
        _replace(before)


def _for_terraform(environ: dict[str, str]) -> dict[str, str]:
    """Without the variables of the user's own runs, and without a configuration file that does not exist."""
    environ = {name: value for name, value in environ.items() if not name.startswith(_OWN_RUNS)}
    config = Path(environ.pop(_CONFIG_FILE, ""))
    told = {_CONFIG_FILE: str(config.resolve())} if config.is_file() else {}
    return environ | told | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


def _replace(variables: Mapping[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)
