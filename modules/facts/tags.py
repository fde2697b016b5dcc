"""Tags: the Terraform resource types that take them, and their characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from modules.facts.files import read

_TAG_SIGNS = frozenset("_.:/=+-@")
_TAG_CATEGORIES = frozenset("LZN")  # letters, separators (a space among them) and numbers of Unicode


def is_tag_text(text: str) -> bool:
    r"""Return whether every character is allowed in keys and values of tags.

    Source: TagKey and TagValue of CloudWatch Logs, Lambda, IAM and Organizations, whose pattern is
    ``[\p{L}\p{Z}\p{N}_.:/=+\-@]*``. Combining marks are not among them: "ü" has to be one character.
    """
    return all(char in _TAG_SIGNS or unicodedata.category(char)[0] in _TAG_CATEGORIES for char in text)


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
