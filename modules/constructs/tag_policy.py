"""The required tags as an AWS Organizations tag policy."""

from __future__ import annotations

import json
from collections.abc import Mapping

from constructs import Construct

from modules.constructs._bindings import aws
from modules.naming import reference
from modules.spec.system import Monitoring
from policies.tag_policy import organizations_tag_policy

TAGGED_TYPES = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_log_group", "aws_sns_topic", "aws_kms_key")


def add_tag_policy(scope: Construct, monitoring: Monitoring, required: Mapping[str, tuple[str, ...]]) -> None:
    """The policy, attached where configuration says. It needs the organization's management account."""
    content = json.dumps(organizations_tag_policy(required, TAGGED_TYPES), separators=(",", ":"))
    aws("organizations_policy", "OrganizationsPolicy")(
        scope,
        "tag-policy",
        name=f"{monitoring.prefix}-tags",
        description="Tags that the monitoring of the Scheduling Agent requires",
        type="TAG_POLICY",
        content=content,
    )
    if monitoring.tag_policy_target:
        aws("organizations_policy_attachment", "OrganizationsPolicyAttachment")(
            scope,
            "tag-policy-attachment",
            policy_id=reference("aws_organizations_policy", "tag-policy", "id"),
            target_id=monitoring.tag_policy_target,
        )
