"""Roles, and the policies that say what they may do."""

from __future__ import annotations

from modules.resources.documents import Statement, statements
from modules.resources.views import Resource
from modules.terraform.values import blocks, from_json


class Grant(Resource):
    """What says what a role may do."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that can be read."""
        return statements(from_json(self.get("policy")))


class RolePolicy(Grant):
    """A policy of a role, or one to be attached to roles."""

    TYPES = ("aws_iam_role_policy", "aws_iam_policy")


class Attachment(Resource):
    """The attachment of a separate policy to one role or several."""

    TYPES = ("aws_iam_role_policy_attachment", "aws_iam_policy_attachment")


class Role(Grant):
    """A role, with the policies written into it."""

    TYPES = ("aws_iam_role",)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of its inline policies."""
        inline = blocks(self.get("inline_policy"))
        return tuple(one for item in inline for one in statements(from_json(item.get("policy"))))

    @property
    def trust(self) -> tuple[Statement, ...]:
        """The statements that say who may assume it."""
        return statements(from_json(self.get("assume_role_policy")))
