"""Secrets: that they exist, and never what is in them."""

from __future__ import annotations

from collections.abc import Iterator

from modules.resources.views import Resource
from ops.adopt.accounts import Account, Item
from ops.adopt.commands import command
from ops.adopt.finds import Find, plain
from ops.adopt.wanted import Wanted

SECRET = "aws_secretsmanager_secret"  # noqa: S105  (a Terraform type)


def secrets(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Secrets by name; one that is to be deleted still holds its name."""
    for one in wanted.of(SECRET):
        name = str(one.get("name"))
        read = account.get("secretsmanager", "describe_secret", SecretId=name)
        if read is not None:
            yield _secret(read, one, account.region)


def _secret(read: Item, one: Resource, region: str) -> Find:
    name, deleted = read["Name"], read.get("DeletedDate")
    restore = command("secretsmanager", "restore-secret", region, secret_id=name)
    return Find(
        type=SECRET,
        name=name,
        address=one.address,
        import_id=read["ARN"],
        values=plain(name=name, description=read.get("Description"), kms_key_id=read.get("KmsKeyId")),
        known={"arn": read["ARN"], "id": read["ARN"]},
        obstacle=f"is to be deleted, since {deleted:%Y-%m-%d}" if deleted else "",
        mend=f"restore it: {restore}",
    )
