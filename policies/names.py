"""Names are there, legal, short enough, and given once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modules import facts
from modules.resources.breaches import Breach
from modules.resources.stacks import Stack
from modules.resources.views import Resource
from modules.terraform.values import hashable, is_open
from policies.engine import rule
from policies.findings import Level

_FIX = "set project, or the keys under bedrock.agents and lambda.functions, in config/"


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How one type of resource is named.

    Attributes
    ----------
    family
        What shares its names: metric alarms and composite alarms do.
    scope
        An attribute within which names are unique; empty for the whole account and region.
    """

    attribute: str
    family: str
    limit: str
    legal: str
    scope: str = ""


_PRINTABLE = r"[^\x00-\x1f\x7f]+"
_ALARM = Naming(attribute="alarm_name", family="alarm", limit="alarm_name_chars", legal=_PRINTABLE)
NAMINGS: Mapping[str, Naming] = {
    "aws_cloudwatch_metric_alarm": _ALARM,
    "aws_cloudwatch_composite_alarm": _ALARM,
    "aws_cloudwatch_log_group": Naming(
        attribute="name",
        family="log group",
        limit="log_group_name_chars",
        legal=r"(?!aws/)[.\-_/#A-Za-z0-9]+",
    ),
    "aws_cloudwatch_log_metric_filter": Naming(
        attribute="name",
        family="metric filter",
        limit="filter_name_chars",
        legal=r"[^:*\x00-\x1f\x7f]+",
        scope="log_group_name",
    ),
    "aws_cloudwatch_query_definition": Naming(
        attribute="name", family="saved query", limit="query_name_chars", legal=_PRINTABLE
    ),
    "aws_cloudwatch_dashboard": Naming(
        attribute="dashboard_name", family="dashboard", limit="dashboard_name_chars", legal=r"[A-Za-z0-9_-]+"
    ),
    "aws_sns_topic": Naming(
        attribute="name", family="topic", limit="topic_name_chars", legal=r"[A-Za-z0-9_-]+(\.fifo)?"
    ),
    "aws_sqs_queue": Naming(
        attribute="name", family="queue", limit="queue_name_chars", legal=r"[A-Za-z0-9_-]+(\.fifo)?"
    ),
    "aws_lambda_function": Naming(
        attribute="function_name", family="function", limit="lambda_name_chars", legal=r"[A-Za-z0-9_-]+"
    ),
    "aws_iam_role": Naming(
        attribute="name", family="role", limit="role_name_chars", legal=r"[A-Za-z0-9_+=,.@-]+"
    ),
    "aws_secretsmanager_secret": Naming(
        attribute="name", family="secret", limit="secret_name_chars", legal=r"[A-Za-z0-9/_+=.@-]+"
    ),
    "aws_scheduler_schedule": Naming(
        attribute="name",
        family="schedule",
        limit="schedule_name_chars",
        legal=r"[A-Za-z0-9_.-]+",
        scope="group_name",
    ),
    "aws_scheduler_schedule_group": Naming(
        attribute="name",
        family="schedule group",
        limit="schedule_group_name_chars",
        legal=r"[A-Za-z0-9_.-]+",
    ),
}


@rule("MON-NAM-001", level=Level.ERROR, why="The second of a name overwrites the first, or is refused.")
def names_are_unique(stack: Stack) -> Iterator[Breach]:
    """No two of a kind have the same name; filters within their log group, schedules within theirs."""
    for namesakes in _by_name(stack).values():
        for resource in namesakes[1:]:
            name = resource.get(NAMINGS[resource.type].attribute)
            wanted = f"a name of its own; {namesakes[0].address} has it already"
            yield resource.finding(found=name, wanted=wanted, fix=_FIX)


@rule("MON-NAM-002", level=Level.ERROR, why="AWS refuses the name, in the midst of a deployment.")
def name_is_legal(resource: Resource) -> Iterator[Breach]:
    """A name is there, and has only characters that its service allows."""
    naming = NAMINGS.get(resource.type)
    if naming is None:
        return
    name = resource.get(naming.attribute)
    if not is_open(name) and not (isinstance(name, str) and re.fullmatch(naming.legal, name)):
        yield resource.finding(found=name, wanted=f"a {naming.family} name like {naming.legal}", fix=_FIX)


@rule("MON-NAM-003", level=Level.ERROR, why="AWS refuses the name, in the midst of a deployment.")
def name_is_short(resource: Resource) -> Iterator[Breach]:
    """A name is not longer than its service allows."""
    naming = NAMINGS.get(resource.type)
    name = resource.text(naming.attribute) if naming else None
    if naming and name and len(name) > facts.limit(naming.limit):
        found, wanted = f"{len(name)} characters", f"at most {facts.limit(naming.limit)}"
        yield resource.finding(found=found, wanted=wanted, fix=_FIX)


def _by_name(stack: Stack) -> Mapping[tuple[str, str, str], list[Resource]]:
    found: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
    for resource in stack.resources:
        naming = NAMINGS.get(resource.type)
        name = resource.text(naming.attribute) if naming else None
        if naming and name:
            scope = hashable(resource.get(naming.scope)) if naming.scope else ""
            found[naming.family, scope, name].append(resource)
    return found
