"""Patterns on messages and events: filter policies of SNS and event patterns of EventBridge.

Both read alike: every key must match, any of a key's values will do. So fewer keys let more through,
and fewer values let less through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from modules.terraform.values import as_list, is_nothing
from ops.review.judges.kinds import Aspect, is_open, read_json, unclear, verdict, weaker_if, when_changed
from ops.review.plans import Change
from ops.review.values import key_of, shown
from ops.review.verdicts import Verdict

_EITHER = "$or"
_ALL_BUT = "anything-but"


class Relation(Enum):
    """How much a pattern lets through, compared with the one before."""

    SAME = "same"
    LESS = "less"
    MORE = "more"
    UNCLEAR = "unclear"


_OPPOSITE = {Relation.LESS: Relation.MORE, Relation.MORE: Relation.LESS}


def letting(path: str, what: str, *, read: Callable[[Any], Any] = read_json) -> Aspect:
    """A pattern of which a wider one is better; without a pattern everything passes."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        relation = Relation.UNCLEAR if is_open(old, new) else compared(read(old), read(new))
        yield from _told(change, path, what, relation, old=old, new=new)

    return when_changed(path, judge)


def barring(path: str, what: str) -> Aspect:
    """A list of what does not pass; without it everything does."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        relation = Relation.UNCLEAR if is_open(old, new) else compared(old, new)
        if not is_nothing(old) and not is_nothing(new):
            relation = _OPPOSITE.get(relation, relation)
        yield from _told(change, path, what, relation, old=old, new=new)

    return when_changed(path, judge)


def _told(
    change: Change, path: str, what: str, relation: Relation, *, old: Any, new: Any
) -> Iterator[Verdict]:
    if relation is Relation.UNCLEAR:
        yield unclear(change, path, f"lets other {what} through", old, new)
    elif relation is not Relation.SAME:
        less = relation is Relation.LESS
        text = f"lets {'fewer' if less else 'more'} {what} through"
        yield verdict(change, weaker_if(less), path, text, old=words(old), new=words(new))


def words(pattern: Any) -> str:
    """A pattern as it is written."""
    return "no filter" if is_nothing(pattern) else shown(pattern)


def compared(old: Any, new: Any) -> Relation:
    """How the new pattern relates to the old one."""
    if is_nothing(old) or is_nothing(new):
        one_sided = Relation.LESS if is_nothing(old) else Relation.MORE
        return Relation.SAME if is_nothing(old) == is_nothing(new) else one_sided
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return _of_values(old, new)
    found = [Relation.LESS for key in new if key not in old]
    found += [Relation.MORE for key in old if key not in new]
    found += [_of_key(key, old[key], new[key]) for key in old if key in new]
    return _joined(found)


def _of_key(key: str, old: Any, new: Any) -> Relation:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return compared(old, new)
    relation = _of_values(old, new)
    return relation if relation is not Relation.UNCLEAR or key == _EITHER else _of_exceptions(old, new)


def _of_values(old: Any, new: Any) -> Relation:
    """Of lists of which any entry will do."""
    before, after = (set(map(key_of, as_list(one))) for one in (old, new))
    if before == after:
        return Relation.SAME
    if after < before:
        return Relation.LESS
    return Relation.MORE if before < after else Relation.UNCLEAR


def _of_exceptions(old: Any, new: Any) -> Relation:
    """Two lists of what does not pass: more of that lets less through."""
    before, after = map(_exceptions, (old, new))
    if before is None or after is None:
        return Relation.UNCLEAR
    return Relation.LESS if before < after else Relation.MORE if after < before else Relation.UNCLEAR


def _exceptions(value: Any) -> set[str] | None:
    items = as_list(value)
    if len(items) != 1 or not isinstance(items[0], Mapping) or set(items[0]) != {_ALL_BUT}:
        return None
    return set(map(key_of, as_list(items[0][_ALL_BUT])))


def _joined(found: Iterable[Relation]) -> Relation:
    """Of parts that must all match."""
    kinds = set(found) - {Relation.SAME}
    return kinds.pop() if len(kinds) == 1 else Relation.UNCLEAR if kinds else Relation.SAME
