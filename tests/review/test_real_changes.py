"""One change for every line of the review, in plans that real Terraform made of the real stack."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ops.review import Effect, Review, Verdict
from tests.review.cases import CASES, REVERSED, UNAFFECTED, Case
from tests.review.conftest import Plans

Said = list[tuple[Effect, str, str, str]]

CHANGES = [case for case in CASES if case.before is not None and case.after is not None]
by_key = pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)


def at(review: Review, address: str) -> list[Verdict]:
    return [one for one in review.verdicts if one.address == address]


def said(verdicts: Iterable[Verdict]) -> Said:
    return sorted((one.effect, one.aspect, one.old, one.new) for one in verdicts)


@by_key
def test_change_is_said_with_old_and_new(case: Case, forward: Review) -> None:
    found = said(at(forward, case.address))
    if case.before is None or case.after is None:
        ((effect, aspect, _, new),) = case.says
        assert [(one[0], one[1], one[3]) for one in found] == [(effect, aspect, new)]
    else:
        assert found == sorted(case.says)


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case.key)
def test_reverse_exchanges_weakened_and_strengthened(case: Case, backward: Review) -> None:
    found = said(at(backward, case.address))
    # A replacement in reverse is another replacement.
    remade = [one for one in found if one[1] == "replacement"]
    expected = [one for one in case.says if one[1] == "replacement"]
    assert [one[0] for one in remade] == [one[0] for one in expected]
    rest = [
        (REVERSED[effect], aspect, new, old)
        for effect, aspect, old, new in case.says
        if aspect != "replacement"
    ]
    assert [one for one in found if one[1] != "replacement"] == sorted(rest)


@pytest.mark.parametrize("case", [one for one in CASES if one.after is None], ids=lambda case: case.key)
def test_what_is_deleted_is_added_in_reverse(case: Case, backward: Review) -> None:
    (found,) = at(backward, case.address)
    assert (found.effect, found.aspect) == (Effect.ADDED, "existence")


@pytest.mark.parametrize("case", [one for one in CASES if one.before is None], ids=lambda case: case.key)
def test_what_is_added_is_deleted_in_reverse(case: Case, backward: Review) -> None:
    (found,) = at(backward, case.address)
    assert (found.effect, found.aspect) == (Effect.WEAKENED, "existence")


@by_key
def test_without_a_state_the_same_is_said_but_for_what_cannot_be_known(case: Case, compared: Review) -> None:
    found = {(one.effect, one.aspect) for one in at(compared, case.address)}
    expected = {(effect, aspect) for effect, aspect, *_ in case.says}
    if not any(aspect == "replacement" for _, aspect in expected):
        assert found == expected
    else:
        assert not any(one == (Effect.WEAKENED, "replacement") for one in found)
        notes = [one.note for one in at(compared, case.address) if one.aspect == "replacement"]
        assert all("not known without a state" in note for note in notes)
        assert notes


def test_most_serious_comes_first(forward: Review) -> None:
    order = list(Effect)
    places = [order.index(one.effect) for one in forward.verdicts]
    assert places == sorted(places)
    weakened = [one for one in forward.verdicts if one.effect is Effect.WEAKENED]
    assert weakened[0].aspect == "existence"
    assert weakened[0].severity == "critical"


def test_stack_itself_says_nothing_where_nothing_changed(forward: Review, plans: Plans) -> None:
    kept = [one for one in plans.forward.resource_changes if one["change"]["actions"] == ["no-op"]]
    untouched = {one["address"] for one in kept if "importing" not in one["change"]}
    assert len(untouched) > 50
    assert not untouched & {one.address for one in forward.verdicts}


def test_harmless_is_never_more_than_text_tags_and_layout(forward: Review) -> None:
    quiet = {one.aspect.partition(".")[0] for one in forward.verdicts if one.effect is UNAFFECTED}
    assert quiet <= {
        "alarm_description",
        "address",
        "display_name",
        "layout",
        "metric",
        "page",
        "query_string",
        "rule",
        "tags",
        "widgets",
    }
