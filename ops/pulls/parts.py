"""The permissions of a role as policies that AWS accepts: ten managed policies, then one inline policy."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modules.errors import ToolError

# Characters without white space. AWS attaches ten managed policies to a role unless the account has a higher
# quota, and all inline policies of a role share one limit.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LARGEST_POLICY = 6_144
MOST_POLICIES = 10
LARGEST_INLINE_POLICY = 10_240
_SIZES = (*(LARGEST_POLICY,) * MOST_POLICIES, LARGEST_INLINE_POLICY)

Tree = dict[str, Any]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """The managed policies of a role as JSON, and its inline policy if it needs one."""

    managed: tuple[str, ...]
    inline: str | None = None


def parts_of(statements: Sequence[Tree], purpose: str) -> Parts:
    """Distribute statements over the policies of one role.

    A statement that exceeds a whole policy is split by its longest list. Each of these lists names
    alternatives (resources, or values of a condition), so the pieces together allow the same requests.

    Raises
    ------
    ToolError
        One role cannot have so many permissions.
    """
    parts: list[list[Tree]] = [[]]
    waiting = deque(statements)
    while waiting:
        if _add(parts[-1], waiting, _SIZES[len(parts) - 1]):
            continue
        if not parts[-1] or len(parts) == len(_SIZES):
            raise ToolError(_refusal(statements, purpose))
        parts.append([])
    texts = [_text(part) for part in parts]
    return Parts(tuple(texts[:MOST_POLICIES]), "".join(texts[MOST_POLICIES:]) or None)


def _add(part: list[Tree], waiting: deque[Tree], size: int) -> bool:
    """Add the next statement to a part, or the piece of it that fits; return whether any did."""
    statement = waiting.popleft()
    fits = len(_text([*part, statement])) <= size
    first, rest = (statement, None) if fits else _cut(part, statement, size)
    if first is not None:
        part.append(first)
    if rest is not None:
        waiting.appendleft(rest)
    return first is not None


def _cut(part: list[Tree], statement: Tree, size: int) -> tuple[Tree | None, Tree | None]:
    """Cut off the largest piece that fits; a statement that fits into an empty part stays whole."""
    path, values = _longest(statement)

    def length(count: int) -> int:
        return len(_text([*part, _with(statement, path, values[:count])]))

    whole = len(_text([statement])) <= size
    count = 0 if whole else bisect_right(range(1, len(values)), size, key=length)
    if not count:
        return None, statement
    return _with(statement, path, values[:count]), _with(statement, path, values[count:])


def _longest(statement: Tree) -> tuple[Path, list[str]]:
    """Return the longest list of alternatives in a statement, and where it is."""
    lists: dict[Path, list[str]] = {("Resource",): statement["Resource"]}
    lists |= {
        ("Condition", operator, key): values
        for operator, tests in statement.get("Condition", {}).items()
        for key, values in tests.items()
        if isinstance(values, list)
    }
    return max(lists.items(), key=lambda item: len(_text(item[1])))


def _with(tree: Tree, path: Path, value: list[str]) -> Tree:
    """Return a copy with another value at a path."""
    first, *rest = path
    return tree | {first: _with(tree[first], tuple(rest), value) if rest else value}


def _text(statements: Sequence[Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _refusal(statements: Sequence[Tree], purpose: str) -> str:
    return (
        f"the role to {purpose}: its permissions have {len(_text(statements)):,} characters. A role has "
        f"{MOST_POLICIES} managed policies of {LARGEST_POLICY:,} characters, and inline policies of "
        f"{LARGEST_INLINE_POLICY:,}. Move some targets to an account of their own"
    )
