"""Whether a resource is there: deleted, forgotten, replaced, moved, imported."""

from __future__ import annotations

from collections.abc import Iterator

from modules.terraform.values import is_nothing
from ops.review.judges.kinds import Kind, verdict
from ops.review.plans import Change
from ops.review.values import at, listed, shown
from ops.review.verdicts import Effect, Verdict
from ops.review.world import World

_REASONS = {
    "replace_because_tainted": "it is marked as damaged",
    "replace_by_request": "somebody asked for it",
    "replace_by_triggers": "something that it follows changes",
    "delete_because_wrong_repetition": "its count or for_each is another",
    "delete_because_count_index": "its count is smaller",
    "delete_because_each_key": "its key is no longer in for_each",
    "delete_because_no_module": "its module is gone",
    "delete_because_no_move_target": "it was moved to where nothing is",
}


def provenance(change: Change) -> Iterator[Verdict]:
    """Where it comes from: another address, or from outside of Terraform."""
    if change.was:
        yield verdict(change, Effect.UNAFFECTED, "address", "is moved", old=change.was, new=change.address)
    if change.imported:
        text = "exists already, and is managed from now on"
        yield verdict(change, Effect.ADDED, "import", text)


def deleted(change: Change, kind: Kind, world: World) -> Verdict:
    """It goes, with all that hangs on it."""
    effect = _without(kind) if kind.lost is None else Effect.WEAKENED
    reason = _REASONS.get(change.reason, "")
    note = " ".join(filter(None, (kind.lost, f"Reason: {reason}." if reason else "")))
    old = kind.describe(change.before, world) or kind.noun
    if change.before.get("skip_destroy") is True:
        effect, note = (
            Effect.UNCLEAR,
            "It stays in AWS, for skip_destroy is set; nothing manages it any more.",
        )
    return verdict(change, effect, "existence", "is deleted", old=old, new="deleted", note=note)


def _without(kind: Kind) -> Effect:
    """Only of a known kind can be said that nothing is lost with it."""
    return Effect.REMOVED if kind.is_known else Effect.REMOVED_UNKNOWN


def forgotten(change: Change, kind: Kind, world: World) -> Verdict:
    """It stays, and nothing manages it."""
    old = kind.describe(change.before, world) or kind.noun
    note = "It stays in AWS as it is; what happens to it later is seen by nobody."
    effect = _without(kind) if kind.lost is None else Effect.UNCLEAR
    return verdict(change, effect, "existence", "is managed no more", old=old, new="forgotten", note=note)


def replaced(change: Change, kind: Kind, world: World) -> Verdict:
    """It goes, and comes back empty."""
    lost = None if change.left_behind else _lost(change, kind)
    left = "The old one stays in AWS, managed no more." if change.left_behind else ""
    note = " ".join(filter(None, (lost, left, _because(change))))
    effect, text = Effect.WEAKENED if lost else Effect.CHANGED, "is deleted and made anew"
    old = kind.describe(change.before, world) or kind.noun
    return verdict(change, effect, "replacement", text, old=old, new="replaced", note=note)


def _lost(change: Change, kind: Kind) -> str | None:
    """What is lost if it is made anew; nothing where that loses nothing."""
    return kind.replaced if kind.loses(change) else None


def _because(change: Change) -> str:
    reason = _REASONS.get(change.reason)
    if reason:
        return f"Reason: {reason}."
    return f"Reason: {listed(change.forced_by)} cannot be changed in place." if change.forced_by else ""


def maybe_replaced(change: Change, kind: Kind) -> Iterator[Verdict]:
    """Without a state nobody knows whether a change of identity is a replacement."""
    if not change.stateless:
        return
    for path in kind.identity:
        old, new = at(change.before, path), at(change.after, path)
        if old != new and not (is_nothing(old) and is_nothing(new)):
            lost = _lost(change, kind)
            effect = Effect.UNCLEAR if lost else Effect.CHANGED
            note = "Whether it is replaced is not known without a state."
            yield verdict(
                change,
                effect,
                "replacement",
                "has another",
                item=path,
                old=shown(old),
                new=shown(new),
                note=f"{note} If so: {lost}" if lost else note,
            )
