"""Plans of stacks that were inspected, by real Terraform, for reviews.

Against the live state with the place of the state that *our* configuration names; or against an empty
state, with a provider that asks nobody and knows no credentials. Nothing here takes the lock.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from modules.catalog.context import UNTOLD_ACCOUNT, UNTOLD_PARTITION
from modules.errors import ToolError
from modules.synthesis import STACK_FILE
from modules.versions import PROVIDER
from ops.pulls.expressions import VARIABLE
from ops.pulls.folders import Stack, Tree
from ops.pulls.texts import harmless
from ops.terraform import Terraform

LIVE, EMPTY = "live", "empty"
HEAD, BASE, MADE, SPENT = "head.json", "base.json", "made.json", "spent.json"
BINARY = "made.plan"
PLACEHOLDER = "https://placeholder.invalid/integration"
NOBODY, SOMEWHERE = "000000000000", "aws"
_PROVIDER: Tree = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}
_PLACES = ("backend", "cloud")
# A change does not choose the version of the program that gets the identity.
_REQUIRED: Tree = {"aws": PROVIDER}
_OPTIONS = ("-input=false", "-no-color", "-lock=false", f"-out={BINARY}")
_TOKENS = re.compile(r"GITHUB_TOKEN|ACTIONS_")
_SECRETS = re.compile(rf"{_TOKENS.pattern}|AWS_|TF_VAR_|TF_TOKEN_")


@dataclass(frozen=True)
class Made:
    """What a plan was made of.

    Attributes
    ----------
    against
        `live` or `empty`: the state that it was made against.
    changed
        Whether applying it would do anything; of no meaning against an empty state.
    notes
        What a reader of the review has to know besides.
    touched
        The addresses of the resources that differ from the base; `None` if there is no base to tell.
    """

    stack: str
    against: str
    changed: bool
    notes: tuple[str, ...] = ()
    touched: tuple[str, ...] | None = None


def live(
    terraform: Terraform, stack: Stack, backend: Tree, work: Path, plans: Path, *, base: Stack | None = None
) -> Made:
    """Plan a stack against its live state, and put the plan into `plans`.

    A base tells what the change itself touches: beside that, the plan has what waits to be deployed.

    Raises
    ------
    ToolError
        Terraform refuses.
    """
    tree = copy.deepcopy(stack.tree)
    places = [tree["terraform"].pop(place, None) for place in _PLACES]
    tree["terraform"] |= {"backend": backend, "required_providers": _REQUIRED}
    with _without(_TOKENS):
        plan = _planned(terraform, Stack(stack.name, tree, stack.archives), work)
    notes = (*((_MOVED,) if places != [backend, None] else ()), *_versions(stack))
    made = Made(stack.name, LIVE, changes_something(plan), notes, touched(base, stack) if base else None)
    _keep(plans / stack.name, made, {HEAD: plan})
    return made


def compared(terraform: Terraform, base: Stack | None, head: Stack | None, work: Path, plans: Path) -> Made:
    """Plan both sides of a stack against an empty state; one may be missing.

    Raises
    ------
    ToolError
        Terraform refuses.
    """
    found = {HEAD: head, BASE: base}
    stacks = {file: offline(stack) for file, stack in found.items() if stack is not None}
    with _without(_SECRETS):
        made = {file: _planned(terraform, one, work, *_placeholder(one)) for file, one in stacks.items()}
    name = next(iter(stacks.values())).name
    sides = () if base and head else (_ADDED if head else _DROPPED,)
    notes = (*sides, *(_versions(head) if head else ()))
    result = Made(name, EMPTY, changed=True, notes=notes)
    _keep(plans / name, result, made)
    return result


def touched(base: Stack, head: Stack) -> tuple[str, ...]:
    """The addresses of the resources that one side alone has, or that differ."""
    before, after = (
        {
            f"{kind}.{name}": body
            for kind, named in side.tree.get("resource", {}).items()
            for name, body in named.items()
        }
        for side in (base, head)
    )
    return tuple(sorted(one for one in before.keys() | after.keys() if before.get(one) != after.get(one)))


def _versions(stack: Stack) -> tuple[str, ...]:
    """What a reader has to know if a stack requires another provider than ours."""
    return () if stack.tree["terraform"].get("required_providers") == _REQUIRED else (_VERSIONS,)


def remark(plans: Path, note: str) -> None:
    """Add a note to every plan in a folder."""
    for path in plans.glob(f"*/{MADE}"):
        made = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(made | {"notes": [*made["notes"], note]}), "utf-8")


_MOVED = (
    "The change moves the state to another place; this plan was made against the present one. Move the state "
    "by hand, with `terraform init -migrate-state`, before this is deployed."
)
_VERSIONS = "The change requires other versions of the AWS provider; this plan was made with those of `main`."
_ADDED = "This stack is new."
_DROPPED = (
    "This stack is no longer generated. Nothing deletes what it made: its alarms stay as they are, and "
    "nobody changes or watches over them any more. Destroy it by hand, or keep it in the configuration."
)


def offline(stack: Stack) -> Stack:
    """The stack for a plan without an identity: what only AWS knows has a fixed value in it."""
    text = json.dumps(stack.tree).replace(UNTOLD_ACCOUNT, NOBODY).replace(UNTOLD_PARTITION, SOMEWHERE)
    tree: Tree = json.loads(text)
    tree.pop("data", None)
    for place in _PLACES:
        tree["terraform"].pop(place, None)
    tree["terraform"]["required_providers"] = _REQUIRED
    provider = tree["provider"]["aws"][0]
    provider.pop("allowed_account_ids", None)  # Terraform would ask AWS whose credentials these are
    provider.update(_PROVIDER)
    return Stack(stack.name, tree, stack.archives)


def changes_something(plan: Mapping[str, Any]) -> bool:
    """Whether applying a plan would do anything: what `-detailed-exitcode` answers with 2."""
    changes = [item for item in plan.get("resource_changes", ()) if item.get("mode") != "data"]
    acts = any(
        item["change"]["actions"] not in (["no-op"], ["read"])
        or item.get("previous_address")
        or item["change"].get("importing")
        for item in changes
    )
    return acts or any(item["actions"] != ["no-op"] for item in plan.get("output_changes", {}).values())


def write(stack: Stack, folder: Path) -> None:
    """Write a stack anew from what was read of it, in place of another one."""
    shutil.rmtree(folder / "functions", ignore_errors=True)
    for path, data in stack.archives.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STACK_FILE).write_text(json.dumps(stack.tree, indent=1), "utf-8")


def _planned(terraform: Terraform, stack: Stack, work: Path, *options: str) -> Tree:
    """The plan of a stack, made in a folder in which others may have been planned before."""
    write(stack, work)
    try:
        terraform.init(work)
        terraform.run(work, "plan", *_OPTIONS, *options)
        plan: Tree = json.loads(terraform.run(work, "show", "-json", BINARY))
    except ToolError as error:
        raise ToolError(harmless(str(error))) from None
    return plan


def _placeholder(stack: Stack) -> tuple[str, ...]:
    """The option that gives the secret variable a value, where a stack asks for one."""
    return (f"-var={VARIABLE}={PLACEHOLDER}",) if VARIABLE in stack.tree.get("variable", {}) else ()


def _keep(folder: Path, made: Made, plans: Mapping[str, Tree]) -> None:
    """Plans hold secrets in clear text: only their owner may read them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, plan in (*plans.items(), (MADE, asdict(made))):
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(json.dumps(plan), "utf-8")


@contextmanager
def _without(names: re.Pattern[str]) -> Iterator[None]:
    """Terraform sees none of these variables meanwhile."""
    before = {name: value for name, value in os.environ.items() if names.match(name)}
    for name in before:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(before)
