"""The required tags as AWS Organizations reads them."""

from __future__ import annotations

from policies.tag_policy import organizations_tag_policy


def test_tag_policy_has_keys_values_and_types() -> None:
    policy = organizations_tag_policy(
        {"Environment": ("prod", "dev*"), "Owner": ()},
        ["aws_sns_topic", "aws_cloudwatch_log_group", "aws_sns_topic_policy", "aws_sns_topic"],
    )

    types = {"@@assign": ["logs:log-group", "sns:topic"]}
    assert policy == {
        "tags": {
            "environment": {
                "tag_key": {"@@assign": "Environment"},
                "tag_value": {"@@assign": ["prod", "dev*"]},
                "enforced_for": types,
                "report_required_tag_for": types,
            },
            "owner": {
                "tag_key": {"@@assign": "Owner"},
                "enforced_for": types,
                "report_required_tag_for": types,
            },
        }
    }


def test_tag_policy_without_known_types_enforces_nothing() -> None:
    assert organizations_tag_policy({"Owner": ()}, ["aws_sns_topic_policy"]) == {
        "tags": {"owner": {"tag_key": {"@@assign": "Owner"}}}
    }
