"""The time that a run has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# Two attempts of a call to AWS and the pause between them; and what a query may take that the server
# does not end.
CALL_MS = 17_000


@dataclass(frozen=True)
class Deadline:
    """When to stop asking the database.

    Attributes
    ----------
    remaining_ms
        How many milliseconds the function still has.
    kept_ms
        How many of them are kept for what comes after.
    """

    remaining_ms: Callable[[], int]
    kept_ms: int

    @property
    def left_ms(self) -> int:
        """What is left to use; below zero if it is over."""
        return self.remaining_ms() - self.kept_ms
