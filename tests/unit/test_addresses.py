"""Addresses with keys of instances, and references to attributes."""

from __future__ import annotations

import pytest

from modules.terraform.addresses import most_specific, reference, without_indexes


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("aws_sqs_queue.work", "aws_sqs_queue.work"),
        ("aws_sqs_queue.work[0]", "aws_sqs_queue.work"),
        ('aws_sqs_queue.work["a]b"]', "aws_sqs_queue.work"),
        ('aws_sqs_queue.work["c\\"d]"]', "aws_sqs_queue.work"),
        ('module.one["x.y"].aws_sqs_queue.work["a"]', "module.one.aws_sqs_queue.work"),
    ],
)
def test_keys_of_instances_are_left_out(address: str, bare: str) -> None:
    assert without_indexes(address) == bare


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("${aws_sns_topic.info.arn}", ("aws_sns_topic.info", "arn")),
        ('${aws_sns_topic.t["a]b"].arn}', ('aws_sns_topic.t["a]b"]', "arn")),
        ('${aws_sns_topic.t["c\\"}d"].arn}', ('aws_sns_topic.t["c\\"}d"]', "arn")),
        ("${var.my-name}", ("var", "my-name")),
        ("$${aws_sns_topic.info.arn}", None),
        ("${aws_sns_topic.info.arn}-x", None),
        ("plain", None),
    ],
)
def test_reference_is_read_as_address_and_attribute(text: str, found: tuple[str, str] | None) -> None:
    assert reference(text) == found


def test_reference_to_a_resource_of_which_an_instance_is_listed_says_nothing_new() -> None:
    listed = ('aws_sns_topic.t["a"].arn', 'aws_sns_topic.t["a"]', "aws_sns_topic.t", "each.key")

    assert most_specific(listed) == ('aws_sns_topic.t["a"].arn', "each.key")
