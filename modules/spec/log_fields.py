"""Fields and words of the backend's log lines."""

from __future__ import annotations

from typing import Protocol


class LogFields(Protocol):
    """Fields and words, as the configuration spells them.

    A field is a path as in a filter pattern, without the leading ``$.``: ``log.level`` is a field
    inside of another, ``['log.level']`` is one key with a dot.
    """

    @property
    def level_field(self) -> str:
        """The level's field."""
        ...

    @property
    def event_field(self) -> str:
        """The event name's field."""
        ...

    @property
    def duration_field(self) -> str:
        """The duration's field, in milliseconds."""
        ...

    @property
    def session_field(self) -> str:
        """The session's field."""
        ...

    @property
    def error_field(self) -> str:
        """The error text's field."""
        ...

    @property
    def error_type_field(self) -> str:
        """The error type's field."""
        ...

    @property
    def error_levels(self) -> tuple[str, ...]:
        """The levels that count as errors."""
        ...

    @property
    def request_event(self) -> str:
        """The event of a request."""
        ...

    @property
    def response_event(self) -> str:
        """The event of a response."""
        ...
