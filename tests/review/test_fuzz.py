"""Whatever a plan holds, the review says something and falls over nothing."""

from __future__ import annotations

import copy
import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.review import Plan, review
from ops.review.json_report import as_json
from ops.review.judges import KINDS
from ops.review.markdown import markdown
from tests.review.builders import plan
from tests.review.conftest import Plans
from tests.review.test_markdown import active

# Words of this project: no text of a verdict may hold anything of a plan.
TEXT = re.compile(r"[A-Za-z][A-Za-z,:' _-]*")

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
marks = st.sampled_from([None, True, False, {}, [], [True], {"tags": True}])
ATTRIBUTES = sorted(
    {path.partition(".")[0] for kind in KINDS.values() for aspect in kind.aspects for path in aspect.paths}
    | {"tags_all", "name", "alarm_name", "skip_destroy"}
)
bodies = st.dictionaries(st.sampled_from(ATTRIBUTES), anything, max_size=6)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    actions = draw(st.sampled_from([["update"], ["create"], ["delete"], ["delete", "create"], ["forget"]]))
    kind = draw(st.sampled_from(sorted(KINDS)))
    change = {
        "actions": actions,
        "before": None if actions == ["create"] else draw(bodies),
        "after": None if actions in (["delete"], ["forget"]) else draw(bodies),
    }
    for name in ("after_unknown", "before_sensitive", "after_sensitive"):
        change[name] = draw(marks | st.dictionaries(st.sampled_from(ATTRIBUTES), marks, max_size=3))
    return {"address": f"{kind}.x", "type": kind, "change": change}


@given(found=st.lists(changes(), min_size=1, max_size=3))
@settings(max_examples=150)
def test_any_values_are_reviewed(found: list[dict[str, Any]]) -> None:
    made = review(plan(*found))
    assert markdown(made)
    assert json.loads(as_json(made))
    assert all(TEXT.fullmatch(one.text) for one in made.verdicts), [one.text for one in made.verdicts]


def mutate(value: Any, chance: random.Random) -> Any:
    """The value with one part of it replaced by something that does not belong there."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        return value | {key: mutate(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], mutate(value[place], chance), *value[place + 1 :]]
    return chance.choice(
        [None, 0, -1, 1e300, "", "x" * 300, "`@x`", [], {}, [[]], [None], {"a": [1]}, True, "${x.y}"]
    )


@pytest.mark.parametrize("seed", range(10))
def test_real_plan_with_any_part_exchanged_is_reviewed(seed: int, plans: Plans) -> None:
    chance = random.Random(seed)
    raw = copy.deepcopy(dict(plans.forward.raw))
    for item in raw["resource_changes"]:
        for side in ("before", "after", "after_unknown", "after_sensitive"):
            if isinstance(item["change"].get(side), dict):
                changed = mutate(item["change"][side], chance)
                item["change"][side] = changed if isinstance(changed, dict) else {}
    raw["configuration"] = mutate(raw["configuration"], chance)
    raw["prior_state"] = {}
    found = review(Plan("plan.json", raw))
    assert found.verdicts
    assert active(markdown(found)) == []
    assert all(TEXT.fullmatch(one.text) for one in found.verdicts)
