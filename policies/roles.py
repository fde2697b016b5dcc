"""A role may do what it needs, for the one service that needs it."""

from __future__ import annotations

from collections.abc import Iterator

from modules.resources.breaches import Breach
from modules.resources.delivery_resources import Function, Schedule
from modules.resources.documents import Statement
from modules.resources.roles import Grant, Role
from modules.resources.stacks import Stack
from modules.terraform.values import Unknown, as_list, as_map
from policies.engine import rule
from policies.findings import Level

# Actions that know no resources, or that a function has to have on all of them in order to run in a VPC.
# Source: the service authorization reference, and Lambda's AWSLambdaVPCAccessExecutionRole.
WITHOUT_RESOURCES = (
    "xray:puttracesegments",
    "xray:puttelemetryrecords",
    "xray:getsamplingrules",
    "xray:getsamplingtargets",
    "ec2:createnetworkinterface",
    "ec2:describenetworkinterfaces",
    "ec2:describesubnets",
    "ec2:deletenetworkinterface",
    "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses",
)
METRICS, NAMESPACE = "cloudwatch:putmetricdata", ("cloudwatch:namespace",)
_GRANTS = "name single actions and resources in the catalog"


@rule("MON-IAM-001", level=Level.ERROR, why="Whoever gets into one function would have the rest as well.")
def role_has_single_rights(grant: Grant) -> Iterator[Breach]:
    """No role may do all of a service, and none may do something to everything that can be named."""
    for one in grant.statements:
        if one.effect != "Allow":
            continue
        if "NotAction" in one.values or "NotResource" in one.values:
            yield grant.finding(found=f"{one}: all but some", wanted="Action and Resource", fix=_GRANTS)
        wide = [action for action in one.actions if not action.partition(":")[2].strip("*?")]
        if wide:
            yield grant.finding(found=f"{one}: {', '.join(wide)}", wanted="single actions", fix=_GRANTS)
        loose = [action for action in one.actions if _is_on_all(one) and not _knows_no_resource(action, one)]
        if loose:
            found = f"{one}: {', '.join(loose)} on *"
            yield grant.finding(found=found, wanted="the ARNs that it is about", fix=_GRANTS)


@rule("MON-IAM-002", level=Level.ERROR, why="Whoever may assume a role has all of its rights.")
def role_is_for_one_service(role: Role, stack: Stack) -> Iterator[Breach]:
    """A role is assumed by one service and nobody else: by the one that runs what has the role."""
    if isinstance(role.get("assume_role_policy"), Unknown):
        return
    found, users = _principals(role), _users(role, stack)
    if len(found) != 1 or "*" in found[0] or (users and set(found) != users):
        wanted = ", ".join(sorted(users)) or "one service"
        yield role.finding(found=found, wanted=wanted, fix="set the service of the role")


def _is_on_all(one: Statement) -> bool:
    return any(isinstance(text, str) and not text.strip("*") for text in as_list(one.values.get("Resource")))


def _knows_no_resource(action: str, one: Statement) -> bool:
    if action == METRICS:
        return one.tests(NAMESPACE)
    return action in WITHOUT_RESOURCES


def _principals(role: Role) -> list[str]:
    """Who may assume it: services by name, others with their kind before it."""
    found: set[str] = set()
    for one in role.trust:
        if one.effect != "Allow":
            continue
        given = one.values.get("Principal")
        found |= {str(given)} if not as_map(given) else set()
        found |= {
            str(name) if kind == "Service" else f"{kind} {name}"
            for kind, names in as_map(given).items()
            for name in as_list(names)
        }
    return sorted(found)


def _users(role: Role, stack: Stack) -> set[str]:
    """The services that run what has the role."""
    services = {
        "lambda.amazonaws.com": [one.get("role") for one in stack.of(Function)],
        "scheduler.amazonaws.com": [one.role for one in stack.of(Schedule)],
    }
    return {
        service
        for service, values in services.items()
        if any(stack.linked(Role, value, "arn", "id", "name") is role for value in values)
    }
