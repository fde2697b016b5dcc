"""Calls to AWS, and what policies say of them.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modules.resources.answers import Answer, every, opposite, some
from modules.resources.arns import fits
from modules.resources.documents import Statement
from modules.terraform.values import as_list, as_map, is_open

# What every call of a service, and of a role, says of itself.
OF_SERVICE = {"aws:principalisawsservice": "true", "aws:securetransport": "true"}
OF_ROLE = {"aws:principalisawsservice": "false", "aws:securetransport": "true"}
NO_STATEMENT = "no such statement"
_ACCOUNT, _CONDITION = ":root", "its condition"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, as far as it is known.

    Attributes
    ----------
    action
        Such as ``kms:Decrypt``.
    service
        The principal of the service that calls, or empty where a role does.
    arns
        The ARNs that a role goes by: its own, and that of its account.
    resource
        The ARN that the call is about; empty where the policy is that resource's own.
    keys
        Condition keys in lower case, with the value in this call; empty for one that AWS does not send.
    possible_keys
        The same, of keys that AWS may set or not: another value is refused, the same is unknown.
    """

    action: str
    service: str = ""
    arns: tuple[str, ...] = ()
    resource: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    possible_keys: Mapping[str, str] = field(default_factory=dict)


def refusal(statements: Sequence[Statement], call: Call) -> str:
    """Return the reason why a call is refused; empty if it is allowed, or may be."""
    denial = denied_by(statements, call)
    if denial:
        return denial
    grants = [statement for statement in statements if statement.effect == "Allow"]
    if any(applies(statement, call) is not False for statement in grants):
        return ""
    near = next((statement for statement in grants if _names(statement, call) is not False), None)
    return f"{near}: the call does not meet {_CONDITION}" if near else NO_STATEMENT


def is_conditional(reason: str) -> bool:
    """Return whether a call is refused because of a condition alone."""
    return reason.endswith(_CONDITION)


def denied_by(statements: Iterable[Statement], call: Call) -> str:
    """Return the statement that denies a call for sure, in words; empty if none does."""
    denials = (statement for statement in statements if statement.effect == "Deny")
    found = next((statement for statement in denials if applies(statement, call)), None)
    why = f", as the call meets {_CONDITION}" if found and found.conditions else ""
    return f"{found} denies it{why}" if found else ""


def applies(statement: Statement, call: Call) -> Answer:
    """Return whether a statement is about a call, whatever its effect."""
    named = _names(statement, call)
    return named if named is False else every((named, _meets(statement, call)))


def _names(statement: Statement, call: Call) -> Answer:
    """Return whether principal, action and resource are those of the call."""
    return every((_is_for(statement, call), _covers(statement, call), _is_about(statement, call)))


def _is_for(statement: Statement, call: Call) -> Answer:
    if not call.service and not call.arns:  # a policy of the caller itself
        return True
    if "NotPrincipal" in statement.values:
        return opposite(_is_among(statement.values["NotPrincipal"], call))
    return _is_among(statement.values.get("Principal"), call)


def _is_among(principal: Any, call: Call) -> Answer:
    if principal == "*":
        return True
    accounts = as_list(as_map(principal).get("AWS"))
    if "*" in accounts:
        return True
    services = as_list(as_map(principal).get("Service")) if call.service else ()
    own = [_is_account(name, arn) for name in accounts for arn in call.arns]
    return some([*own, *(_is_service(name, call.service) for name in services)])


def _is_account(name: Any, arn: str) -> Answer:
    """An account may be named by its ID alone, and is none of its roles."""
    text = str(name)
    if text.startswith("${") and not text.endswith("account_id}"):
        return None
    text = text if ":" in text else f"arn:aws:iam::{text}{_ACCOUNT}"
    return False if text.endswith(_ACCOUNT) != arn.endswith(_ACCOUNT) else fits(text, arn)


def _is_service(name: Any, service: str) -> Answer:
    """A service may have a name for each Region, of which only Logs needs one."""
    if not isinstance(name, str):
        return None
    own, _, rest = service.partition(".")
    other, _, host = name.partition(".")
    regional = name != service and own == other and rest == "amazonaws.com" and host.count(".") > 1
    return None if regional else fits(name, service)


def _covers(statement: Statement, call: Call) -> Answer:
    """A text with a reference in it may be any action."""
    if any(is_open(name) for part in ("Action", "NotAction") for name in as_list(statement.values.get(part))):
        return None
    return statement.covers(call.action.lower())


def _is_about(statement: Statement, call: Call) -> Answer:
    if not call.resource:
        return True
    if "NotResource" in statement.values:
        left_out = as_list(statement.values["NotResource"])
        return opposite(some(fits(pattern, call.resource) for pattern in left_out))
    return some(fits(pattern, call.resource) for pattern in as_list(statement.values.get("Resource")))


def _meets(statement: Statement, call: Call) -> Answer:
    return every(
        _condition(operator.lower(), key, values, call)
        for (operator, key), values in statement.conditions.items()
    )


def _condition(operator: str, key: str, values: tuple[Any, ...], call: Call) -> Answer:
    """Return whether one condition holds; one on a key or by an operator that is not known may hold."""
    name = operator.removesuffix("ifexists")
    compare = _OPERATORS.get(name.replace("not", ""))
    actual = call.keys.get(key, call.possible_keys.get(key))
    if compare is None or actual is None:
        return None
    if not actual:
        return operator != name or "not" in name
    answer = some(compare(value, actual) for value in values)
    answer = opposite(answer) if "not" in name else answer
    return None if answer and key not in call.keys else answer


def _equals(value: Any, actual: str) -> Answer:
    """Without wildcards; where one side is not known, no more than the rest of it can differ."""
    if value == actual or not (is_open(value) or is_open(actual)):
        return bool(value == actual)
    return None if fits(value, actual) is not False else False


def _is_bool(value: Any, actual: str) -> Answer:
    return None if is_open(value) else str(value).lower() == actual


_OPERATORS = {
    "arnequals": fits,
    "arnlike": fits,
    "bool": _is_bool,
    "stringequals": _equals,
    "stringlike": fits,
}
