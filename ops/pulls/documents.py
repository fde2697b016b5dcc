"""What the two roles may do: read off the types of resources that the stacks really have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from modules.errors import ToolError
from modules.settings import Settings
from modules.settings.models import S3Backend
from modules.spec.system import Monitoring
from ops.pulls.grants import Grant, merged, statements

FILE = Path(__file__).with_name("permissions.yaml")
PLAN, APPLY = "plan", "apply"

Tree = dict[str, Any]


@cache
def permissions() -> Mapping[str, Tree]:
    """What Terraform needs, by type of resource."""
    found: Mapping[str, Tree] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def document(pairs: Sequence[tuple[Settings, Monitoring]], types: set[str], purpose: str) -> Tree:
    """What a role may do, for the resources of these types and for the state.

    Raises
    ------
    ToolError
        Of some type it is not known what it needs.
    """
    missing = sorted(types - permissions().keys())
    if missing:
        raise ToolError(f"{FILE.name}: says nothing about {', '.join(missing)}; add what Terraform asks for")
    _, found = pairs[0]
    kinds = ("read",) if purpose == PLAN else ("read", "write")
    grants = [grant for name in sorted(types) for grant in _grants(found, permissions()[name], kinds)]
    for settings, one in pairs:
        grants += _state(settings, one, purpose)
    return {"Version": "2012-10-17", "Statement": statements(merged(grants))}


def _grants(found: Monitoring, entry: Tree, kinds: Sequence[str]) -> Iterator[Grant]:
    """What one type needs."""
    named = tuple(entry.get("arns", ()))
    anywhere = entry.get("anywhere", {})
    for kind in kinds:
        yield Grant(tuple(entry.get(kind, ())), tuple(_arns(found, named, entry.get(kind, ()))))
        yield Grant(tuple(anywhere.get(kind, ())), ("*",))
    if "write" in kinds:
        tags = {name: found.tags[name] for name in ("Environment", "Project")}
        asked = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
        carried = {f"aws:ResourceTag/{name}": value for name, value in tags.items()}
        tagged, making = entry.get("tagged", ()), entry.get("making", ())
        yield Grant(tuple(tagged), tuple(_arns(found, named, tagged)), tuple(carried.items()))
        yield Grant(tuple(making), ("*",), tuple(asked.items()))
        yield from _passing(found, entry)


def _passing(found: Monitoring, entry: Tree) -> Iterator[Grant]:
    """Handing a role of the stack's to the service that takes it on."""
    if "passes" in entry:
        role = _arns(found, ("arn:{partition}:iam::{account}:role/{prefix}-*",), ("iam:PassRole",))
        yield Grant(("iam:PassRole",), tuple(role), (("iam:PassedToService", entry["passes"]),))


def _arns(found: Monitoring, patterns: Sequence[str], actions: Sequence[str]) -> Iterator[str]:
    """The ARNs in any region: the targets of an environment share its roles."""
    if not actions:
        return
    place = found.place
    service = actions[0].partition(":")[0]
    arn = f"arn:{place.partition}:{service}:*:{place.account}"
    for pattern in patterns:
        yield pattern.format(arn=arn, partition=place.partition, account=place.account, prefix=found.prefix)


def _state(settings: Settings, found: Monitoring, purpose: str) -> Iterator[Grant]:
    """The state in its bucket; only an apply writes it, and takes the lock."""
    backend = settings.terraform.backend
    if not isinstance(backend, S3Backend):
        return
    place = found.place
    bucket = f"arn:{place.partition}:s3:::{backend.bucket}"
    state = f"{bucket}/{backend.key_prefix}/{found.stack}.tfstate"
    writes = purpose == APPLY
    yield Grant(("s3:ListBucket",), (bucket,))
    yield Grant(("s3:GetObject", *(("s3:PutObject",) if writes else ())), (state,))
    if backend.use_lockfile and writes:
        yield Grant(("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), (f"{state}.tflock",))
    if backend.dynamodb_table:
        table = (
            f"arn:{place.partition}:dynamodb:{backend.region}:{place.account}:table/{backend.dynamodb_table}"
        )
        more = ("dynamodb:DeleteItem", "dynamodb:PutItem") if writes else ()
        yield Grant(("dynamodb:GetItem", *more), (table,))
