"""What every judge is made of: a kind of resource, and the aspects that many kinds share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from modules.terraform.values import Hidden, Unknown, as_number, from_json, is_nothing, same
from ops.review.plans import Change, Values
from ops.review.values import UNKNOWN, at, key_of, listed, shown
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


Words = Callable[[Any], str]
_OFF = (False, "false", 0, "0", "DISABLED", "Disabled", "disabled")


def present(path: str, what: str, *, words: Words = shown) -> Aspect:
    """Something that protects as long as it is there, such as a key or a dead-letter queue."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        if _may_be_nothing(old) or _may_be_nothing(new):
            yield unclear(change, path, f"may lose or get its {what}", old, new)
        elif is_nothing(new):
            yield verdict(change, Effect.WEAKENED, path, f"loses its {what}", old=words(old), new="none")
        elif is_nothing(old):
            yield verdict(change, Effect.STRENGTHENED, path, f"gets a {what}", old="none", new=words(new))
        else:
            yield verdict(change, Effect.CHANGED, path, f"has another {what}", old=words(old), new=words(new))

    return when_changed(path, judge)


def _may_be_nothing(value: Any) -> bool:
    """An unknown value that refers to an attribute of a resource will be something."""
    return isinstance(value, Unknown) and not value.references


def switch(path: str, off: str, on: str, *, default: bool = True) -> Aspect:
    """Something that works only while it is switched on; the words say what happens."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        if is_open(old, new):
            yield unclear(change, path, f"{on}, or {off}", old, new)
            return
        was, now = (default if value is None else value not in _OFF for value in (old, new))
        if was != now:
            text = off if was else on
            yield verdict(change, weaker_if(was), path, text, old=shown(was), new=shown(now))

    return when_changed(path, judge)


def rising(path: str, less: str, more: str, *, words: Words = shown, falls: bool = False) -> Aspect:
    """A figure of which more is better, or less if it falls."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        was, now = as_number(old), as_number(new)
        if was is None or now is None:
            yield unclear(change, path, f"{less}, or {more}", old, new)
        elif was != now:
            effect, text = weaker_if((now < was) != falls), less if now < was else more
            yield verdict(change, effect, path, text, old=words(old), new=words(new))

    return when_changed(path, judge)


def members(path: str, fewer: str, more: str) -> Aspect:
    """A list of which each entry counts."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        if not all(is_nothing(one) or isinstance(one, list) for one in (old, new)):
            yield unclear(change, path, f"{fewer}, or {more}", old, new)
            return
        before, after = ({key_of(item): item for item in value or ()} for value in (old, new))
        lost = [shown(before[key]) for key in sorted(before.keys() - after.keys())]
        gained = [shown(after[key]) for key in sorted(after.keys() - before.keys())]
        if lost:
            yield verdict(change, Effect.WEAKENED, path, fewer, old=listed(lost), new="none")
        if gained:
            yield verdict(change, Effect.STRENGTHENED, path, more, old="none", new=listed(gained))

    return when_changed(path, judge)


def narrowing(path: str, fewer: str, more: str) -> Aspect:
    """A list that says what is meant, of which an empty one means all."""
    some = members(path, fewer, more)

    def judge(change: Change, world: World) -> Iterator[Verdict]:
        old, new = at(change.before, path), at(change.after, path)
        if is_open(old, new) or is_nothing(old) == is_nothing(new):
            yield from some.judge(change, world)
            return
        effect, text = weaker_if(is_nothing(old)), fewer if is_nothing(old) else more
        words = ["all" if is_nothing(one) else shown(one) for one in (old, new)]
        yield verdict(change, effect, path, text, old=words[0], new=words[1])

    return Aspect((path,), judge)


def source(path: str, what: str) -> Aspect:
    """What it reads from or writes to: with another one, the old is left and the new is gained."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        if is_open(old, new):
            yield unclear(change, path, f"may have another {what}", old, new)
            return
        words = {"old": shown(old), "new": shown(new)}
        if not is_nothing(old):
            yield verdict(change, Effect.WEAKENED, path, f"leaves its {what}", **words)
        if not is_nothing(new):
            yield verdict(change, Effect.STRENGTHENED, path, f"has a new {what}", **words)

    return when_changed(path, judge)


def plain(path: str, text: str, *, effect: Effect = Effect.CHANGED, words: Words = shown) -> Aspect:
    """A change that is told in words of its own."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        yield verdict(change, effect, path, text, old=words(old), new=words(new))

    return when_changed(path, judge)


def undecided(path: str, text: str) -> Aspect:
    """A change that matters and that nothing here can judge."""

    def judge(change: Change, old: Any, new: Any) -> Iterator[Verdict]:
        yield unclear(change, path, text, old, new)

    return when_changed(path, judge)


def read_json(value: Any) -> Any:
    """What JSON text says; what is open stays so, and text that is no JSON stays text."""
    found = from_json(value)
    return value if found is None else found
