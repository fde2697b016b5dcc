"""The rules as a table."""

from __future__ import annotations

from policies import RULES


def markdown() -> str:
    """One line per rule: id, what it wants, why."""
    lines = [f"| {rule.id} | {rule.what} | {rule.why} |" for rule in RULES.values()]
    return "\n".join(("| rule | what | why |", "|---|---|---|", *lines))
