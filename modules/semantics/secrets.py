"""Secrets: in a text by their looks, and in a value by its name.

`lambda_src/shared/redaction.py` applies the same patterns where this package is not available.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from modules.facts.secrets import secrets

SENSITIVE = "(sensitive)"

# Blocks whose entries are a name and a value.
_SETTINGS = re.compile(r"(?i)environment|(?:setting|set)$")
# Their values locate a figure.
_FIGURES = frozenset({"metric_transformation", "dimension", "dimensions"})

_compiled = cache(re.compile)


def masked(text: str) -> str:
    """Return the text without anything that looks like a secret."""
    lowered = text.lower()
    for entry in secrets()["patterns"]:
        if _is_hinted(entry, lowered):
            text = _compiled(entry["pattern"]).sub(_redacted, text)
    return text


def secret_in(name: str, value: str) -> str | None:
    """Return what kind of secret a variable certainly holds; None if it may hold none.

    ARNs and references name a secret without being one.
    """
    references = secrets()["references"]
    said = re.sub(references["arn"], "", re.sub(references["interpolation"], "$", value))
    lowered = said.lower()
    for entry in secrets()["patterns"]:
        if entry.get("certain") and _is_hinted(entry, lowered) and _compiled(entry["pattern"]).search(said):
            return str(entry["kind"])
    named = said.strip("$") and re.search(secrets()["names"]["certain"], name)
    return "a value under the name of a secret" if named else None


@cache
def is_secret_name(name: str) -> bool:
    """Return whether an attribute or a key of this name may hold a secret."""
    names = secrets()["names"]
    return bool(re.search(names["possible"], name)) and not re.search(names["never"], name)


def holds_secrets(name: str) -> bool:
    """Return whether the values of a mapping of this name are private, such as environment variables."""
    return name.lower().endswith("variables")


def is_secret_entry(entry: Mapping[str, Any], block: str) -> bool:
    """Return whether the `value` of an entry is a secret: by the name or key next to it, or by its block."""
    names = [entry[key] for key in ("name", "key") if isinstance(entry.get(key), str)]
    if not names or block in _FIGURES:
        return False
    return bool(_SETTINGS.match(block)) or any(map(is_secret_name, names))


def _is_hinted(entry: Mapping[str, Any], lowered: str) -> bool:
    return not entry["hints"] or any(hint in lowered for hint in entry["hints"])


def _redacted(match: re.Match[str]) -> str:
    kept = (*match.groups(""), "", "")
    return f"{kept[0]}{SENSITIVE}{kept[1]}"
