"""Customer keys, as against those of AWS, and what they encrypt."""

from __future__ import annotations

from typing import Any

from modules.resources.views import Resource
from modules.terraform.values import is_open


class Key(Resource):
    """A customer managed key."""

    TYPES = ("aws_kms_key",)


class KeyAlias(Resource):
    """A name of a key."""

    TYPES = ("aws_kms_alias",)


class KeyPolicy(Resource):
    """The policy of a key, as a resource of its own."""

    TYPES = ("aws_kms_key_policy",)


class KeyGrant(Resource):
    """A grant, which permits a role to use a key in addition to the key's policy."""

    TYPES = ("aws_kms_grant",)


class Secret(Resource):
    """A secret of Secrets Manager."""

    TYPES = ("aws_secretsmanager_secret",)


def is_customer_key(value: Any) -> bool:
    """Whether a value names a key, and none whose policy only AWS can change."""
    if is_open(value) and not isinstance(value, str):
        return True
    return isinstance(value, str) and value != "" and "alias/aws/" not in value
