"""What the rules are told besides the stack: plain values out of config/, and the date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from modules import facts


@dataclass(frozen=True, kw_only=True)
class PublishedOutside:
    """A metric that no filter of the stack publishes, and who does.

    Attributes
    ----------
    minimum, maximum
        Bounds of a single value; without them the unit's own bounds hold.
    function
        The name of the function of this stack that publishes it on a schedule, if it is one.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    unit: str
    by: str
    minimum: float | None = None
    maximum: float | None = None
    function: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """The most that a metric of this very system can show, such as a function's timeout."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    maximum: float
    because: str


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A breach accepted with a reason, up to and including a date.

    `address` may hold ``*`` and ``?``; all else in it stands for itself.
    """

    rule: str
    address: str
    reason: str
    expires: date


@dataclass(frozen=True, kw_only=True)
class RetentionPolicy:
    """How long log events may be kept: the days that CloudWatch Logs has, and our own minimum."""

    days: tuple[int, ...]
    minimum_days: int


@dataclass(frozen=True, kw_only=True)
class Context:
    """One environment's demands.

    Attributes
    ----------
    required_tags
        The values allowed for each key, with ``*`` as a wildcard; none means any value but an empty one.
    """

    environment: str
    today: date
    minimum_retention_days: int
    required_tags: Mapping[str, tuple[str, ...]]
    published_outside: tuple[PublishedOutside, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def retention(self) -> RetentionPolicy:
        """The demands on retention."""
        return RetentionPolicy(
            days=tuple(sorted(facts.RETENTION_DAYS)), minimum_days=self.minimum_retention_days
        )
