"""The trust of the two roles: jobs of a GitHub repository, or runs of HCP Terraform's workspaces."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules.errors import ToolError
from modules.settings import Settings
from modules.settings.models import CloudBackend
from modules.spec.system import Monitoring, Place
from ops.pulls.documents import APPLY, PLAN
from ops.pulls.identities import AUDIENCE
from ops.pulls.texts import quoted

GITHUB = "token.actions.githubusercontent.com"
# Source: https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
HCP_TERRAFORM = "app.terraform.io"
HCP_AUDIENCE = "aws.workload.identity"
# Characters without white space, unless the account has a higher quota.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LARGEST_TRUST = 2_048
# Since July 2026 GitHub adds numbers to both names in the claims of new repositories.
_REPOSITORY = re.compile(r"[\w.-]+(?:@\d+)?/[\w.-]+(?:@\d+)?", re.ASCII)
# What HCP Terraform accepts in the name of a project. A colon would end the name within the claim.
_PROJECT = re.compile(r"[\w -]+", re.ASCII)

Tree = dict[str, Any]
Pair = tuple[Settings, Monitoring]


@dataclass(frozen=True)
class Trust:
    """Tokens that a role accepts.

    Attributes
    ----------
    issuer
        The identity provider, without https://.
    audience
        The claim `aud`.
    subjects
        The claim `sub`, of which one must match exactly: no wildcard could admit another project.
    """

    issuer: str
    audience: str
    subjects: tuple[str, ...]

    def document(self, place: Place) -> Tree:
        """Return the trust policy of a role in an account."""
        subjects = list(self.subjects) if len(self.subjects) > 1 else self.subjects[0]
        claims = {f"{self.issuer}:aud": self.audience, f"{self.issuer}:sub": subjects}
        provider = f"arn:{place.partition}:iam::{place.account}:oidc-provider/{self.issuer}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": claims},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}


def trusts(pairs: Sequence[Pair], repository: str | None) -> Mapping[str, Trust]:
    """Return the trust of each role, by purpose, for targets of one environment.

    Parameters
    ----------
    repository
        Owner and name as GitHub claims them. Required if workflows plan and apply, and no option if
        HCP Terraform does.

    Raises
    ------
    ToolError
        The repository or the configuration does not identify who plans and applies.
    """
    settings, found = pairs[0]
    backend = settings.terraform.backend
    if isinstance(backend, CloudBackend):
        if repository is not None:
            raise ToolError("--repository: runs of HCP Terraform belong to no repository. Omit the option")
        made = {purpose: _hcp(pairs, backend, purpose) for purpose in (PLAN, APPLY)}
    else:
        jobs = {PLAN: f"{settings.environment}-plan", APPLY: settings.environment}
        made = {purpose: _github(_checked(repository), job) for purpose, job in jobs.items()}
    for purpose, trust in made.items():
        _require_size(purpose, trust.document(found.place))
    return made


def _checked(repository: str | None) -> str:
    if repository is None:
        raise ToolError("--repository: missing. Name the repository whose workflows run, owner/name")
    if not _REPOSITORY.fullmatch(repository):
        raise ToolError(f"--repository: {quoted(repository)} does not name a repository. Use owner/name")
    return repository


def _github(repository: str, job_environment: str) -> Trust:
    return Trust(GITHUB, AUDIENCE, (f"repo:{repository}:environment:{job_environment}",))


def _hcp(pairs: Sequence[Pair], backend: CloudBackend, phase: str) -> Trust:
    project, where = backend.project, pairs[0][0].file_of("terraform", "backend", "project")
    if project is None:
        text = "missing. Name the project of the workspaces: the trust of the roles requires it"
        raise ToolError(f"{where}: terraform.backend.project: {text}")
    if not _PROJECT.fullmatch(project):
        text = f"{quoted(project)} cannot be a project: its name has letters, digits, spaces, _ and -"
        raise ToolError(f"{where}: terraform.backend.project: {text}")
    within = f"organization:{backend.organization}:project:{project}"
    workspaces = (backend.workspace_of(found.stack) for _, found in pairs)
    return Trust(
        issuer=backend.hostname or HCP_TERRAFORM,
        audience=HCP_AUDIENCE,
        subjects=tuple(f"{within}:workspace:{name}:run_phase:{phase}" for name in workspaces),
    )


def _require_size(purpose: str, document: Tree) -> None:
    size = len(json.dumps(document, separators=(",", ":")))
    if size > LARGEST_TRUST:
        raise ToolError(
            f"the role to {purpose}: its trust has {size:,} characters, and AWS allows {LARGEST_TRUST:,}. "
            "Use shorter names, or distribute the targets over several environments"
        )
