"""Customer keys, which are found by their aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modules.resources.views import Resource
from ops.adopt.accounts import Account, Item
from ops.adopt.commands import command
from ops.adopt.finds import Find, plain
from ops.adopt.references import references
from ops.adopt.wanted import Wanted

KEY, ALIAS = "aws_kms_key", "aws_kms_alias"
_GOING = ("PendingDeletion", "PendingReplicaDeletion")


def keys(account: Account, wanted: Wanted) -> Iterator[Find]:
    """Aliases by name, and the keys that they stand for."""
    aliases = wanted.named(ALIAS, "name")
    addresses = {one.address for one in wanted.of(KEY)}
    pages = account.pages("kms", "list_aliases", "Aliases") if aliases else ()
    for item in pages:
        one = aliases.get(item["AliasName"])
        if one is not None:
            yield from _pair(account, item, one, _key_of(one, addresses))


def _key_of(alias: Resource, addresses: set[str]) -> str:
    """The key that the stack's alias refers to."""
    owners = (reference.rpartition(".")[0] for reference in references(alias.get("target_key_id")))
    return next((owner for owner in owners if owner in addresses), "")


def _pair(account: Account, item: Item, alias: Resource, key_address: str) -> Iterator[Find]:
    name, number = item["AliasName"], item.get("TargetKeyId")
    read = account.detail("kms", "describe_key", KeyId=number) if number else {}
    found = {} if read is None else read.get("KeyMetadata") or {}
    obstacle, mend = _obstacle(name, found, account.region) if read is not None else ("", "")
    yield Find(
        type=ALIAS,
        name=name,
        address=alias.address,
        import_id=name,
        values=plain(name=name, target_key_id=number),
        obstacle=obstacle,
        mend=mend,
    )
    if number and key_address and not obstacle:
        arn = item["AliasArn"].replace(f":{name}", f":key/{number}")
        values = None if read is None else _values(account, number, found)
        known = {"key_id": number, "id": number, "arn": arn}
        yield Find(type=KEY, name=number, address=key_address, import_id=number, values=values, known=known)


def _obstacle(name: str, found: Item, region: str) -> tuple[str, str]:
    drop = command("kms", "delete-alias", region, alias_name=name)
    if not found:
        return "stands for no key", f"delete it first: {drop}"
    if found.get("KeyState") in _GOING:
        keep = command("kms", "cancel-key-deletion", region, key_id=found["KeyId"])
        enable = command("kms", "enable-key", region, key_id=found["KeyId"])
        text = f"stands for a key that is to be deleted ({found['KeyId']})"
        return text, f"keep the key: {keep} && {enable}; or take another: {drop}"
    return "", ""


def _values(account: Account, number: str, found: Item) -> dict[str, Any] | None:
    policy = account.detail("kms", "get_key_policy", KeyId=number, PolicyName="default")
    rotation = account.detail("kms", "get_key_rotation_status", KeyId=number)
    if policy is None or rotation is None:
        return None
    return {
        **plain(
            description=found.get("Description"),
            policy=policy.get("Policy"),
            key_usage=found.get("KeyUsage"),
            customer_master_key_spec=found.get("KeySpec") or found.get("CustomerMasterKeySpec"),
        ),
        "enable_key_rotation": bool(rotation.get("KeyRotationEnabled")),
        "is_enabled": bool(found.get("Enabled", True)),
        "multi_region": bool(found.get("MultiRegion", False)),
    }
