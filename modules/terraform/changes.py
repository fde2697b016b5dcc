"""Changes of a plan: each resource before and after, with unknown and sensitive values marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from modules.terraform.configurations import Configuration, configuration
from modules.terraform.expressions import Merger
from modules.terraform.marks import either
from modules.terraform.plan_files import Plan, PlanError
from modules.terraform.values import as_list, as_map, same

Values = Mapping[str, Any]
Pair = tuple[Values | None, Values | None]
_NO_REASON = "none"


class Action(StrEnum):
    """What Terraform does with a resource."""

    KEEP = "keep"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"


_ACTIONS = {
    ("no-op",): Action.KEEP,
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("forget",): Action.FORGET,
}


@dataclass(frozen=True)
class Change:
    """One resource, before and after.

    Attributes
    ----------
    was
        The address before, if it was moved.
    reason
        Terraform's word for why it is replaced or deleted.
    forced_by
        The attributes that make it a replacement.
    imported
        Whether it is brought under management by this plan.
    left_behind
        Whether what was there before stays in AWS, no longer managed.
    deposed
        Whether this is about the remains of an earlier replacement.
    stateless
        Whether this is the difference of two plans against an empty state.
    """

    address: str
    type: str
    action: Action
    raw_before: Any = field(repr=False)
    raw_after: Any = field(repr=False)
    marks: Values = field(repr=False, default_factory=dict)
    expressions: Values | None = field(repr=False, default=None)
    was: str = ""
    reason: str = _NO_REASON
    forced_by: tuple[str, ...] = ()
    imported: bool = False
    left_behind: bool = False
    deposed: bool = False
    stateless: bool = False

    MERGER: ClassVar[Merger] = Merger()

    @cached_property
    def before(self) -> Values:
        """The values before."""
        marks = self.marks
        expressions = marks.get("before_expressions")
        values = self._side(self.raw_before, marks.get("before_unknown"), self._sensitive, expressions)
        # What the provider will work out anew is no change of anybody's. Without a state, it is one of
        # the configuration if only one side configures it.
        idle = self._idle(marks.get("before_unknown"), expressions) if self.stateless else self._idle_after
        return {name: value for name, value in values.items() if name not in idle}

    @cached_property
    def after(self) -> Values:
        """The values after."""
        marks = self.marks
        values = self._side(self.raw_after, marks.get("after_unknown"), self._sensitive, self.expressions)
        return {name: value for name, value in values.items() if name not in self._idle_after}

    def keeps(self, *paths: str) -> bool:
        """Whether these arguments stay as they are."""
        return all(same(self.before.get(path), self.after.get(path)) for path in paths)

    @cached_property
    def _sensitive(self) -> Any:
        """What is sensitive on one side was so on the other, whether anybody said it or not."""
        return either(self.marks.get("before_sensitive"), self.marks.get("after_sensitive"))

    @cached_property
    def _idle_after(self) -> frozenset[str]:
        return self._idle(self.marks.get("after_unknown"), self.expressions)

    def _idle(self, unknown: Any, expressions: Values | None) -> frozenset[str]:
        """What nobody configures and the provider has yet to work out, such as the time of a change."""
        if expressions is None:
            return frozenset()
        gaps = (name for name, gap in as_map(unknown).items() if gap is True and name not in expressions)
        return frozenset(name for name in gaps if not self._may_be_dynamic(name))

    def _may_be_dynamic(self, name: str) -> bool:
        """Whether it is a block: of one that is `dynamic`, Terraform shows no expressions."""
        sides = (as_map(side).get(name) for side in (self.raw_before, self.raw_after))
        return any(isinstance(side, list) and all(isinstance(one, dict) for one in side) for side in sides)

    def _side(self, values: Any, unknown: Any, sensitive: Any, expressions: Values | None) -> Values:
        if sensitive is True:
            sensitive = dict.fromkeys(as_map(values), True)
        found = self.MERGER.merged(as_map(values), unknown, sensitive, expressions)
        return found if isinstance(found, Mapping) else {}


Made = TypeVar("Made", bound=Change)


def changes(plan: Plan, kind: type[Made]) -> Iterator[Made]:
    """Everything that a plan does to managed resources; those that it leaves alone are left out."""
    known = configuration(plan.raw)
    for item in plan.resource_changes:
        if _matters(item):
            yield _change(item, known, kind)


def drifted(plan: Plan, kind: type[Made]) -> Iterator[Made]:
    """What was changed outside of Terraform."""
    nothing = Configuration({})
    for item in plan.drift:
        if _matters(item):
            yield _change(item, nothing, kind)


def _matters(item: Values) -> bool:
    change = item["change"]
    if item.get("mode", "managed") != "managed" or change["actions"] == ["read"]:
        return False
    return change["actions"] != ["no-op"] or "previous_address" in item or bool(change.get("importing"))


def _change(item: Values, known: Configuration, kind: type[Made]) -> Made:
    change = item["change"]
    actions = tuple(change["actions"])
    return kind(
        address=item["address"],
        type=item["type"],
        action=_ACTIONS.get(actions, Action.REPLACE),
        raw_before=change.get("before"),
        raw_after=change.get("after"),
        marks=change,
        expressions=known.of(item["address"]),
        was=str(item.get("previous_address") or ""),
        reason=str(item.get("action_reason") or _NO_REASON),
        forced_by=tuple(_path(path) for path in as_list(change.get("replace_paths"))),
        imported=bool(change.get("importing")),
        left_behind="forget" in actions and len(actions) > 1,
        deposed="deposed" in item,
    )


def _path(path: Any) -> str:
    return ".".join(str(step) for step in as_list(path) if isinstance(step, str)) or "an attribute"


def compared(base: Plan, head: Plan, kind: type[Made]) -> Iterator[Made]:
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
        change = _pair(address, pair, (before.of(address), after.of(address)), kind)
        if change.action is not Action.UPDATE or change.before != change.after:
            yield change


def _pair(address: str, pair: Pair, expressions: Pair, kind: type[Made]) -> Made:
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
    return kind(
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
