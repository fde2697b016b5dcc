"""Composite alarms: which states of which alarms make them fire, and what suppresses them."""

from __future__ import annotations

from collections.abc import Iterator

from modules.terraform.values import is_nothing, same
from ops.review.judges.attributes import rising
from ops.review.judges.kinds import is_open, unclear, verdict, weaker_if
from ops.review.logic import Term, atoms, implies
from ops.review.plans import Change, Values
from ops.review.rules import read_rule
from ops.review.values import at, duration, listed, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

PATHS = ("alarm_rule", "actions_suppressor", "actions_suppressor_wait_period")
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


def judge(change: Change, world: World) -> Iterator[Verdict]:
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
