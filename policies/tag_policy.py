"""The required tags as a tag policy of AWS Organizations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from modules import facts


def organizations_tag_policy(
    required_tags: Mapping[str, tuple[str, ...]], resource_types: Iterable[str]
) -> dict[str, Any]:
    """A tag policy that enforces the allowed values and reports what lacks a required tag.

    Parameters
    ----------
    required_tags
        The allowed values by key; none means any value.
    resource_types
        Terraform types. Those without a name in tag policies are left out.
    """
    names = sorted({name for one in resource_types if (name := facts.tag_policy_type(one))})
    return {"tags": {key.lower(): _tag(key, required_tags[key], names) for key in sorted(required_tags)}}


def _tag(key: str, values: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    tag: dict[str, Any] = {"tag_key": {"@@assign": key}}
    if values:
        tag["tag_value"] = {"@@assign": list(values)}
    if names:
        tag["enforced_for"] = {"@@assign": names}
        tag["report_required_tag_for"] = {"@@assign": names}
    return tag
