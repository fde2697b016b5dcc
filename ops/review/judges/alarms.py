"""Metric alarms and composite alarms: what they do, what they combine, and all that is judged of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from modules.semantics.alarm_rules import read_rule
from modules.semantics.logic import Term, atoms, implies
from modules.semantics.secrets import SENSITIVE
from modules.terraform.values import as_text, is_nothing, same
from ops.review.judges import conditions, metrics
from ops.review.judges.kinds import Aspect, Kind, is_open, rising, switch, unclear, verdict, weaker_if
from ops.review.judges.signals import periods, read_signal
from ops.review.plans import Change, Values
from ops.review.values import NOTHING, at, duration, listed, shown
from ops.review.verdicts import SEVERITIES, Effect, Verdict
from ops.review.world import Target, World, tags_of

STATES = {"alarm_actions": "ALARM", "ok_actions": "OK", "insufficient_data_actions": "INSUFFICIENT_DATA"}
ACTION_PATHS = (*STATES, "actions_enabled")
TAGS = ("tags.Severity", "tags.Role")

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


def judge_actions(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the switch, and the actions of each state."""
    for found in _ENABLED.judge(change, world):
        yield replace(found, aspect="silence")
    yield from _rerouted(change, world)


def judge_tags(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the tags that say how urgent it is, where the actions do not say it already."""
    told = {one.effect for one in _rerouted(change, world) if one.aspect == "actions" and one.old}
    for found in _tag(change, "Severity", SEVERITIES):
        if found.effect is Effect.UNCLEAR or found.effect not in told:
            yield found
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
        yield from of_targets(change, old, new, " and ".join(states))


def of_targets(
    change: Change, old: Sequence[Target], new: Sequence[Target], states: str
) -> Iterator[Verdict]:
    """Whom it tells of something, before and after."""
    words = {"old": _labels(old), "new": _labels(new)}
    if not new:
        yield verdict(change, Effect.WEAKENED, "silence", f"tells nobody of {states}", **words)
    elif not old:
        yield verdict(change, Effect.STRENGTHENED, "silence", f"now tells somebody of {states}", **words)
    else:
        yield from _of_others(change, old, new, states, words)


def _of_others(
    change: Change, old: Sequence[Target], new: Sequence[Target], states: str, words: Mapping[str, str]
) -> Iterator[Verdict]:
    """Who hears of it no more is held against who hears of it now; who stays does not matter."""
    lost, gained = _without(old, new), _without(new, old)
    order = _order(lost, gained) if lost and gained else 0
    if not all(one.is_known for one in (*lost, *gained)):
        hidden = any(one.label == SENSITIVE for one in (*lost, *gained))
        note = f"Where it goes is {'sensitive' if hidden else 'known only after apply'}."
        text = f"tells somebody else of {states}"
        yield verdict(change, Effect.UNCLEAR, "actions", text, note=note, **words)
    elif order is None:
        text, note = f"tells others of {states}", "No tag says how urgent each of them is."
        yield verdict(change, Effect.UNCLEAR, "actions", text, note=note, **words)
    elif order == 0 and len(lost) == len(gained):
        text = f"tells others of the same urgency of {states}"
        yield verdict(change, Effect.CHANGED, "actions", text, **words)
    else:
        yield from _better_or_worse(change, order, len(gained) - len(lost), states, words)


def _better_or_worse(
    change: Change, order: int, more: int, states: str, words: Mapping[str, str]
) -> Iterator[Verdict]:
    if order:
        text = f"tells {'less' if order < 0 else 'more'} urgent people of {states}"
        yield verdict(change, weaker_if(order < 0), "actions", text, **words)
    if more:
        text = f"tells {'fewer' if more < 0 else 'more'} of {states}"
        yield verdict(change, weaker_if(more < 0), "actions", text, **words)


def _without(targets: Sequence[Target], others: Sequence[Target]) -> tuple[Target, ...]:
    keys = {one.key for one in others}
    return tuple(one for one in targets if one.key not in keys)


def _order(lost: Sequence[Target], gained: Sequence[Target]) -> int | None:
    """How urgent the gained are, compared with the lost; `None` where that cannot be told."""
    was, now = (Counter(one.rank for one in side) for side in (lost, gained))
    shared = was & now
    # Two without a rank need not be equally urgent.
    shared.pop(None, None)
    was, now = was - shared, now - shared
    if not was or not now:
        return 0
    (old_least, old_most), (least, most) = _bounds(was), _bounds(now)
    if most <= old_least:
        return -1
    return 1 if old_most <= least else None


def _bounds(ranks: Iterable[int | None]) -> tuple[int, int]:
    """How urgent the most urgent is, at the least and at the most: what has no rank may be anything."""
    found = tuple(ranks)
    least = max((one for one in found if one is not None), default=0)
    return least, max(SEVERITIES.values()) if None in found else least


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


COMPOSITE_PATHS = ("alarm_rule", "actions_suppressor", "actions_suppressor_wait_period")
_SUPPRESSOR = "actions_suppressor"
_WAITS = (
    rising(
        f"{_SUPPRESSOR}.wait_period",
        "waits for its suppressor for a shorter time",
        "waits for its suppressor for a longer time",
        words=duration,
        falls=True,
    ),
    rising(
        f"{_SUPPRESSOR}.extension_period",
        "stays suppressed for a shorter time",
        "stays suppressed for a longer time",
        words=duration,
        falls=True,
    ),
)


def judge_composite(change: Change, world: World) -> Iterator[Verdict]:
    """Judge the rule by what it implies, and the suppressor."""
    yield from _rule(change)
    yield from _suppressor(change, world)


def rule_text(values: Values, _world: World) -> str:
    """A composite alarm in words."""
    return f"if {shown(values.get('alarm_rule'))}"


def _rule(change: Change) -> Iterator[Verdict]:
    old, new = (side.get("alarm_rule") for side in (change.before, change.after))
    if same(old, new):
        return
    one, other = read_rule(old), read_rule(new)
    if is_open(old, new) or one is None or other is None:
        yield unclear(change, "rule", "fires by another rule", old, new)
    else:
        yield _compared(change, one, other)


def _compared(change: Change, old: Term, new: Term) -> Verdict:
    narrower, wider = implies(new, old), implies(old, new)
    words = {"old": shown(change.before["alarm_rule"]), "new": shown(change.after["alarm_rule"])}
    note = _difference(old, new)
    if narrower and wider:
        return verdict(change, Effect.UNAFFECTED, "rule", "has the same rule in other words", **words)
    if not narrower and not wider:
        return verdict(change, Effect.UNCLEAR, "rule", "fires by another rule", note=note, **words)
    text = f"fires in {'fewer' if narrower else 'more'} cases"
    return verdict(change, weaker_if(narrower), "rule", text, note=note, **words)


def _difference(old: Term, new: Term) -> str:
    gone, come = sorted(atoms(old) - atoms(new)), sorted(atoms(new) - atoms(old))
    parts = [f"no longer in it: {listed(gone)}" if gone else "", f"new in it: {listed(come)}" if come else ""]
    return "; ".join(filter(None, parts))


def _suppressor(change: Change, world: World) -> Iterator[Verdict]:
    path = f"{_SUPPRESSOR}.alarm"
    old, new = at(change.before, path), at(change.after, path)
    if is_nothing(old) and is_nothing(new):
        return
    words = {"old": shown(old), "new": shown(new)}
    if is_nothing(old) or is_nothing(new):
        text = f"is {'now' if is_nothing(old) else 'no longer'} suppressed by another alarm"
        yield verdict(change, weaker_if(is_nothing(old)), "suppressor", text, **words)
        return
    if not same(old, new):
        yield unclear(change, "suppressor", "is suppressed by another alarm", old, new)
    for aspect in _WAITS:
        yield from aspect.judge(change, world)


_LOST = "Nobody hears of it any more."
_TEXTS = frozenset({"alarm_description", "tags"})


def metric_alarm(values: Values, world: World) -> str:
    """A metric alarm in words."""
    found = conditions.m_of_n(values)
    times = f"{found[0]} of {found[1]}" if found else shown(values.get("evaluation_periods"))
    signal = read_signal(values)
    return f"{signal} {conditions.in_words(values, world)} in {times} periods of {periods(signal)}"


METRIC_ALARM = Kind(
    types=("aws_cloudwatch_metric_alarm",),
    noun="alarm",
    lost=_LOST,
    identity=("alarm_name",),
    aspects=(
        Aspect(conditions.READ, conditions.judge),
        Aspect(conditions.EVALUATION_PATHS, conditions.judge_evaluation),
        Aspect(metrics.PERIOD_PATHS, metrics.judge_periods),
        Aspect(metrics.STATISTIC_PATHS, metrics.judge_statistics),
        Aspect(metrics.PATHS, metrics.judge),
        Aspect(ACTION_PATHS, judge_actions),
        Aspect(TAGS, judge_tags),
    ),
    harmless=_TEXTS,
    describe=metric_alarm,
)
COMPOSITE_ALARM = Kind(
    types=("aws_cloudwatch_composite_alarm",),
    noun="composite alarm",
    lost=_LOST,
    identity=("alarm_name",),
    aspects=(
        Aspect(COMPOSITE_PATHS, judge_composite),
        Aspect(ACTION_PATHS, judge_actions),
        Aspect(TAGS, judge_tags),
    ),
    harmless=_TEXTS,
    describe=rule_text,
)
KINDS = (METRIC_ALARM, COMPOSITE_ALARM)
