"""Keys allow the services and roles that need them, are enabled, and can be administered."""

from __future__ import annotations

from collections.abc import Iterator

from modules.resources.arns import UNKNOWN, arn_of
from modules.resources.breaches import Breach
from modules.resources.documents import Statement
from modules.resources.key_uses import Keys, KeyUse, via_service
from modules.resources.keys import Key
from modules.resources.permissions import OF_ROLE, Call, denied_by, is_conditional, refusal
from modules.resources.role_needs import Need, Roles
from modules.resources.roles import Role
from modules.terraform.values import as_map, as_whole, is_known
from policies.engine import rule
from policies.findings import Level
from policies.roles import refusal_of_role

# A scheduled deletion stops a key at once. Two weeks contain two runs of the weekly check for drift.
SHORTEST_WAITING_DAYS = 14
PUT_POLICY = "kms:putkeypolicy"
_LEAVE = "leave the policy to the generator"


@rule(
    "MON-KEY-001",
    level=Level.ERROR,
    why="A service that a key does not admit drops what it should encrypt, without an error.",
)
def key_admits_its_services(key: Key, keys: Keys) -> Iterator[Breach]:
    """The policy of a key allows every service that needs the key for what it encrypts."""
    statements = keys.statements(key)
    if statements is None:
        return
    refused: dict[str, tuple[KeyUse, str, list[str]]] = {}
    for use in keys.uses.get(key.address, ()):
        reasons = {call.action: reason for call in use.calls if (reason := refusal(statements, call))}
        if reasons:
            refused.setdefault(use.service, (use, min(reasons.values(), key=is_conditional), list(reasons)))
    for service, (use, reason, actions) in refused.items():
        name = service.replace(UNKNOWN, "<region>")
        wanted = f"Allow {', '.join(actions)} for {name}, for {use.encrypted.address}"
        yield key.finding(found=reason, wanted=wanted, fix=_LEAVE)


@rule(
    "MON-KEY-002",
    level=Level.ERROR,
    why="A function that may read a queue or a secret, but not decrypt it, delivers nothing.",
)
def role_may_use_keys(role: Role, keys: Keys, roles: Roles) -> Iterator[Breach]:
    """A role may use the key of what its function or schedule reads, or sends to."""
    for need in roles.needs.get(role.address, ()):
        key = keys.of(need.target)
        if key is None or key.address in keys.granted:
            continue
        statements = keys.statements(key)
        found = (
            _refusal(role, key, action, need, roles=roles, statements=statements)
            for action in need.key_actions
        )
        reasons = [reason for reason in found if reason]
        if reasons:
            wanted = f"Allow {', '.join(need.key_actions)} on {key.address}, for {need.target.address}"
            yield role.finding(found=reasons[0], wanted=wanted, fix="grant it in the catalog")


@rule("MON-KEY-003", level=Level.ERROR, why="Nothing can be encrypted or read with a disabled key.")
def key_is_enabled(key: Key, keys: Keys) -> Iterator[Breach]:
    """A key that encrypts something in this stack is enabled."""
    enabled = key.get("is_enabled")
    is_off = enabled is not None and is_known(enabled) and enabled is not True and enabled != "true"
    if is_off and key.address in keys.encrypted:
        yield key.finding(found="is_enabled = false", wanted="true", fix="remove is_enabled from the key")


@rule(
    "MON-KEY-004",
    level=Level.ERROR,
    why="A key that waits for its deletion cannot be used; after that, what it encrypted is lost.",
)
def key_waits_before_deletion(key: Key, keys: Keys) -> Iterator[Breach]:
    """A key that encrypts something in this stack is deleted after 14 days at the earliest."""
    days = as_whole(key.get("deletion_window_in_days"))
    if days is not None and days < SHORTEST_WAITING_DAYS and key.address in keys.encrypted:
        wanted = f"at least {SHORTEST_WAITING_DAYS} days"
        yield key.finding(found=f"{days} days", wanted=wanted, fix="set deletion_window_in_days")


@rule(
    "MON-KEY-005",
    level=Level.ERROR,
    why="Only AWS Support can help with a key that no one may change.",
)
def key_has_an_administrator(key: Key, keys: Keys) -> Iterator[Breach]:
    """The policy of a key lets an account or a role change that policy."""
    statements = keys.statements(key)
    if statements is not None and not any(_may_administer(one, statements) for one in statements):
        wanted = "Allow kms:* for the root of the account"
        yield key.finding(found="no statement that allows kms:PutKeyPolicy", wanted=wanted, fix=_LEAVE)


def _may_administer(statement: Statement, statements: tuple[Statement, ...]) -> bool:
    """Return whether a statement lets an account, a role or a user change the policy, and none forbids it."""
    principal = statement.values.get("Principal")
    names_accounts = principal == "*" or bool(as_map(principal).get("AWS"))
    is_allowed = (names_accounts or "NotPrincipal" in statement.values) and statement.allows(PUT_POLICY)
    everybody = (each for each in statements if each.is_for_everybody and not each.conditions)
    return is_allowed and not any(each.denies(PUT_POLICY) for each in everybody)


def _refusal(
    role: Role, key: Key, action: str, need: Need, *, roles: Roles, statements: tuple[Statement, ...] | None
) -> str:
    """Return why a role may not use a key: by the key's policy, or by its own where that leaves it to IAM."""
    if statements is None:
        return ""
    stack = roles.stack
    region = stack.region_of(need.target) or UNKNOWN
    keys = {**OF_ROLE, "kms:viaservice": via_service(need.via, region)}
    keys["kms:calleraccount"] = stack.account or UNKNOWN
    account = f"arn:aws:iam::{stack.account or UNKNOWN}:root"
    as_role = Call(action=action, arns=(arn_of(role, stack),), keys=keys)
    as_account = Call(action=action, arns=(account,), keys=keys)
    denial = denied_by(statements, as_role) or denied_by(statements, as_account)
    if denial or not refusal(statements, as_role):
        return denial and f"{key.address}: {denial}"
    if refusal(statements, as_account):
        return f"{key.address} names neither the role nor its account"
    return refusal_of_role(role, action, arn_of(key, stack), roles, keys)
