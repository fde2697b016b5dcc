"""What every judge is made of: a kind of resource, and the aspects of it that matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from modules.terraform.values import Hidden, Unknown, is_nothing, same
from ops.review.plans import Change, Values
from ops.review.values import UNKNOWN, at, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

AspectJudge = Callable[[Change, World], Iterator[Verdict]]
ValuesJudge = Callable[[Change, Any, Any], Iterator[Verdict]]


@dataclass(frozen=True)
class Aspect:
    """Something about a resource, with the attributes (dotted paths) that it is read from."""

    paths: tuple[str, ...]
    judge: AspectJudge


def by_name(values: Values, _world: World) -> str:
    """What a resource is called."""
    for attribute in ("name", "alarm_name", "function_name", "dashboard_name", "bucket", "description"):
        if isinstance(values.get(attribute), str):
            return shown(values[attribute])
    return called(values) if values.get("name_prefix") else ""


def called(values: Values) -> str:
    """Return the name of a resource, or what is known of a name that is generated."""
    name, prefix = values.get("name"), values.get("name_prefix")
    if not is_nothing(name):
        return shown(name)
    return f"generated name, prefix {shown(prefix)}" if isinstance(prefix, str) and prefix else UNKNOWN


def always(_change: Change) -> bool:
    """Every change of a kind."""
    return True


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resource.

    Attributes
    ----------
    types
        The Terraform types; none for what nobody knows.
    noun
        What a reader calls it.
    lost
        What is lost with one that is deleted; `None` where alerting does not depend on it.
    replaced
        What is lost with one that is deleted and made anew; `None` where that is nothing.
    loses
        Whether one that is made anew loses that; not every one does.
    identity
        The attributes that make it another one; a change of them may be a replacement.
    harmless
        Attributes that change nothing about alerting: text, tags, layout. ``*`` means all of them.
    describe
        One resource in words.
    """

    types: tuple[str, ...]
    noun: str
    lost: str | None
    replaced: str | None = None
    loses: Callable[[Change], bool] = always
    identity: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    harmless: frozenset[str] = frozenset()
    describe: Callable[[Values, World], str] = by_name

    @property
    def is_known(self) -> bool:
        """Whether anybody here knows what such a resource is for."""
        return bool(self.types)


def verdict(
    change: Change,
    effect: Effect,
    aspect: str,
    text: str,
    *,
    item: str = "",
    old: str = "",
    new: str = "",
    note: str = "",
) -> Verdict:
    """A verdict on a change."""
    return Verdict(
        effect=effect,
        address=change.address,
        kind=change.type,
        aspect=aspect,
        text=text,
        item=item,
        old=old,
        new=new,
        note=note,
    )


def changed(change: Change, path: str) -> tuple[Any, Any] | None:
    """Old and new value at a path, if they differ."""
    old, new = at(change.before, path), at(change.after, path)
    return None if same(old, new) else (old, new)


def when_changed(path: str, judge: ValuesJudge) -> Aspect:
    """An aspect that is one attribute, judged by its values where they differ."""

    def judged(change: Change, _world: World) -> Iterator[Verdict]:
        pair = changed(change, path)
        if pair is not None:
            yield from judge(change, *pair)

    return Aspect((path,), judged)


def is_open(*values: Any) -> bool:
    """Whether one of the values is unknown or hidden, so that nothing can be judged by it."""
    return any(isinstance(value, Unknown | Hidden) for value in values)


def unclear(change: Change, aspect: str, text: str, old: Any, new: Any, *, item: str = "") -> Verdict:
    """A change that cannot be judged, with its values in words."""
    note = "It is known only after apply." if isinstance(old, Unknown) or isinstance(new, Unknown) else ""
    return verdict(change, Effect.UNCLEAR, aspect, text, item=item, old=shown(old), new=shown(new), note=note)


def weaker_if(weaker: bool) -> Effect:  # noqa: FBT001  (the one argument is the name's question)
    """The effect of a change that goes one way or the other."""
    return Effect.WEAKENED if weaker else Effect.STRENGTHENED
