"""Moves, imports, unknown values, modules and the rest, in plans that real Terraform made."""

from __future__ import annotations

from ops.review import Effect, Review, Verdict
from tests.review import extras
from tests.review.test_real_changes import at


def only(review: Review, address: str, aspect: str = "") -> Verdict:
    (found,) = [one for one in at(review, address) if aspect in ("", one.aspect)]
    return found


def test_moved_alarm_is_not_deleted_and_its_change_is_judged(forward: Review) -> None:
    address = "aws_cloudwatch_metric_alarm.mover-new"
    assert only(forward, address, "address").effect is Effect.UNAFFECTED
    assert only(forward, address, "address").old == "aws_cloudwatch_metric_alarm.mover-old"
    assert only(forward, address, "threshold").effect is Effect.WEAKENED
    assert not at(forward, "aws_cloudwatch_metric_alarm.mover-old")


def test_other_address_without_a_moved_block_is_deleted_with_a_hint(forward: Review) -> None:
    found = only(forward, "aws_cloudwatch_metric_alarm.readdressed-old")
    assert found.effect is Effect.WEAKENED
    assert (
        "made again as aws_cloudwatch_metric_alarm.readdressed-new; a moved block would keep it" in found.note
    )


def test_without_a_state_nobody_knows_whether_it_is_moved(compared: Review) -> None:
    found = only(compared, "aws_cloudwatch_metric_alarm.readdressed-old")
    assert "whether it is moved is unknown" in found.note
    assert any("whether a change replaces a resource" in note for note in compared.notes)


def test_forgotten_alarm_is_not_told_as_deleted(forward: Review) -> None:
    found = only(forward, "aws_cloudwatch_metric_alarm.forgotten")
    assert (found.effect, found.text) == (Effect.UNCLEAR, "is managed no more")
    assert "stays in AWS" in found.note


def test_import_is_told(forward: Review) -> None:
    found = only(forward, "terraform_data.imported")
    assert (found.effect, found.text) == (Effect.ADDED, "exists already, and is managed from now on")


def test_damaged_topic_loses_its_subscribers(forward: Review) -> None:
    found = only(forward, "aws_sns_topic.tainted")
    assert (found.effect, found.aspect) == (Effect.WEAKENED, "replacement")
    assert "marked as damaged" in found.note


def test_unknown_threshold_is_said_to_be_unknown(forward: Review, compared: Review) -> None:
    for review in (forward, compared):
        found = only(review, "aws_cloudwatch_metric_alarm.uncertain")
        assert found.effect is Effect.UNCLEAR
        assert "known after apply (terraform_data.figure.output)" in found.new
        assert found.note == "It is known only after apply."


def test_alarm_in_a_module_is_judged_like_any_other(forward: Review, compared: Review) -> None:
    address = 'module.child["a"].aws_cloudwatch_metric_alarm.inner'
    assert only(forward, address, "threshold").effect is Effect.WEAKENED
    # Both sides act on the module's own topic, whose ARN neither knows.
    assert [one.aspect for one in at(compared, address)] == ["threshold"]


def test_address_is_told_as_it_is(forward: Review) -> None:
    assert only(forward, f'aws_cloudwatch_metric_alarm.each["{extras.EVIL}"]').effect is Effect.ADDED


def test_pull_request_that_raises_drops_and_adds(story: Review) -> None:
    weakened = [
        (one.address.partition(".")[0], one.old, one.new)
        for one in story.verdicts
        if one.effect is Effect.WEAKENED
    ]
    assert weakened == [
        (
            "aws_sns_topic_subscription",
            "email second@team.example on topic critical (scheduling-agent-critical)",
            "deleted",
        ),
        ("aws_cloudwatch_metric_alarm", "above 5,000 ms", "above 8,000 ms"),
    ]
    watched = [one.new for one in story.verdicts if one.text == "now watches"]
    assert all("reminder-actions" in one for one in watched)
    assert watched
    assert {one.address for one in story.verdicts if one.effect is Effect.ADDED} >= {
        "aws_cloudwatch_log_group.group-lambda-reminder-actions",
        "aws_cloudwatch_metric_alarm.lambda-duration-reminder-actions",
    }
