"""What a judge says of one change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a change does to the monitoring, most serious first."""

    WEAKENED = "weakened"
    UNCLEAR = "unclear"
    STRENGTHENED = "strengthened"
    REMOVED_UNKNOWN = "removed_unknown"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNAFFECTED = "unaffected"


ORDER = {effect: index for index, effect in enumerate(Effect)}

# The most urgent first; what has no severity comes last.
SEVERITIES = {"critical": 3, "warning": 2, "info": 1}

# Within an effect: what is gone is worse than what is quiet, and that worse than what is blunted.
_WEIGHTS = {"existence": 0, "replacement": 1, "silence": 2, "actions": 3, "severity": 3, "role": 3}
_OTHER = 4


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One thing that changes, and what that means.

    Attributes
    ----------
    address
        The Terraform address.
    kind
        The resource's type.
    aspect
        What of it: a word that stays the same, such as ``threshold``, or an attribute's path.
    text
        What happens, as the rest of a sentence about the resource; words of this project alone.
    item
        What of it, in the plan's own words; empty where the text says it all.
    old, new
        The value before and after in words, with units; empty where there is none.
    severity
        Whose attention it needs: that of the alarm, or of the route.
    note
        One sentence more; empty if there is nothing to add.
    """

    effect: Effect
    address: str
    kind: str
    aspect: str
    text: str
    item: str = ""
    old: str = ""
    new: str = ""
    severity: str = ""
    note: str = ""

    @property
    def order(self) -> tuple[int, int, int, str, str, str, str]:
        """Most serious first; the same for the same verdicts."""
        weight = _WEIGHTS.get(self.aspect, _OTHER)
        urgency = -SEVERITIES.get(self.severity, 0)
        return ORDER[self.effect], weight, urgency, self.address, self.aspect, self.text, self.item
