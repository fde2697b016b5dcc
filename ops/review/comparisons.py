"""Two plans against an empty state: what they would make differs, for want of credentials for more."""

from __future__ import annotations

from collections.abc import Iterator

from modules.terraform.configurations import configuration
from modules.terraform.values import as_map
from ops.review.changes import Action, Change, Values
from ops.review.plans import Plan, PlanError

Pair = tuple[Values | None, Values | None]


def compared(base: Plan, head: Plan) -> Iterator[Change]:
    """The differences of two plans against an empty state.

    Raises
    ------
    PlanError
        One of them was made against a state with something in it.
    """
    old, new = _created(base), _created(head)
    before, after = configuration(base.raw), configuration(head.raw)
    for address in sorted({*old, *new}):
        pair = old.get(address), new.get(address)
        change = _pair(address, pair, (before.of(address), after.of(address)))
        if change.action is not Action.UPDATE or change.before != change.after:
            yield change


def _pair(address: str, pair: Pair, expressions: Pair) -> Change:
    old, new = pair
    before, after = as_map((old or {}).get("change")), as_map((new or {}).get("change"))
    action = Action.UPDATE if old and new else Action.CREATE if new else Action.DELETE
    marks = {
        "before_unknown": before.get("after_unknown"),
        "before_sensitive": before.get("after_sensitive"),
        "before_expressions": expressions[0],
        "after_unknown": after.get("after_unknown"),
        "after_sensitive": after.get("after_sensitive"),
    }
    return Change(
        address=address,
        type=str((new or old or {}).get("type")),
        action=action,
        raw_before=before.get("after"),
        raw_after=after.get("after"),
        marks=marks,
        expressions=expressions[1],
        stateless=True,
    )


def _created(plan: Plan) -> dict[str, Values]:
    found = {}
    for item in plan.resource_changes:
        if item.get("mode", "managed") != "managed":
            continue
        if item["change"]["actions"] != ["create"]:
            text = (
                "was made against a state with something in it; for --base, plan both against an empty state"
            )
            raise PlanError(f"{plan.name}: {text}")
        found[item["address"]] = item
    return found
