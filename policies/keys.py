"""Customer keys, as against those of AWS."""

from __future__ import annotations

from typing import Any

from modules.terraform.values import is_open


def is_customer_key(value: Any) -> bool:
    """Whether a value names a key, and none whose policy only AWS can change."""
    if is_open(value) and not isinstance(value, str):
        return True
    return isinstance(value, str) and value != "" and "alias/aws/" not in value
