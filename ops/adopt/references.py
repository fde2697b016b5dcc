"""References of a synthesized stack as the texts that they stand for, as far as names tell them.

AWS makes an ARN from a name, so most references are known before anything exists. What AWS chooses, such
as the id of a key, is known once it was found.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from modules import facts
from modules.terraform.addresses import REFERENCE
from ops.adopt.accounts import Place

_VARIABLE = "var"

# The ARN of each type, made from its values.
_ARNS = {
    "aws_cloudwatch_composite_alarm": "cloudwatch:{region}:{number}:alarm:{alarm_name}",
    "aws_cloudwatch_log_group": "logs:{region}:{number}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "cloudwatch:{region}:{number}:alarm:{alarm_name}",
    "aws_iam_role": "iam::{number}:role/{name}",
    "aws_lambda_function": "lambda:{region}:{number}:function:{function_name}",
    "aws_scheduler_schedule_group": "scheduler:{region}:{number}:schedule-group/{name}",
    "aws_sns_topic": "sns:{region}:{number}:{name}",
    "aws_sqs_queue": "sqs:{region}:{number}:{name}",
}

Tree = Mapping[str, Any]


def resolved(
    stack: Tree, place: Place, known: Mapping[str, str] | None = None, environ: Mapping[str, str] = os.environ
) -> Tree:
    """The stack with its references as text; those that nobody can know yet stay as they are.

    Parameters
    ----------
    known
        What was found in the account, by ``type.name.attribute``.
    environ
        Where the values of variables stand, as Terraform has it.
    """
    named = _told(place) | _variables(environ) | dict(known or {})
    resources = stack.get("resource", {})

    def text(match: re.Match[str]) -> str:
        owner, attribute = match.groups()
        found = named.get(f"{owner}.{attribute}") or _attribute(resources, owner, attribute, place)
        return match[0] if found is None else json.dumps(found)[1:-1]

    # An attribute may be made of references itself: twice is as deep as the stacks go, and then some.
    written = json.dumps(resources)
    while (once := REFERENCE.sub(text, written)) != written:
        written = once
    return {**stack, "resource": json.loads(_unescaped(written))}


def is_open(value: Any) -> bool:
    """Whether there is a reference left in a value."""
    return REFERENCE.search(json.dumps(value)) is not None


def references(value: Any) -> list[str]:
    """The references left in a value, without their braces."""
    return [f"{owner}.{attribute}" for owner, attribute in REFERENCE.findall(json.dumps(value))]


def _told(place: Place) -> dict[str, str]:
    return {
        "data.aws_caller_identity.current.account_id": place.number,
        "data.aws_partition.current.partition": place.partition,
    }


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    prefix = "TF_VAR_"
    return {
        f"{_VARIABLE}.{name.removeprefix(prefix)}": value
        for name, value in environ.items()
        if name.startswith(prefix) and value
    }


def _attribute(resources: Tree, owner: str, attribute: str, place: Place) -> str | None:
    kind, _, name = owner.partition(".")
    values = resources.get(kind, {}).get(name)
    if values is None:
        return None
    if isinstance(values.get(attribute), str):
        return str(values[attribute])
    if attribute == "url" and kind == "aws_sqs_queue":
        domain = facts.partition_of(place.region).dns_suffix
        return f"https://sqs.{place.region}.{domain}/{place.number}/{values['name']}"
    if attribute == "id" and kind == "aws_iam_role":
        return str(values["name"])
    by_arn = attribute == "arn" or (attribute == "id" and kind == "aws_sns_topic")
    return _arn(kind, values, place) if by_arn else None


def _arn(kind: str, values: Tree, place: Place) -> str | None:
    pattern = _ARNS.get(kind)
    if pattern is None:
        return None
    words = {"region": place.region, "number": place.number} | dict(values)
    return f"arn:{place.partition}:{pattern.format(**words)}"


def _unescaped(text: str) -> str:
    """What Terraform reads as plain text."""
    return text.replace("$${", "${").replace("%%{", "%{")
