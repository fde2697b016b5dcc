"""What the two roles may do: read off the resources that the stacks really have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from modules import facts
from modules.errors import ToolError
from modules.settings import Settings
from modules.settings.models import S3Backend
from modules.spec.system import Monitoring
from ops.pulls.grants import Grant, merged, statements

FILE = Path(__file__).with_name("permissions.yaml")
PLAN, APPLY = "plan", "apply"
_NAME = re.compile(r"[\w./#-]+", re.ASCII)

Tree = dict[str, Any]


@cache
def permissions() -> Mapping[str, Tree]:
    """What Terraform needs, by type of resource."""
    found: Mapping[str, Tree] = yaml.safe_load(FILE.read_text("utf-8"))
    return {kind: entry for kind, entry in found.items() if kind != "sources"}


@dataclass(frozen=True)
class Scope:
    """What the roles of an environment are about in one account.

    Attributes
    ----------
    found
        One of its targets: they share prefix, account and tags.
    regions
        The regions of all its targets.
    names
        By type of resource: what those are called that are allowed by their names. The prefix, which allows
        the others, begins the names of the application as well.
    taken_on
        By service: the roles that it takes on.
    """

    found: Monitoring
    regions: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]
    taken_on: Mapping[str, tuple[str, ...]]

    def arns(
        self, kind: str, actions: Sequence[str], among: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """The ARNs of a type in any region, for actions of one service; `among` some names of them."""
        kind = permissions()[kind].get("of", kind)
        entry, place = permissions()[kind], self.found.place
        if not actions:
            return ()
        service = actions[0].partition(":")[0]
        known = {
            "arn": f"arn:{place.partition}:{service}:*:{place.account}",
            "partition": place.partition,
            "account": place.account,
            "prefix": self.found.prefix,
        }
        names = self.names[kind] if among is None else among
        patterns = entry.get("arns", ())
        fixed = [pattern.format(**known) for pattern in patterns if "{name}" not in pattern]
        named = (
            pattern.format(**known, name=name)
            for pattern in patterns
            if "{name}" in pattern
            for name in names
        )
        return (*fixed, *(arn for arn in named if not any(fnmatchcase(arn, pattern) for pattern in fixed)))

    def services(self, name: str) -> tuple[str, ...]:
        """A service as `kms:ViaService` names it, in the regions of the targets."""
        # Whether partitions such as China use their own domain here is not documented: both are accepted.
        domains = sorted({facts.DNS_SUFFIX, self.found.place.dns_suffix})
        return tuple(f"{name}.{region}.{domain}" for region in self.regions for domain in domains)

    def tags(self, of: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Condition keys and values about the tags of this environment; `of` a `Request` or a `Resource`."""
        return tuple((f"aws:{of}Tag/{name}", (self.found.tags[name],)) for name in ("Environment", "Project"))


def document(pairs: Sequence[tuple[Settings, Monitoring]], resources: Sequence[Tree], purpose: str) -> Tree:
    """What a role may do, for the resources of the targets' stacks and for the state.

    Parameters
    ----------
    resources
        The resources of each stack, as synth writes them: by type, then by name.

    Raises
    ------
    ToolError
        Of some type it is not known what it needs, or a resource has no name that can be told.
    """
    types = sorted({kind for stack in resources for kind in stack})
    missing = [kind for kind in types if kind not in permissions()]
    if missing:
        raise ToolError(f"{FILE.name}: says nothing about {', '.join(missing)}; add what Terraform asks for")
    scope = Scope(
        found=pairs[0][1],
        regions=tuple(sorted({one.place.region for _, one in pairs})),
        names={kind: _names(kind, resources) for kind in permissions()},
        taken_on={entry["passes"]: _taken_on(entry["passes"], resources) for entry in _passing_types()},
    )
    kinds = ("read",) if purpose == PLAN else ("read", "write")
    grants = [grant for kind in types for grant in _grants(scope, kind, kinds)]
    for settings, one in pairs:
        grants += _state(settings, one, purpose)
    return {"Version": "2012-10-17", "Statement": statements(merged(grants))}


def _names(kind: str, resources: Sequence[Tree]) -> tuple[str, ...]:
    """What all resources of a type are called, where that is how they are allowed."""
    attribute = permissions()[kind].get("names")
    bodies = [body for stack in resources for body in stack.get(kind, {}).values()] if attribute else []
    found = {body.get(attribute) for body in bodies}
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in found):
        raise ToolError(f"{kind}: {attribute}: one has no name that can be told; wanted plain names")
    return tuple(sorted(found))


def _passing_types() -> list[Tree]:
    return [entry for entry in permissions().values() if "passes" in entry]


def _taken_on(service: str, resources: Sequence[Tree]) -> tuple[str, ...]:
    """The roles whose own policy names a service."""
    roles = [body for stack in resources for body in stack.get("aws_iam_role", {}).values()]
    return tuple(sorted({role["name"] for role in roles if f'"{service}"' in role["assume_role_policy"]}))


def _grants(scope: Scope, kind: str, purposes: Sequence[str]) -> Iterator[Grant]:
    """What one type needs."""
    entry = permissions()[kind]
    for purpose in purposes:
        wanted = tuple(entry.get(purpose, ()))
        yield Grant(wanted, scope.arns(kind, wanted))
        yield Grant(tuple(entry.get("anywhere", {}).get(purpose, ())), ("*",))
    if "write" in purposes:
        yield from _tagged(scope, kind)
        yield from _serving(scope, entry)
        yield from _passing(scope, entry)
        yield from _with_key(scope, entry)


def _tagged(scope: Scope, kind: str) -> Iterator[Grant]:
    """On what carries our tags; and on what gets them, unless it carries those of others."""
    entry = permissions()[kind]
    tagged, making = tuple(entry.get("tagged", ())), tuple(entry.get("making", ()))
    carried = tuple(("StringEquals", *one) for one in scope.tags("Resource"))
    asked = tuple(("StringEquals", *one) for one in scope.tags("Request"))
    unless = tuple(("StringEqualsIfExists", *one) for one in scope.tags("Resource"))
    yield Grant(tagged, scope.arns(kind, tagged), carried)
    yield Grant(making, ("*",), (*asked, *unless))


def _serving(scope: Scope, entry: Tree) -> Iterator[Grant]:
    """What is about our functions, though its own ARN does not tell."""
    functions = scope.arns("aws_lambda_function", ("lambda:",))
    if "serving" in entry and functions:
        yield Grant(tuple(entry["serving"]), ("*",), (("ArnLike", "lambda:FunctionArn", functions),))


def _passing(scope: Scope, entry: Tree) -> Iterator[Grant]:
    """Handing a role of the stack's to the service that takes it on."""
    if "passes" in entry:
        to = ("StringEquals", "iam:PassedToService", (entry["passes"],))
        roles = scope.arns("aws_iam_role", ("iam:PassRole",), scope.taken_on[entry["passes"]])
        yield Grant(("iam:PassRole",), roles, (to,))


def _with_key(scope: Scope, entry: Tree) -> Iterator[Grant]:
    """Calls to KMS that a service makes as its caller, for any key: that of the stack has no name."""
    if entry.get("with_key"):
        service = entry["write"][0].partition(":")[0]
        via = ("StringEquals", "kms:ViaService", scope.services(service))
        keys = scope.arns("aws_kms_key", ("kms:",))
        yield Grant(tuple(entry["with_key"]), keys, (via,))


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
