"""ARNs of the resources of a stack, as far as they are known, and patterns that they match.

A part that is not known yet is written as a reference, ``${…}``, as in Terraform's own text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modules.resources.answers import Answer, every
from modules.resources.documents import Statement, statements
from modules.semantics.globs import matches
from modules.terraform.addresses import reference
from modules.terraform.resources import Resource
from modules.terraform.values import Unknown, from_json, is_open

if TYPE_CHECKING:
    from modules.resources.stacks import Stack

UNKNOWN = "${unknown}"
# By type: the service, what stands before the name, and the argument that holds the name.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/
_FORMS: Mapping[str, tuple[str, str, str]] = {
    "aws_cloudwatch_composite_alarm": ("cloudwatch", "alarm:", "alarm_name"),
    "aws_cloudwatch_log_group": ("logs", "log-group:", "name"),
    "aws_cloudwatch_metric_alarm": ("cloudwatch", "alarm:", "alarm_name"),
    "aws_lambda_function": ("lambda", "function:", "function_name"),
    "aws_sns_topic": ("sns", "", "name"),
    "aws_sqs_queue": ("sqs", "", "name"),
}
# Of these, the attribute `id` is the ARN as well.
_ID_IS_ARN = ("aws_secretsmanager_secret", "aws_sns_topic")
_REFERENCE = re.compile(r"\$\{((?:[\w.-]|\[[^\]{}]*\])+)\.(arn|id)\}")
_MANAGED = re.compile(r"(?:module\.[^.]+\.)*aws_\w+\.")
_PARTS = 6


def arn_of(resource: Resource, stack: Stack) -> str:
    """The ARN of a resource; a reference to it where not even its name is known."""
    known = resource.text("arn")
    if known is not None:
        return known.removesuffix(":*")
    service, before, argument = _FORMS.get(resource.type, ("", "", ""))
    name, account = resource.text(argument) if service else None, stack.account or UNKNOWN
    if resource.type == "aws_iam_role" and resource.text("name"):
        return f"arn:{UNKNOWN}:iam::{account}:role{resource.text('path') or '/'}{resource.text('name')}"
    if name is None:
        return f"${{{resource.address}.arn}}"
    region = stack.region_of(resource) or UNKNOWN
    return f"arn:{UNKNOWN}:{service}:{region}:{account}:{before}{name}"


def resolved(text: str, stack: Stack) -> str:
    """The text with the ARNs of the stack's resources in place of references to them."""

    def arn(match: re.Match[str]) -> str:
        resource = stack.addressed(match[1])
        if resource is None or (match[2] == "id" and resource.type not in _ID_IS_ARN):
            return match[0]
        return arn_of(resource, stack)

    return _REFERENCE.sub(arn, text)


def arn_in(value: Any, stack: Stack) -> str:
    """The ARN that a value names, of a resource of this stack or of another."""
    if isinstance(value, Unknown):
        return resolved(f"${{{value.references[0]}}}", stack) if len(value.references) == 1 else UNKNOWN
    return resolved(value, stack) if isinstance(value, str) else UNKNOWN


def statements_in(stack: Stack, *texts: Any) -> tuple[Statement, ...] | None:
    """The statements of policies, with ARNs in place of references; `None` where a policy is not known."""
    found: list[Statement] = []
    for text in texts:
        document = from_json(resolved(text, stack)) if isinstance(text, str) else None
        if document is None and is_open(text):
            return None
        found += statements(document)
    return tuple(found)


def fits(pattern: Any, text: str) -> Answer:
    """Return whether text or an ARN matches a pattern with ``*`` and ``?``, part by part.

    Partitions are not compared: an account is in one of them only.
    """
    if not isinstance(pattern, str):
        return None
    if pattern == text or (pattern and not pattern.strip("*")):
        return True
    if _is_managed(pattern) and _is_managed(text):
        return False
    ours, theirs = pattern.split(":", _PARTS - 1), text.split(":", _PARTS - 1)
    if ours[0] == theirs[0] == "arn" and len(ours) == len(theirs) == _PARTS:
        return every(map(_fits, ours[2:], theirs[2:]))
    return _fits(pattern, text)


def _fits(pattern: str, text: str) -> Answer:
    if pattern == text or (pattern and not pattern.strip("*")):
        return True
    if not (is_open(pattern) or is_open(text)):
        return matches(pattern, text)
    before, known = re.split(r"[*?]|\$\{", pattern)[0], text.split("${", maxsplit=1)[0]
    return None if before.startswith(known) or known.startswith(before) else False


def _is_managed(text: str) -> bool:
    """Return whether text is a reference to a resource and nothing else."""
    target = reference(text)
    return target is not None and _MANAGED.match(target[0]) is not None
