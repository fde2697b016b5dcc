"""Writes the program that somebody without this project would: the whole package, the same resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.constructs._bindings import aws

NEEDED = "depends_on"
HEAD = """import sys

import cdktf_cdktf_provider_aws as aws
from cdktf import App, LocalBackend, TerraformStack

app = App(outdir=sys.argv[1])
stack = TerraformStack(app, "plain")
LocalBackend(stack, path="plain.tfstate")
aws.provider.AwsProvider(stack, "aws", region="us-east-1")
"""


def plain_program(terraform: Mapping[str, Any]) -> str:
    """A program that makes the resources of a synthesized stack anew."""
    return HEAD + "\n".join(_resources(terraform["resource"])) + "\napp.synth()\n"


def _resources(resources: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for kind, named in resources.items():
        module = kind.removeprefix("aws_")
        name = _camel(module)
        for identity, arguments in named.items():
            given = ", ".join(
                f"{key}={_value(module, name + _camel(key), value)}" for key, value in _own(arguments)
            )
            made = f"aws.{module}.{name}(stack, {identity!r}, {given})"
            # In the bindings it takes objects; as text it is an override, as in our own constructs.
            needed = arguments.get(NEEDED)
            yield f"{made}.add_override({NEEDED!r}, {needed!r})" if needed else made


def _own(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in arguments.items() if key not in ("//", NEEDED))


def _value(module: str, struct: str, value: Any) -> str:
    """A Python expression; nested blocks become the bindings' struct classes where there is one."""
    if isinstance(value, list):
        return f"[{', '.join(_value(module, struct, entry) for entry in value)}]"
    if not isinstance(value, dict) or not _has(module, struct):
        return repr(value)
    given = ", ".join(f"{key}={_value(module, struct + _camel(key), entry)}" for key, entry in _own(value))
    return f"aws.{module}.{struct}({given})"


def _has(module: str, struct: str) -> bool:
    try:
        return aws(module, struct) is not None
    except AttributeError:
        return False


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
