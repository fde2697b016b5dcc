"""The two roles of an environment, as Terraform: one that plans and can only read, and one that applies.

GitHub's workflows assume them if the state is in a bucket, runs of HCP Terraform if it is there. What they
allow follows from the resources that the stacks really have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modules.catalog import every_target
from modules.errors import ToolError
from modules.settings import Settings, load
from modules.spec.system import Monitoring
from modules.synthesis import STACK_FILE
from modules.versions import PROVIDER
from ops.pulls.documents import document
from ops.pulls.parts import Parts, parts_of
from ops.pulls.targets import ROLE_PATH, role_name, without_roles
from ops.pulls.texts import quoted
from ops.pulls.trusts import Trust, trusts

LONGEST_SESSION_SECONDS = 3_600

Tree = dict[str, Any]
Pair = tuple[Settings, Monitoring]


def terraform_of(
    environment: str,
    repository: str | None,
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
        Owner and name as GitHub claims them; nothing for HCP Terraform.
    out
        The folder that synth wrote.

    Raises
    ------
    ToolError
        The stacks are not synthesized, or no run could reach them.
    ConfigError
        Configuration cannot be used.
    """
    pairs = every_target(load((environment,), config, environ))
    usable = [pair for pair in pairs if not list(without_roles(*pair))]
    if not usable:
        raise ToolError("\n".join(dict.fromkeys(line for pair in pairs for line in without_roles(*pair))))
    found = _in_account(usable, account)
    accepted = trusts(found, repository)
    return json.dumps(terraform(found, accepted, _resources(found, out)), indent=2)


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


def terraform(pairs: Sequence[Pair], accepted: Mapping[str, Trust], resources: Sequence[Tree]) -> Tree:
    """Both roles, for targets of one environment in one account."""
    _, found = pairs[0]
    parts = {
        purpose: parts_of(document(pairs, resources, purpose)["Statement"], purpose) for purpose in accepted
    }
    return {
        "terraform": {"required_providers": {"aws": PROVIDER}},
        "provider": {"aws": {"region": found.place.region, "allowed_account_ids": [found.place.account]}},
        "resource": {
            "aws_iam_role": {purpose: _role(found, purpose, trust) for purpose, trust in accepted.items()},
            **_policies(found, parts),
        },
    }


def _policies(found: Monitoring, parts: Mapping[str, Parts]) -> Tree:
    """The policies of both roles: managed ones, each with its attachment, and what exceeds them."""
    managed = {
        f"{purpose}-{number}": (purpose, text)
        for purpose, of_role in parts.items()
        for number, text in enumerate(of_role.managed, start=1)
    }
    inline = {purpose: of_role.inline for purpose, of_role in parts.items() if of_role.inline}
    resources = {
        "aws_iam_policy": {
            key: {"name": f"{found.prefix}-{key}", "path": ROLE_PATH, "policy": text}
            for key, (_, text) in managed.items()
        },
        "aws_iam_role_policy_attachment": {
            key: {"role": _reference(purpose), "policy_arn": f"${{aws_iam_policy.{key}.arn}}"}
            for key, (purpose, _) in managed.items()
        },
        "aws_iam_role_policy": {
            purpose: {
                "name": role_name(found, purpose),
                "role": _reference(purpose),
                "policy": text,
            }
            for purpose, text in inline.items()
        },
    }
    return {kind: bodies for kind, bodies in resources.items() if bodies}


def _reference(purpose: str) -> str:
    return f"${{aws_iam_role.{purpose}.name}}"


def _role(found: Monitoring, purpose: str, trust: Trust) -> Tree:
    return {
        "name": role_name(found, purpose),
        "path": ROLE_PATH,
        "description": f"Permissions to {purpose} the monitoring of {found.prefix}",
        "max_session_duration": LONGEST_SESSION_SECONDS,
        "assume_role_policy": json.dumps(trust.document(found.place)),
    }
