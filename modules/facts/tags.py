"""Which Terraform resource types take tags."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from modules.facts.files import read


def is_taggable(resource_type: str) -> bool | None:
    """Whether a type such as ``aws_sns_topic`` has a `tags` argument; None for an unknown type.

    Source: the provider's documentation, version 6.25.0.
    """
    if resource_type in _tag_policy_types():
        return True
    return False if resource_type in read("tags.yaml")["not_taggable"] else None


def tag_policy_type(resource_type: str) -> str | None:
    """What a tag policy of AWS Organizations calls a type, such as ``sns:topic``.

    None for a type without tags, an unknown type, or one whose name there is not known.
    """
    return _tag_policy_types().get(resource_type)


@cache
def _tag_policy_types() -> Mapping[str, str | None]:
    taggable: Mapping[str, str | None] = read("tags.yaml")["taggable"]
    return taggable
