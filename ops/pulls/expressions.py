"""What a text may ask of Terraform: attributes of resources, and nothing that could read this machine.

Functions such as `file` would put a file of the runner, its credentials among them, into the plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ops.pulls.texts import quoted

VARIABLE = "pagerduty_integration_url"
DATA = ("aws_caller_identity", "aws_partition")
ADDRESS = re.compile(r"aws_[a-z0-9_]+\.[A-Za-z_][\w-]*", re.ASCII)
_START = re.compile(r"[$%]\{")
_ALLOWED = re.compile(
    rf"\$\{{(?:{ADDRESS.pattern}\.[a-z_]+"
    rf"|data\.(?:{'|'.join(DATA)})\.[\w-]+\.[a-z_]+"
    rf"|var\.{VARIABLE}"
    rf'|startswith\(var\.{VARIABLE}, "https://"\))\}}',
    re.ASCII,
)


def problems(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Place and text of every expression that is not a plain reference, in keys as well."""
    if isinstance(value, str):
        yield from ((path, text) for text in _of_text(value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from ((path, text) for text in _of_text(key))
            yield from problems(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from problems(item, f"{path}[{index}]")


def _of_text(text: str) -> Iterator[str]:
    for start in _START.finditer(text):
        place = start.start()
        escaped = text[place - 1 : place] == text[place]  # $${ and %%{: none of ours has them
        if escaped or not _ALLOWED.match(text, place):
            found = quoted(text[place : place + 60])
            yield f"found the expression {found}; wanted a reference to a resource, and no function"
