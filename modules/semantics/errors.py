"""What is wrong with a filter pattern."""

from __future__ import annotations

from modules.errors import MonitoringError


class PatternError(MonitoringError):
    """A filter pattern that CloudWatch Logs would refuse, or whose meaning AWS leaves open.

    Parameters
    ----------
    column
        Where the mistake stands, counted from 1.
    found, wanted
        What stands there, and what may.
    """

    def __init__(self, column: int, found: str, wanted: str) -> None:
        self.column = column
        self.found = found
        self.wanted = wanted
        super().__init__(f"filter pattern, column {column}: found {found}, wanted {wanted}")
