"""Who judges what: one file per area, and one table of kinds. What nobody knows is changed, plainly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from modules.terraform.changes import Action
from ops.review.judges import alarms, dashboards, functions, keys, logs, routing, schedules
from ops.review.judges.alarms import severity
from ops.review.judges.existence import deleted, forgotten, maybe_replaced, provenance, replaced
from ops.review.judges.kinds import Kind, unclear, verdict
from ops.review.plans import Change, Values
from ops.review.values import differences, is_hidden, is_unknown, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import Topics, World, route_of

_AREAS = (alarms, logs, routing, schedules, functions, keys, dashboards)
KINDS: Mapping[str, Kind] = {name: kind for area in _AREAS for kind in area.KINDS for name in kind.types}
OTHER = Kind(types=(), noun="resource", lost=None)
"""Without types: what hangs on one of these is not known here."""

_ALARMS = (*alarms.METRIC_ALARM.types, *alarms.COMPOSITE_ALARM.types)


def kind_of(kind: str) -> Kind:
    """The kind of a Terraform type; the plain one for what nobody knows."""
    return KINDS.get(kind, OTHER)


def judged(change: Change, world: World) -> Iterator[Verdict]:
    """Everything that is to be said of one change."""
    urgency = _severity(change, world)
    for found in _judged(change, kind_of(change.type), world):
        yield replace(found, severity=urgency) if urgency else found


def _severity(change: Change, world: World) -> str:
    """How urgent it was before, or is if it is new: of an alarm, of a topic and of who listens to it."""
    values = change.before or change.after
    if change.type in _ALARMS:
        return severity(values, world)
    if change.type in routing.SUBSCRIPTION.types:
        return next((one.route for one in world.after.targets(values.get("topic_arn"))), "")
    return route_of(values) if change.type in routing.TOPIC.types else ""


def _judged(change: Change, kind: Kind, world: World) -> Iterator[Verdict]:
    if change.deposed:
        yield verdict(change, Effect.UNAFFECTED, "leftover", "clears away what a replacement left behind")
        return
    yield from provenance(change)
    match change.action:
        case Action.CREATE:
            new = kind.describe(change.after, world)
            yield verdict(change, Effect.ADDED, "existence", f"is a new {kind.noun}", new=new)
        case Action.DELETE:
            yield deleted(change, kind, world)
        case Action.FORGET:
            yield forgotten(change, kind, world)
        case Action.REPLACE:
            yield replaced(change, kind, world)
            yield from _differing(change, kind, world)
        case Action.UPDATE:
            yield from maybe_replaced(change, kind)
            yield from _differing(change, kind, world)


def _differing(change: Change, kind: Kind, world: World) -> Iterator[Verdict]:
    said = [(aspect, tuple(aspect.judge(change, world))) for aspect in kind.aspects]
    for _, verdicts in said:
        yield from verdicts
    for path, old, new in differences(_comparable(change.before), _comparable(change.after)):
        judges = [verdicts for aspect, verdicts in said if _is_claimed(path, aspect.paths)]
        if change.stateless and path in kind.identity:
            continue
        if not judges:
            effect = Effect.UNAFFECTED if _is_harmless(path, kind) else Effect.CHANGED
            yield verdict(change, effect, path, "has another", item=path, old=shown(old), new=shown(new))
        elif not any(judges) and (_is_open(old, world.before) or _is_open(new, world.after)):
            yield unclear(change, path, "has another", old, new, item=path)


def _is_open(value: Any, topics: Topics) -> bool:
    """Whether a judge that says nothing of it may just not have been able to read it.

    A topic that a reference leads to is as good as known.
    """
    if is_unknown(value):
        return not all(one.is_known for one in topics.targets(value))
    return is_hidden(value)


def _comparable(values: Values) -> Values:
    """Tags once: all of them, where the provider's are known too."""
    every = values.get("tags_all")
    rest = {name: value for name, value in values.items() if name != "tags_all"}
    return rest | {"tags": every} if isinstance(every, Mapping) and every else rest


def _is_claimed(path: str, claimed: tuple[str, ...]) -> bool:
    """Whether a judge has spoken about it, or about a part of it or what it is a part of."""
    return any(path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in claimed)


def _is_harmless(path: str, kind: Kind) -> bool:
    return "*" in kind.harmless or path.partition(".")[0] in {*kind.harmless, "tags", "tags_all"}
