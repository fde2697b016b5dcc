"""Filter patterns for JSON log events.

Source: CloudWatch Logs user guide, "Filter pattern syntax".
"""

from __future__ import annotations


def equals(field: str, text: str) -> str:
    """A field holds exactly this text."""
    return f'$.{field} = "{text}"'


def at_least(field: str, number: int) -> str:
    """A field holds a number that is not smaller."""
    return f"$.{field} >= {number}"


def any_of(*conditions: str) -> str:
    """At least one of the conditions holds."""
    return _joined(" || ", conditions)


def all_of(*conditions: str) -> str:
    """Every condition holds."""
    return _joined(" && ", conditions)


def _joined(operator: str, conditions: tuple[str, ...]) -> str:
    return f"{{ {operator.join(f'({condition})' for condition in conditions)} }}"
