"""Every name in one place.

The prefix leads all names: `scheduling-agent` in prod, `scheduling-agent-<environment>` elsewhere,
so that environments can share an account.

Construct ids become Terraform addresses and are unique in a stack, so every kind but alarms leads with
its name: the alarm and the filter `error-count` are ``error-count`` and ``filter-error-count``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

PRODUCTION = "prod"
FIRST_REGION = "us-east-1"
QUERY_FOLDER_SEPARATOR = "/"


@dataclass(frozen=True)
class Names:
    """The names of one target.

    Parameters
    ----------
    project
        The system's name, such as ``scheduling-agent``.
    environment, region
        The target. Names that are global to an account carry the region outside the first one.
    """

    project: str
    environment: str
    region: str

    @property
    def prefix(self) -> str:
        """What every name begins with."""
        if self.environment == PRODUCTION:
            return self.project
        return f"{self.project}-{self.environment}"

    @property
    def namespace(self) -> str:
        """The namespace of custom metrics: `SchedulingAgent`, or `SchedulingAgent/<Environment>`."""
        camel = "".join(word.capitalize() for word in self.project.split("-"))
        if self.environment == PRODUCTION:
            return camel
        # Hyphens stay: without them qa-1 and qa1 would share a namespace.
        return f"{camel}/{self.environment.capitalize()}"

    @property
    def query_folder(self) -> str:
        """The folder of the saved queries."""
        return self.prefix

    def named(self, key: str) -> str:
        """A name in this region: alarms, topics, filters, functions."""
        return f"{self.prefix}-{key}"

    def account_wide(self, key: str) -> str:
        """A name in this account: dashboards and roles are not per region."""
        suffix = "" if self.region == FIRST_REGION else f"-{self.region}"
        return f"{self.prefix}-{key}{suffix}"

    def log_group(self, key: str) -> str:
        """A log group of the system."""
        return f"/aws/{self.prefix}/{key}"


def lambda_log_group(function_name: str) -> str:
    """The group that a function writes to unless its LoggingConfig names another."""
    return f"/aws/lambda/{function_name}"


def construct_id(kind: str, key: str) -> str:
    """The id of a resource: ``group`` and ``lambda/notes-actions`` make ``group-lambda-notes-actions``."""
    return f"{kind}-{key.replace('/', '-')}"


def email_id(topic: str, email: str) -> str:
    """The id of an address's subscription; its digest makes it, so that the order of addresses is free."""
    return construct_id("email", f"{topic}-{hashlib.sha256(email.encode()).hexdigest()[:12]}")


def reference(terraform_type: str, identity: str, attribute: str) -> str:
    """A Terraform reference, which also orders creation."""
    return f"${{{terraform_type}.{identity}.{attribute}}}"
