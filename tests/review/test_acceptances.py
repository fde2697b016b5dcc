"""A weakening that is meant is accepted by one entry, which is spent by it."""

from __future__ import annotations

from typing import Any

import pytest

from ops.review import Acceptance, Review, review, unspent
from ops.review.secrets import SENSITIVE
from tests.review.builders import entry, plan, values

ADDRESS = "aws_cloudwatch_metric_alarm.one"


def acceptance(**changes: Any) -> Acceptance:
    fields = {"address": ADDRESS, "old": "above 5,000 ms", "new": "above 8,000 ms", "reason": "meant"}
    return Acceptance(**(fields | changes))


def raised(*accepted: Acceptance, **more: Any) -> Review:
    return review(plan(entry(values(), values(threshold=8000, **more))), accepted=accepted)


def test_weakening_without_an_acceptance_fails() -> None:
    assert raised().failed


def test_weakening_with_its_acceptance_passes() -> None:
    assert not raised(acceptance()).failed


@pytest.mark.parametrize(
    "change",
    [
        {"address": "aws_cloudwatch_metric_alarm.two"},
        {"old": "above 4,000 ms"},
        {"new": "above 9,000 ms"},
        {"address": "*"},
    ],
)
def test_acceptance_of_something_else_does_not_count(change: dict[str, str]) -> None:
    assert raised(acceptance(**change)).failed


def test_acceptance_is_spent_by_one_change() -> None:
    pair = [entry(values(), values(threshold=8000)), entry(values(), values(threshold=8000))]
    assert review(plan(*pair), accepted=[acceptance()]).failed
    assert not review(plan(*pair), accepted=[acceptance(), acceptance()]).failed


def test_second_weakening_of_the_same_alarm_needs_its_own() -> None:
    both = raised(acceptance(), period=900)
    assert [one.aspect for one in both.unaccepted] == ["period"]
    assert not raised(acceptance(), acceptance(old="5 min", new="15 min"), period=900).failed


def test_left_over_acceptance_is_no_finding() -> None:
    found = review(plan(), accepted=[acceptance()])
    assert not found.failed
    assert found.accepted == {}


def test_only_weakenings_are_accepted() -> None:
    lowered = review(
        plan(entry(values(), values(threshold=4000))), accepted=[acceptance(new="above 4,000 ms")]
    )
    assert lowered.accepted == {}


def test_space_in_an_entry_does_not_matter() -> None:
    assert not raised(acceptance(old=" above  5,000\nms ")).failed


def test_acceptance_that_the_base_had_already_is_spent() -> None:
    old, new = acceptance(), acceptance(new="above 9,000 ms")
    assert unspent([old, new], [old]) == (new,)
    assert unspent([old, old], [old]) == (old,)
    assert unspent([acceptance(reason="other words")], [old]) == ()
    assert unspent([], [old]) == ()


def test_real_weakenings_are_accepted_by_what_the_review_says(story: Review, plans: Any) -> None:
    entries = [
        Acceptance(address=one.address, old=one.old, new=one.new, reason="meant") for one in story.unaccepted
    ]
    assert story.failed
    assert not review(plans.story, accepted=entries).failed
    assert review(plans.story, accepted=entries[1:]).failed


@pytest.mark.parametrize(
    "address", ["aws_cloudwatch_metric_alarm.missing_lab", "aws_cloudwatch_metric_alarm.{}_lab"]
)
def test_sensitive_word_in_an_address_is_accepted_as_it_is_and_as_it_reads(address: str) -> None:
    changed = entry(values(), values(threshold=8000), name="missing_lab")
    secret = {
        "variables": {"word": {"value": "missing"}},
        "configuration": {"root_module": {"variables": {"word": {"sensitive": True}}}},
    }
    found = review(plan(changed, **secret), accepted=[acceptance(address=address.format(SENSITIVE))])
    assert [one.address for one in found.verdicts] == [f"aws_cloudwatch_metric_alarm.{SENSITIVE}_lab"]
    assert not found.failed


def test_words_of_the_review_are_not_masked() -> None:
    old, new = values(treat_missing_data="breaching"), values(treat_missing_data="missing")
    (found,) = review(plan(entry(old, new, after_sensitive={"treat_missing_data": True}))).verdicts
    assert found.aspect == "missing_data"
