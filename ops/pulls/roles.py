"""The two roles of an environment, as Terraform: one that plans and can only read, and one that applies.

Each admits one job environment of one repository: whoever may deploy is decided by the rules of these
environments on GitHub. What they allow follows from the resources that the stacks really have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modules.catalog import every_target
from modules.errors import ToolError
from modules.settings import Settings, load
from modules.spec.system import Monitoring
from modules.synthesis import STACK_FILE
from modules.versions import PROVIDER
from ops.pulls.documents import APPLY, PLAN, document
from ops.pulls.identities import AUDIENCE
from ops.pulls.targets import ROLE_PATH, left_out, reachable, role_name
from ops.pulls.texts import quoted

ISSUER = "token.actions.githubusercontent.com"
# Of one managed policy, white space not counted, and how many a role takes. Policies inside of a role have
# 10,240 characters together, which names of functions and queues soon fill.
# Source: AWS, "IAM and STS quotas".
LARGEST_POLICY = 6_144
MOST_POLICIES = 10
LONGEST_SESSION_SECONDS = 3_600
# Since July 2026 GitHub adds numbers to both names in the claims of new repositories.
_REPOSITORY = re.compile(r"[\w.-]+(?:@\d+)?/[\w.-]+(?:@\d+)?", re.ASCII)

Tree = dict[str, Any]
Pair = tuple[Settings, Monitoring]


def terraform_of(
    environment: str,
    repository: str,
    *,
    account: str | None,
    out: Path,
    config: Path,
    environ: Mapping[str, str],
) -> str:
    """Terraform for the roles of an environment in one account.

    Parameters
    ----------
    account
        Which one; needed only if the environment has several.
    repository
        Owner and name as GitHub claims them.
    out
        The folder that synth wrote.

    Raises
    ------
    ToolError
        The stacks are not synthesized, or no workflow could reach them.
    ConfigError
        Configuration cannot be used.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise ToolError(f"--repository: {quoted(repository)} is no repository; wanted owner/name")
    pairs = every_target(load((environment,), config, environ))
    if not reachable(pairs):
        raise ToolError("\n".join(left_out(pairs)))
    found = _in_account([pair for pair in pairs if reachable([pair])], account)
    return json.dumps(terraform(found, repository, _resources(found, out)), indent=2)


def _in_account(pairs: Sequence[Pair], account: str | None) -> list[Pair]:
    accounts = sorted({found.place.account for _, found in pairs})
    if account is None and len(accounts) > 1:
        raise ToolError(f"--account: there are several; wanted one of {', '.join(accounts)}")
    chosen = account or accounts[0]
    if chosen not in accounts:
        raise ToolError(f"--account: {quoted(chosen)} has no target; wanted one of {', '.join(accounts)}")
    return [pair for pair in pairs if pair[1].place.account == chosen]


def _resources(pairs: Sequence[Pair], out: Path) -> list[Tree]:
    """The resources of each stack."""
    return [_of_stack(settings, out / "stacks" / found.stack / STACK_FILE) for settings, found in pairs]


def _of_stack(settings: Settings, path: Path) -> Tree:
    try:
        found: Any = json.loads(path.read_text("utf-8"))["resource"]
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(bodies, dict) for bodies in found.values()):
        raise ToolError(f"{path}: is no stack; run `make synth ENV={settings.environment}`")
    return found


def terraform(pairs: Sequence[Pair], repository: str, resources: Sequence[Tree]) -> Tree:
    """Both roles, for targets of one environment in one account."""
    settings, found = pairs[0]
    jobs = {PLAN: f"{settings.environment}-plan", APPLY: settings.environment}
    aws = {"region": found.place.region, "allowed_account_ids": [found.place.account]}
    policies = {
        f"{purpose}-{number}": (purpose, text)
        for purpose in jobs
        for number, text in enumerate(texts(document(pairs, resources, purpose), purpose), start=1)
    }
    return {
        "terraform": {"required_providers": {"aws": PROVIDER}},
        "provider": {"aws": aws},
        "resource": {
            "aws_iam_role": {
                purpose: _role(found, repository, purpose, job) for purpose, job in jobs.items()
            },
            "aws_iam_policy": {
                key: {"name": f"{found.prefix}-{key}", "path": ROLE_PATH, "policy": text}
                for key, (_, text) in policies.items()
            },
            "aws_iam_role_policy_attachment": {
                key: {
                    "role": f"${{aws_iam_role.{purpose}.name}}",
                    "policy_arn": f"${{aws_iam_policy.{key}.arn}}",
                }
                for key, (purpose, _) in policies.items()
            },
        },
    }


def _attached(purpose: str, policy: str) -> Tree:
    return {"role": f"${{aws_iam_role.{purpose}.name}}", "policy_arn": f"${{aws_iam_policy.{policy}.arn}}"}


def _role(found: Monitoring, repository: str, purpose: str, job: str) -> Tree:
    return {
        "name": role_name(found, purpose),
        "path": ROLE_PATH,
        "description": f"What a workflow may do to {purpose} the monitoring of {found.prefix}",
        "max_session_duration": LONGEST_SESSION_SECONDS,
        "assume_role_policy": json.dumps(trust(found, repository, job)),
    }


def texts(policy: Tree, purpose: str) -> list[str]:
    """A policy in as many parts as IAM wants.

    Raises
    ------
    ToolError
        A role cannot take it.
    """
    parts: list[list[Tree]] = []
    for statement in policy["Statement"]:
        if not parts or len(_text(policy, [*parts[-1], statement])) > LARGEST_POLICY:
            parts.append([])
        parts[-1].append(statement)
    found = [_text(policy, part) for part in parts]
    if len(found) > MOST_POLICIES or max(map(len, found), default=0) > LARGEST_POLICY:
        sizes = ", ".join(f"{len(text):,}" for text in found)
        raise ToolError(
            f"the policies to {purpose} have {sizes} characters; a role takes {MOST_POLICIES} of "
            f"{LARGEST_POLICY:,}: give some targets an account of their own"
        )
    return found


def _text(policy: Tree, part: list[Tree]) -> str:
    return json.dumps(policy | {"Statement": part}, separators=(",", ":"))


def trust(found: Monitoring, repository: str, job_environment: str) -> Tree:
    """Who may take a role on: jobs of one repository in one environment, and nobody else."""
    place = found.place
    claims = {"aud": AUDIENCE, "sub": f"repo:{repository}:environment:{job_environment}"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{place.partition}:iam::{place.account}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:{claim}": value for claim, value in claims.items()}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
