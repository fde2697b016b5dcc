"""What holds in every workspace: figures of AWS, and our own choices."""

from __future__ import annotations

import re
from typing import Any

from modules import facts
from modules.facts.files import read
from modules.facts.secrets import secrets
from modules.spec.alarms import Missing, Role, Severity, route_of
from policies import key_policies, maintenance, roles

_CONTAINED = re.compile(r"\(\?=\[[^\]]+\]\*(\[[^\]]+\])\)")


def figures() -> dict[str, Any]:
    """By name, as the policies in Rego ask for them."""
    return {
        "routes": {severity: {role: route_of(severity, role) for role in Role} for severity in Severity},
        "tags": {"Severity": list(Severity), "Role": list(Role)},
        "missing": list(Missing),
        "alarm_actions_per_state": facts.limit("alarm_actions_per_state"),
        "longest_maintenance_days": maintenance.LONGEST_DAYS,
        "retention_days": list(facts.RETENTION_DAYS),
        "queue_retention_seconds": {
            "usual": facts.limit("queue_retention_seconds_default"),
            "most": facts.limit("queue_retention_seconds_max"),
        },
        "shortest_key_waiting_days": key_policies.SHORTEST_WAITING_DAYS,
        # Of the regions whose domain is not that of most.
        "dns_suffixes": {
            region: suffix
            for region in facts.regions()
            if (suffix := facts.dns_suffix(region)) != facts.DNS_SUFFIX
        },
        "taggable": sorted(read("tags.yaml")["taggable"]),
        "actions_without_resources": list(roles.WITHOUT_RESOURCES),
        "actions_restricted_otherwise": {roles.METRICS: list(roles.NAMESPACE)},
        "secrets": _secrets(),
    }


def _secrets() -> dict[str, Any]:
    """Return the certain patterns of secrets, in the order in which the rule names them."""
    known = secrets()
    looks = [one for one in known["patterns"] if one.get("certain")]
    return {
        "looks": [{"kind": one["kind"], **portable(one["pattern"])} for one in looks],
        "name": portable(known["names"]["certain"]),
        "arn": known["references"]["arn"],
        "reference": known["references"]["interpolation"],
    }


def portable(pattern: str) -> dict[str, Any]:
    """Return a pattern for RE2, which has no assertions; what ignores case is for text in lower case.

    `(?=[ab]*[a])` becomes an entry of `contains`, which the match has to contain.

    Raises
    ------
    ValueError
        Lower case would change the pattern's meaning, or an assertion is of no such form.
    """
    plain = pattern.removeprefix("(?i)")
    ignores_case = plain != pattern
    contains = _CONTAINED.findall(plain)
    plain = _CONTAINED.sub("", plain)
    plain = re.sub(r"\(\?<!\[([^\]]+)\]\)", r"(?:^|[^\1])", plain)
    plain = re.sub(r"\(\?!\[([^\]]+)\]\)", r"(?:$|[^\1])", plain)
    if re.search(r"\(\?[^:]", plain):
        raise ValueError(f"{pattern}: RE2 has no such assertion")
    if ignores_case and re.search(r"\\[A-Z]", plain):
        raise ValueError(f"{pattern}: a class in capitals has no meaning in lower case")
    return {
        "pattern": plain.lower() if ignores_case else plain,
        "ignores_case": ignores_case,
        "contains": contains,
    }
