"""Alarms: a signal, a condition, an evaluation, and whose attention it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from modules.spec.metrics import Signal


class Severity(StrEnum):
    """Whose attention an alarm needs: P1, P2 and P3."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Role(StrEnum):
    """What an alarm is for, and so which topic it acts on.

    A `page` acts on its severity's topic. `evidence` is the child of a composite alarm that pages,
    and acts on the info topic only. `delivery` watches the path that notifications take, and acts
    on the delivery topic, which does not use that path.
    """

    PAGE = "page"
    EVIDENCE = "evidence"
    DELIVERY = "delivery"


class Route(StrEnum):
    """A topic and its subscribers; no alarm acts on `digest`, which carries the daily mail."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    DELIVERY = "delivery"
    DIGEST = "digest"


def route_of(severity: Severity, role: Role) -> Route:
    """The route that an alarm acts on."""
    match role:
        case Role.PAGE:
            return Route(severity.value)
        case Role.EVIDENCE:
            return Route.INFO
        case Role.DELIVERY:
            return Route.DELIVERY


class Comparison(StrEnum):
    """CloudWatch's comparison operators for a fixed threshold."""

    ABOVE = "GreaterThanThreshold"
    AT_LEAST = "GreaterThanOrEqualToThreshold"
    BELOW = "LessThanThreshold"
    AT_MOST = "LessThanOrEqualToThreshold"


class Missing(StrEnum):
    """What a period without data means."""

    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"
    IGNORE = "ignore"
    MISSING = "missing"


@dataclass(frozen=True)
class Condition:
    """The comparison with a threshold, and the reason for the figure."""

    comparison: Comparison
    threshold: float
    because: str


@dataclass(frozen=True)
class Evaluation:
    """M of N: `datapoints` of the last `of` periods must breach."""

    datapoints: int
    of: int
    period_seconds: int


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One metric alarm.

    Attributes
    ----------
    key
        Its name without the prefix; also its Terraform name, so a change of it is a replacement.
    runbook
        The page in docs/runbooks/ without its ending.
    maintenance_until
        The last day on which a maintenance window lowers its severity.
    """

    key: str
    name: str
    summary: str
    signal: Signal
    condition: Condition
    evaluation: Evaluation
    missing: Missing
    severity: Severity
    runbook: str
    role: Role = Role.PAGE
    maintenance_until: date | None = None

    @property
    def route(self) -> Route:
        """The route whose topic gets its ALARM and OK."""
        return route_of(self.severity, self.role)
