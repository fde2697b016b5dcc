"""A role may do what it needs, for the one service that needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modules.resources.arns import UNKNOWN, arn_of, statements_in
from modules.resources.breaches import Breach
from modules.resources.delivery_resources import Function, Schedule
from modules.resources.documents import Statement
from modules.resources.permissions import OF_ROLE, OF_SERVICE, Call, denied_by, refusal
from modules.resources.role_needs import Roles
from modules.resources.roles import Grant, Role
from modules.resources.stacks import Stack
from modules.resources.views import Resource
from modules.terraform.values import Unknown, as_list, as_map
from policies.context import Context
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
# What follows the ARN of the resource where an action is about a part of it: of these, one is enough.
# Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
_PARTS = {
    "logs:CreateLogStream": ("", ":log-stream:name"),
    "logs:PutLogEvents": (":log-stream:name",),
    "lambda:InvokeFunction": ("", ":name"),
}
METRICS, NAMESPACE = "cloudwatch:putmetricdata", ("cloudwatch:namespace",)
SCHEDULER = "scheduler.amazonaws.com"
_GRANT = "grant it in the catalog"
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


@rule(
    "MON-IAM-003",
    level=Level.ERROR,
    why="A function whose role lacks a right fails at its first notice, long after the deployment went well.",
)
def role_allows_its_work(role: Role, stack: Stack, roles: Roles, context: Context) -> Iterator[Breach]:
    """A role lets its service assume it, and allows what its function or schedule does."""
    yield from _assuming(role, stack)
    yield from _publishing(role, roles, context)
    for need in roles.needs.get(role.address, ()):
        arn = arn_of(need.target, stack)
        if need.instead and not refusal_of_role(role, need.instead, arn, roles):
            continue
        reasons = {
            action: reason
            for action in need.actions
            if (reason := _refusal_on(role, action, arn, need.target, roles))
        }
        if reasons:
            wanted = f"Allow {', '.join(reasons)} on {need.target.address}, for {need.user.address}"
            yield role.finding(found=next(iter(reasons.values())), wanted=wanted, fix=_GRANT)


def _assuming(role: Role, stack: Stack) -> Iterator[Breach]:
    """Breaches of a trust policy that names a service but does not let it in."""
    trust = statements_in(stack, role.get("assume_role_policy")) or ()
    for service in _users(role, stack):
        # Lambda does not say for which account it calls, EventBridge Scheduler does.
        account = {"aws:sourceaccount": stack.account or UNKNOWN} if service == SCHEDULER else {}
        call = Call(action="sts:AssumeRole", service=service, keys={**OF_SERVICE, **account})
        reason = refusal(trust, call)
        if reason and service in _principals(role):  # otherwise MON-IAM-002 reports it
            yield role.finding(found=reason, wanted=f"Allow sts:AssumeRole for {service}", fix=_GRANT)


def _publishing(role: Role, roles: Roles, context: Context) -> Iterator[Breach]:
    """Breaches of a role whose function publishes a metric of our own."""
    functions = [function for function in roles.stack.of(Function) if roles.role_of(function) is role]
    names = {function.text("function_name") for function in functions} - {None}
    for namespace in sorted({each.namespace for each in context.published_outside if each.function in names}):
        reason = refusal_of_role(role, METRICS, "*", roles, {**OF_ROLE, NAMESPACE[0]: namespace})
        if reason:
            wanted = f"Allow cloudwatch:PutMetricData for the namespace {namespace}"
            yield role.finding(found=reason, wanted=wanted, fix=_GRANT)


def refusal_of_role(
    role: Role, action: str, arn: str, roles: Roles, keys: Mapping[str, str] = OF_ROLE
) -> str:
    """Return why the policies of a role refuse a call; empty if they do not, or may not."""
    call = Call(action=action, resource=arn, keys=keys)
    statements, is_whole = roles.statements(role)
    return refusal(statements, call) if is_whole else denied_by(statements, call)


def _refusal_on(role: Role, action: str, arn: str, target: Resource, roles: Roles) -> str:
    """Return why a role may not do something to a resource: by its own policies, or by the resource's."""
    stack = roles.stack
    account = f"arn:aws:iam::{stack.account or UNKNOWN}:root"
    call = Call(action=action, arns=(arn_of(role, stack), account), resource=arn, keys=OF_ROLE)
    denial = denied_by(roles.graph.resource_statements(target), call)
    reasons = [refusal_of_role(role, action, arn + part, roles) for part in _PARTS.get(action, ("",))]
    return (denial and f"{target.address}: {denial}") or (reasons[0] if all(reasons) else "")


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
        SCHEDULER: [one.role for one in stack.of(Schedule)],
    }
    return {
        service
        for service, values in services.items()
        if any(stack.linked(Role, value, "arn", "id", "name") is role for value in values)
    }
