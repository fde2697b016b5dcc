"""Construct ids, which become Terraform addresses, and references to them.

Ids are unique in a stack, so every kind but alarms leads with its name: the alarm and the filter
`error-count` are ``error-count`` and ``filter-error-count``.
"""

from __future__ import annotations


def construct_id(kind: str, key: str) -> str:
    """The id of a resource: ``group`` and ``lambda/notes-actions`` make ``group-lambda-notes-actions``."""
    return f"{kind}-{key.replace('/', '-')}"


def reference(terraform_type: str, identity: str, attribute: str) -> str:
    """A Terraform reference, which also orders creation."""
    return f"${{{terraform_type}.{identity}.{attribute}}}"
