"""What a rule reports, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from policies.context import Waiver


class Level(StrEnum):
    """An error stops the generator; a warning is only shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A breach together with the rule that it breaks.

    Attributes
    ----------
    why
        The rule's reason, in one sentence.
    waived_by
        The waiver that accepts it. A waived finding is no error.
    """

    rule: str
    level: Level
    address: str
    found: str
    wanted: str
    fix: str
    why: str
    waived_by: Waiver | None = None

    def __str__(self) -> str:
        head = f"{self._standing()} {self.rule} {self.address}: found {self.found}; wanted {self.wanted}"
        last = f"  waived until {self.waived_by.expires}: {self.waived_by.reason}" if self.waived_by else ""
        return "\n".join(filter(None, (head, f"  fix: {self.fix}. {self.why}", last)))

    @property
    def order(self) -> tuple[str, ...]:
        """By rule, then by place."""
        return self.rule, self.address, self.found, self.wanted, self.fix

    def _standing(self) -> str:
        return "waived" if self.waived_by else self.level.value


class Findings(tuple[Finding, ...]):
    """The findings on the stack, for the rules that judge waivers."""


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that stop the generator: of level error, and not waived."""
    return tuple(item for item in findings if item.level is Level.ERROR and item.waived_by is None)
