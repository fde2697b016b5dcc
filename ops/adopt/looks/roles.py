"""Roles and the policies written into them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ops.adopt.accounts import Account
from ops.adopt.finds import Find, plain
from ops.adopt.wanted import Wanted

ROLE, ROLE_POLICY = "aws_iam_role", "aws_iam_role_policy"


def roles(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Roles by name."""
    for one in wanted.of(ROLE):
        name = str(one.get("name"))
        read = account.get("iam", "get_role", RoleName=name)
        if read is not None:
            role = read["Role"]
            values = plain(
                name=name,
                path=role.get("Path"),
                description=role.get("Description"),
                assume_role_policy=_text(role.get("AssumeRolePolicyDocument")),
                permissions_boundary=(role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            )
            yield Find(type=ROLE, name=name, address=one.address, import_id=name, values=values)


def role_policies(account: Account, wanted: Wanted) -> Iterator[Find]:
    """The policies written into roles, by role and name."""
    for one in wanted.of(ROLE_POLICY):
        role, name = str(one.get("role")), str(one.get("name"))
        read = account.get("iam", "get_role_policy", RoleName=role, PolicyName=name)
        if read is not None:
            values = plain(name=name, role=role, policy=_text(read.get("PolicyDocument")))
            identity = f"{role}:{name}"
            yield Find(
                type=ROLE_POLICY, name=identity, address=one.address, import_id=identity, values=values
            )


def _text(document: Any) -> str:
    """A policy as text; boto3 reads those of IAM already."""
    return document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
