"""Patterns of secrets: those of `secrets.yaml`, with their fragments in place."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from modules.facts.files import read

_FRAGMENT = re.compile(r"\{([a-z_]+)\}")


@cache
def secrets() -> dict[str, Any]:
    """Return `names`, `references` and `patterns` as regular expressions of Python, ready for JSON."""
    found = read("secrets.yaml")
    parts = found["fragments"]
    names = {name: _expanded(pattern, parts) for name, pattern in found["names"].items()}
    patterns = [{**entry, "pattern": _expanded(entry["pattern"], parts)} for entry in found["patterns"]]
    return {"names": names, "references": found["references"], "patterns": patterns}


def _expanded(pattern: str, parts: dict[str, str]) -> str:
    joined = "".join(pattern.splitlines())
    return _FRAGMENT.sub(lambda name: _expanded(parts[name[1]], parts), joined)
