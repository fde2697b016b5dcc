"""Destroying what a run created, in this run or in the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modules.errors import ToolError
from ops.acceptance.configs import plan
from ops.acceptance.sandboxes import Sandbox
from ops.acceptance.steps import FAILURES
from ops.local import taps
from ops.local.applies import Tell
from ops.local.aws import Clients
from ops.local.deployments import Deployment
from ops.local.states import Home, State
from ops.terraform import Terraform

NO_STATE = "No state file was found"
FOLDER, COMMAND = ".acceptance", "acceptance"


@dataclass(frozen=True)
class Cleanup:
    """Removes what a run deployed."""

    home: Home
    state: State
    sandbox: Sandbox
    terraform: Terraform

    @property
    def deployment(self) -> Deployment:
        """The deployment of the run."""
        stack = self.home.path / "cdktf.out" / "stacks" / self.state.stack
        return self.sandbox.deployment(self.terraform, stack, self.home.environ(self.state))

    def destroy(self, progress: Tell) -> str:
        """Remove everything, as far as possible; return a summary.

        Raises
        ------
        ToolError
            Something is left; the text lists it, and names the command that removes it.
        """
        problems = list(self._problems(progress))
        remaining = self._remaining()
        if problems or remaining:
            listed = f"{len(remaining)} resources remain: {', '.join(remaining)}" if remaining else ""
            command = f"remove them with: {self.command}"
            raise ToolError("; ".join(filter(None, (*problems, listed, command))))
        return "every resource, the queues of the checks and the secrets are deleted"

    @property
    def command(self) -> str:
        """The command that removes what is left."""
        return f"make acceptance PROFILE={self.state.profile} ACCOUNT={self.state.account} CLEAN=1"

    def left(self) -> list[str]:
        """Return what AWS still lists with the tag of the run."""
        try:
            return list(_tagged(self.sandbox.aws, self.state.prefix))
        except FAILURES as error:
            return [f"what is left could not be listed: {error}"]

    def _problems(self, progress: Tell) -> Iterator[str]:
        """Attempt every part, even if another one fails."""
        parts: dict[str, Callable[[], None]] = {
            "queues of the checks": lambda: taps.remove(self.sandbox.aws, self.state.prefix),
            "terraform": lambda: self.deployment.destroy(progress),
            "secrets": self._delete_secrets,
        }
        for name, part in parts.items():
            try:
                part()
            except FAILURES as error:
                yield f"{name}: {error}"

    def _delete_secrets(self) -> None:
        """Delete secrets that Terraform only scheduled for deletion."""
        _, monitoring = plan(self.home.path)
        for secret in monitoring.secrets:
            self.sandbox.aws("secretsmanager").delete_secret(
                SecretId=secret.name, ForceDeleteWithoutRecovery=True
            )

    def _remaining(self) -> list[str]:
        try:
            listed = self.deployment.run("state", "list").split()
        except ToolError as error:
            return [] if NO_STATE in str(error) else [f"unknown resources: {error}"]
        return [address for address in listed if not address.startswith("data.")]


def begun(home: Home) -> bool:
    """Return whether Terraform may have created anything."""
    return any(home.path.glob("*terraform.*.tfstate*"))  # the state, or a lock on it


def _tagged(aws: Clients, prefix: str) -> Iterator[str]:
    """Customer keys with their dates; everything else in one line."""
    pages = aws("resourcegroupstaggingapi").get_paginator("get_resources")
    items = pages.paginate(TagFilters=[{"Key": "Project", "Values": [prefix]}]).search(
        "ResourceTagMappingList"
    )
    others = []
    for arn in (item["ResourceARN"] for item in items):
        date = _deletion_date(aws, arn) if ":kms:" in arn else None
        if date:
            yield f"{arn}: customer key, deleted on {date}; it is free of charge until then"
        else:
            others.append(arn)
    if others:
        yield f"AWS still lists, perhaps for some minutes only: {', '.join(others)} (tag Project={prefix})"


def _deletion_date(aws: Clients, arn: str) -> str | None:
    date = aws("kms").describe_key(KeyId=arn)["KeyMetadata"].get("DeletionDate")
    return f"{date:%Y-%m-%d}" if date else None
