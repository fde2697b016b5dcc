"""Whom an alarm tells: silenced, routed elsewhere, or given another urgency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ops.review.changes import Change, Values
from ops.review.judges.attributes import switch
from ops.review.judges.kinds import unclear, verdict, weaker_if
from ops.review.secrets import SENSITIVE
from ops.review.topics import Target, tags_of
from ops.review.verdicts import SEVERITIES, Effect, Verdict
from ops.review.words import NOTHING, listed, shown
from ops.review.world import World
from policies.values import as_text

STATES = {"alarm_actions": "ALARM", "ok_actions": "OK", "insufficient_data_actions": "INSUFFICIENT_DATA"}
PATHS = (*STATES, "actions_enabled")
TAGS = ("tags.Severity", "tags.Role")

_JUDGED = (Effect.WEAKENED, Effect.STRENGTHENED)
_ROLES = {"page": 1, "evidence": 0}
_ENABLED = switch("actions_enabled", "is silenced: its actions are switched off", "acts again")

Pair = tuple[tuple[Target, ...], tuple[Target, ...]]


def severity(values: Values, world: World) -> str:
    """Whose attention an alarm needs: by its tag, else by the most urgent topic it acts on."""
    tag = as_text(tags_of(values).get("Severity"))
    if tag:
        return tag
    ranked = [one for one in world.after.targets(values.get("alarm_actions")) if one.rank]
    return max(ranked, key=lambda one: one.rank or 0).route if ranked else ""


def judge(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the switch, and the actions of each state."""
    for found in _ENABLED.judge(change, world):
        yield replace(found, aspect="silence")
    yield from _rerouted(change, world)


def judge_tags(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the tags that say how urgent it is, where the actions do not say it already."""
    if not any(one.aspect == "actions" and one.effect in _JUDGED for one in _rerouted(change, world)):
        yield from _tag(change, "Severity", SEVERITIES)
    yield from _tag(change, "Role", _ROLES)


def _rerouted(change: Change, world: World) -> Iterator[Verdict]:
    """States with the same change share one verdict."""
    pairs: dict[Pair, list[str]] = {}
    for path, state in STATES.items():
        old = world.before.targets(change.before.get(path))
        new = world.after.targets(change.after.get(path))
        if {one.key for one in old} != {one.key for one in new}:
            pairs.setdefault((old, new), []).append(state)
    for (old, new), states in pairs.items():
        yield from _of_states(change, old, new, " and ".join(states))


def _of_states(
    change: Change, old: Sequence[Target], new: Sequence[Target], states: str
) -> Iterator[Verdict]:
    words = {"old": _labels(old), "new": _labels(new)}
    if not new:
        yield verdict(change, Effect.WEAKENED, "silence", f"tells nobody of {states}", **words)
    elif not old:
        yield verdict(change, Effect.STRENGTHENED, "silence", f"now tells somebody of {states}", **words)
    elif not all(one.is_known for one in (*old, *new)):
        hidden = any(one.label == SENSITIVE for one in (*old, *new))
        note = f"Where it goes is {'sensitive' if hidden else 'known only after apply'}."
        yield verdict(
            change, Effect.UNCLEAR, "actions", f"tells somebody else of {states}", note=note, **words
        )
    else:
        yield from _ranked(change, old, new, states, words)


def _ranked(
    change: Change, old: Sequence[Target], new: Sequence[Target], states: str, words: Mapping[str, str]
) -> Iterator[Verdict]:
    was, now = _most_urgent(old), _most_urgent(new)
    if was != now:
        text = f"tells {'less' if now < was else 'more'} urgent people of {states}"
        yield verdict(change, weaker_if(now < was), "actions", text, **words)
    before, after = ({one.key for one in side} for side in (old, new))
    lost, gained = len(before - after), len(after - before)
    if lost != gained:
        text = f"tells {'fewer' if lost > gained else 'more'} of {states}"
        yield verdict(change, weaker_if(lost > gained), "actions", text, **words)
    elif was == now and was:
        text = f"tells others of the same urgency of {states}"
        yield verdict(change, Effect.CHANGED, "actions", text, **words)
    elif was == now:
        note = "No tag says how urgent either is."
        yield verdict(change, Effect.UNCLEAR, "actions", f"tells others of {states}", note=note, **words)


def _most_urgent(targets: Sequence[Target]) -> int:
    return max((one.rank or 0 for one in targets), default=0)


def _labels(targets: Sequence[Target]) -> str:
    return listed(one.label for one in targets) or NOTHING


def _tag(change: Change, name: str, ranks: Mapping[str, int]) -> Iterator[Verdict]:
    old, new = (tags_of(side).get(name) for side in (change.before, change.after))
    if old == new:
        return
    was, now = (ranks.get(one) if isinstance(one, str) else None for one in (old, new))
    if was is None or now is None:
        yield unclear(change, name.lower(), f"has another tag {name}", old, new)
        return
    text = f"is tagged as {'less' if now < was else 'more'} urgent"
    yield verdict(change, weaker_if(now < was), name.lower(), text, old=shown(old), new=shown(new))
