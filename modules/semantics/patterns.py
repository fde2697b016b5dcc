"""What every kind of filter pattern can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal


class Pattern(ABC):
    """A filter pattern that AWS would accept."""

    @abstractmethod
    def matches(self, event: str) -> bool:
        """Tell whether the pattern lets a log event through; never raises."""

    @abstractmethod
    def fields(self) -> frozenset[str]:
        """Name its fields as a metric value would: `$.field` or `$name`."""

    @abstractmethod
    def number(self, reference: str, event: str) -> Decimal | None:
        """Read the number that an event holds in a field.

        Parameters
        ----------
        reference
            `$.field` for JSON; `$name`, or `$1` for the first, for space-delimited events.
        event
            The log event.

        Raises
        ------
        PatternError
            The reference is no selector.
        """
