"""Removes secrets from texts, by the patterns of the generator.

`secrets.json` is modules/facts/secrets.yaml, which packaging writes next to this file.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

SENSITIVE = "(sensitive)"

_compiled = cache(re.compile)


@cache
def _patterns() -> Any:
    """Read when first needed: an import must be quick."""
    from pathlib import Path

    return json.loads(Path(__file__).with_name("secrets.json").read_text("utf-8"))


def redact(text: str) -> str:
    """Return the text without anything that looks like a secret."""
    lowered = text.lower()
    for entry in _patterns():
        if not entry["hints"] or any(hint in lowered for hint in entry["hints"]):
            text = _compiled(entry["pattern"]).sub(_redacted, text)
    return text


def _redacted(match: re.Match[str]) -> str:
    kept = (*match.groups(""), "", "")
    return f"{kept[0]}{SENSITIVE}{kept[1]}"
