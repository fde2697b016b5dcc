"""The tag policy of the organization, where the stack has one."""

from __future__ import annotations

from collections.abc import Iterator

from modules.resources.views import Resource
from ops.adopt.accounts import Account
from ops.adopt.finds import Find, plain
from ops.adopt.references import references
from ops.adopt.wanted import Wanted

POLICY, ATTACHMENT = "aws_organizations_policy", "aws_organizations_policy_attachment"


def policies(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Policies by name, and where they are attached."""
    for one in wanted.of(POLICY):
        kind, name = str(one.get("type")), str(one.get("name"))
        pages = account.pages("organizations", "list_policies", "Policies", Filter=kind)
        number = next((item["Id"] for item in pages if item["Name"] == name), None)
        if number is not None:
            yield _policy(account, one, number)
            yield from _attachments(account, wanted, one, number)


def _policy(account: Account, one: Resource, number: str) -> Find:
    read = account.detail("organizations", "describe_policy", PolicyId=number)
    policy = (read or {}).get("Policy") or {}
    summary = policy.get("PolicySummary") or {}
    values = plain(
        name=summary.get("Name"),
        description=summary.get("Description"),
        type=summary.get("Type"),
        content=policy.get("Content"),
    )
    return Find(
        type=POLICY,
        name=str(one.get("name")),
        address=one.address,
        import_id=number,
        values=values or None,
        known={"id": number},
    )


def _attachments(account: Account, wanted: Wanted, policy: Resource, number: str) -> Iterator[Find]:
    attached = [
        one for one in wanted.of(ATTACHMENT) if f"{policy.address}.id" in references(one.get("policy_id"))
    ]
    if not attached:
        return
    pages = account.pages("organizations", "list_targets_for_policy", "Targets", PolicyId=number)
    targets = {item["TargetId"] for item in pages}
    for one in attached:
        target = str(one.get("target_id"))
        if target in targets:
            identity = f"{target}:{number}"
            values = plain(policy_id=number, target_id=target)
            yield Find(type=ATTACHMENT, name=identity, address=one.address, import_id=identity, values=values)
