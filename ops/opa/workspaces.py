"""What holds in one workspace: the demands of its environment, and what config/ accepts there."""

from __future__ import annotations

from datetime import date
from typing import Any

from modules.policy_context import policy_context
from modules.settings import Settings
from modules.settings.models import CloudBackend
from modules.spec.system import Monitoring
from ops.opa.bounds import bounds
from policies.context import Context, Waiver

# No demand hangs on the day: the policies learn it from each run.
ANY_DAY = date.min


def workspace_name(settings: Settings, monitoring: Monitoring) -> str:
    """The workspace of a target: the stack's name, unless the configuration says otherwise."""
    backend = settings.terraform.backend
    return backend.workspace_of(monitoring.stack) if isinstance(backend, CloudBackend) else monitoring.stack


def workspace(settings: Settings, monitoring: Monitoring) -> dict[str, Any]:
    """What the policies are told of a target."""
    return demands(policy_context(settings, monitoring, ANY_DAY))


def demands(context: Context) -> dict[str, Any]:
    """A context of the Python policies, in the words of those in Rego."""
    return {
        "environment": context.environment,
        "minimum_retention_days": context.minimum_retention_days,
        "required_tags": {key: _allowed(values) for key, values in sorted(context.required_tags.items())},
        "published": [
            {
                "namespace": one.namespace,
                "name": one.name,
                "dimensions": dict(one.dimensions),
                "bounds": bounds(one.namespace, one.name, one.dimensions, context),
            }
            for one in context.published_outside
        ],
        "waivers": [_waiver(one) for one in context.waivers],
    }


def _allowed(values: tuple[str, ...]) -> dict[str, Any]:
    return {"values": list(values), "patterns": [pattern(value) for value in values]}


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "rule": waiver.rule,
        "address": waiver.address,
        "pattern": pattern(waiver.address),
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
    }


def pattern(glob: str) -> str:
    """A text with `*` and `?` as a regular expression that every engine reads alike."""
    return f"^{''.join(_PARTS.get(char, _literal(char)) for char in glob)}$"


# A dot would leave out the end of a line.
_PARTS = {"*": r"[\s\S]*", "?": r"[\s\S]"}


def _literal(char: str) -> str:
    return f"\\{char}" if char in _SIGNS else char


_SIGNS = r"\.+*?()|[]{}^$"
