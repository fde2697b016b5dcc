"""A weakening that is meant is accepted by one entry, which is spent by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from modules.semantics.secrets import SENSITIVE
from ops.review import Acceptance, Review, review, unspent
from ops.review.acceptances import is_vague
from ops.review.markdown import markdown
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
        Acceptance(
            address=one.address,
            old=one.old,
            new=one.new,
            aspect=one.aspect if is_vague(one) else None,
            reason="meant",
        )
        for one in story.unaccepted
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


KEY = {"address": "aws_kms_key.one", "old": "true", "new": "false"}


def switched_off(*names: str, accepted: list[Acceptance]) -> Review:
    before, after = ({"name": "k"} | dict.fromkeys(names, on) for on in (True, False))
    return review(plan(entry(before, after, kind="aws_kms_key")), accepted=accepted)


def test_acceptance_of_one_switch_is_none_of_another() -> None:
    rotation = acceptance(**KEY, aspect="enable_key_rotation")
    assert not switched_off("enable_key_rotation", accepted=[rotation]).failed
    assert switched_off("is_enabled", accepted=[rotation]).failed
    both = switched_off("enable_key_rotation", "is_enabled", accepted=[rotation])
    assert [one.aspect for one in both.unaccepted] == ["is_enabled"]


def test_words_that_fit_many_a_change_accept_none_without_an_aspect() -> None:
    assert switched_off("enable_key_rotation", accepted=[acceptance(**KEY)]).failed


def test_aspect_counts_where_words_would_do() -> None:
    assert not raised(acceptance(aspect="threshold")).failed
    assert raised(acceptance(aspect="period")).failed


def test_acceptance_with_an_aspect_leaves_the_other_for_what_it_does_not_fit() -> None:
    pair = [acceptance(), acceptance(aspect="threshold")]
    twice = [entry(values(), values(threshold=8000)), entry(values(), values(threshold=8000))]
    assert not review(plan(*twice), accepted=pair).failed


def test_acceptance_of_another_aspect_is_not_spent_with_the_base() -> None:
    rotation, use = (acceptance(**KEY, aspect=one) for one in ("enable_key_rotation", "is_enabled"))
    assert unspent([rotation, use], [rotation]) == (use,)


def test_entry_in_the_comment_names_the_aspect_where_words_do_not_say_it() -> None:
    vague = markdown(switched_off("is_enabled", accepted=[]))
    assert '    new: "false"\n    aspect: "is_enabled"\n    reason:\n' in vague
    assert "aspect:" not in markdown(raised())


@pytest.mark.parametrize(
    ("old", "new", "vague"),
    [
        ("true", "false", True),
        ("7", "1,000", True),
        ("0.05", "0.01", True),
        ("arn:aws:kms:key/1", "none", True),
        ("(sensitive)", "(sensitive)", True),
        ("ENABLED", "DISABLED", True),
        ("above 5,000 ms", "above 8,000 ms", False),
        ("5 min", "15 min", False),
        ("topic critical", "deleted", False),
    ],
)
def test_words_are_vague_where_they_fit_many_an_attribute(old: str, new: str, vague: bool) -> None:
    (verdict,) = raised().unaccepted
    assert is_vague(replace(verdict, old=old, new=new)) is vague
