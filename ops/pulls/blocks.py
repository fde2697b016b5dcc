"""What a stack may be made of: resources of the AWS provider, and what the generator puts around them.

All else is refused by not being listed here. A change that needs more adds it here first, in a pull
request of its own: reviews run the code of the default branch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from modules.versions import SOURCE
from ops.pulls.expressions import ADDRESS, DATA, VARIABLE
from ops.pulls.expressions import problems as expressions
from ops.pulls.texts import quoted

COMMENT = "//"
# Each of these runs a program, turns a resource over to another provider, or makes more of it.
META = ("provisioner", "connection", "provider", "count", "for_each", "dynamic")
# Not `ignore_changes`, which hides what is changed. Not `create_before_destroy`: where AWS answers a creation
# with what exists already (a subscription, a topic, a queue), destroying the old one removes the new one.
LIFECYCLE = {"prevent_destroy"}
BACKENDS: Mapping[str, Set[str]] = {
    "local": {"path"},
    "s3": {"bucket", "key", "region", "encrypt", "dynamodb_table", "use_lockfile"},
}
CLOUD = {"organization", "hostname", "workspaces"}
_TYPE = re.compile(r"aws_[a-z0-9_]+", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d", re.ASCII)
_VERSION = re.compile(r"[0-9.<>=~!, ]{1,60}", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

Problem = tuple[str, str]
"""The place in the stack, and what is wrong there."""


def problems(stack: Any, files: Set[str]) -> Iterator[Problem]:
    """What is wrong with a stack.

    Parameters
    ----------
    stack
        The content of its ``cdk.tf.json``.
    files
        The other files in its folder, by their path from there.
    """
    if not isinstance(stack, dict):
        yield "", "found no mapping; wanted a stack"
        return
    for key, block in stack.items():
        check = _CHECKS.get(key)
        if check is None:
            yield quoted(key), f"found a block of a kind that is not made here; wanted {', '.join(_CHECKS)}"
        elif not isinstance(block, dict):
            yield key, f"found {_kind(block)}; wanted a mapping"
        else:
            yield from check(block)
    for key in ("provider", "terraform"):
        if key not in stack:
            yield key, "found none; wanted one"
    yield from _archives(stack.get("resource"), files)
    yield from expressions({key: block for key, block in stack.items() if key != COMMENT}, "")


def _kind(value: Any) -> str:
    return {dict: "a mapping", list: "a list", str: "a text", type(None): "null"}.get(type(value), "a value")


def _unknown(block: Any, path: str, known: Set[str]) -> Iterator[Problem]:
    """What is in a block beside what is known."""
    if not isinstance(block, dict):
        yield path, f"found {_kind(block)}; wanted a mapping"
        return
    for key in block.keys() - known - {COMMENT}:
        yield path, f"found {quoted(key)}; wanted at most {', '.join(sorted(known))}"


def _texts(block: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for key, value in block.items():
        if not isinstance(value, str | bool):
            yield f"{path}.{quoted(key)}", f"found {_kind(value)}; wanted a text"


def _resources(block: Mapping[str, Any]) -> Iterator[Problem]:
    for kind, items in block.items():
        path = f"resource.{kind}"
        if not _TYPE.fullmatch(kind):
            yield f"resource.{quoted(kind)}", f"found another provider's; wanted {SOURCE} alone"
        elif not isinstance(items, dict):
            yield path, f"found {_kind(items)}; wanted a mapping"
        else:
            for name, body in items.items():
                yield from _resource(f"{path}.{name}" if _NAME.fullmatch(name) else "", body)


def _resource(path: str, body: Any) -> Iterator[Problem]:
    if not path:
        yield "resource", "found a name that is none; wanted letters, digits, _ and -"
    elif not isinstance(body, dict):
        yield path, f"found {_kind(body)}; wanted a mapping"
    else:
        yield from _meta(path, body)


def _meta(path: str, body: Mapping[str, Any]) -> Iterator[Problem]:
    for key in META:
        if key in body:
            yield f"{path}.{key}", f"found {quoted(body[key])}; wanted no {key}"
    lifecycle = body.get("lifecycle", {})
    yield from _unknown(lifecycle, f"{path}.lifecycle", LIFECYCLE)
    if isinstance(lifecycle, dict):
        yield from _texts(lifecycle, f"{path}.lifecycle")
    needed = body.get("depends_on", [])
    if not isinstance(needed, list) or not all(_matches(ADDRESS, one) for one in needed):
        yield f"{path}.depends_on", f"found {quoted(needed)}; wanted addresses of resources"


def _archives(block: Any, files: Set[str]) -> Iterator[Problem]:
    """Files that a resource takes along: those of its own folder, and no others of the machine."""
    for kind, items in block.items() if isinstance(block, dict) else ():
        for name, body in items.items() if isinstance(items, dict) else ():
            file = body.get("filename") if isinstance(body, dict) else None
            if file is not None and not (isinstance(file, str) and file in files):
                path = f"resource.{quoted(kind)}.{quoted(name)}.filename"
                yield path, f"found {quoted(file)}; wanted a file in functions/"


def _data(block: Mapping[str, Any]) -> Iterator[Problem]:
    for kind, items in block.items():
        path = f"data.{quoted(kind)}"
        if kind not in DATA:
            yield path, f"found a data source that is not known here; wanted {', '.join(DATA)}"
        elif not isinstance(items, dict):
            yield path, f"found {_kind(items)}; wanted a mapping"
        else:
            for name, body in items.items():
                yield from _unknown(body, f"{path}.{quoted(name)}", set())


def _providers(block: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(block, "provider", {"aws"})
    found = block.get("aws")
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        yield "provider.aws", "found no list of one mapping; wanted exactly one provider"
        return
    # Endpoints, profiles and files of credentials would send the identity elsewhere, or start programs.
    yield from _unknown(found[0], "provider.aws", {"region", "default_tags", "allowed_account_ids"})
    if not _matches(_REGION, found[0].get("region")):
        yield "provider.aws.region", f"found {quoted(found[0].get('region'))}; wanted a region"
    accounts = found[0].get("allowed_account_ids", [])
    if not isinstance(accounts, list) or not all(_matches(_ACCOUNT, one) for one in accounts):
        yield "provider.aws.allowed_account_ids", f"found {quoted(accounts)}; wanted account ids"


def _terraform(block: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(block, "terraform", {"required_providers", "required_version", "backend", "cloud"})
    if not _matches(_VERSION, block.get("required_version")):
        yield "terraform.required_version", f"found {quoted(block.get('required_version'))}; wanted versions"
    required = block.get("required_providers")
    yield from _unknown(required, "terraform.required_providers", {"aws"})
    aws = required.get("aws") if isinstance(required, dict) else None
    yield from _unknown(aws, "terraform.required_providers.aws", {"source", "version"})
    if isinstance(aws, dict) and (aws.get("source") != SOURCE or not _matches(_VERSION, aws.get("version"))):
        yield "terraform.required_providers.aws", f"found {quoted(aws)}; wanted versions of {SOURCE}"
    yield from _backend(block)


def _backend(block: Mapping[str, Any]) -> Iterator[Problem]:
    backend, cloud = block.get("backend", {}), block.get("cloud", {})
    yield from _unknown(backend, "terraform.backend", BACKENDS.keys())
    for kind, body in backend.items() if isinstance(backend, dict) else ():
        yield from _unknown(body, f"terraform.backend.{quoted(kind)}", BACKENDS.get(kind, set()))
        if isinstance(body, dict):
            yield from _texts(body, f"terraform.backend.{quoted(kind)}")
    yield from _unknown(cloud, "terraform.cloud", CLOUD)
    # Terraform reads an empty block as well: the variables of the machine then say where the state lies.
    if (len(backend) if isinstance(backend, dict) else 0) + ("cloud" in block) != 1:
        yield "terraform", "found no place of the state, or several; wanted one"


def _variables(block: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unknown(block, "variable", {VARIABLE})
    for name, body in block.items():
        path = f"variable.{quoted(name)}"
        yield from _unknown(body, path, {"type", "sensitive", "nullable", "description", "validation"})
        if not isinstance(body, dict) or body.get("sensitive") is not True or body.get("type") != "string":
            yield path, "found a variable that a plan would show; wanted type string and sensitive true"


def _outputs(block: Mapping[str, Any]) -> Iterator[Problem]:
    for name, body in block.items():
        yield from _unknown(body, f"output.{quoted(name)}", {"value", "description", "sensitive"})


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _comments(_: Mapping[str, Any]) -> Iterator[Problem]:
    """Terraform does not read them."""
    yield from ()


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Problem]]] = {
    COMMENT: _comments,
    "data": _data,
    "output": _outputs,
    "provider": _providers,
    "resource": _resources,
    "terraform": _terraform,
    "variable": _variables,
}
