"""What was found in the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Find:
    """Something that exists.

    Attributes
    ----------
    type
        Its Terraform type.
    name
        What AWS calls it, for people.
    address
        The resource of the stack that it is; empty if the stack has no such resource.
    import_id
        What the provider imports it by.
    values
        How it is now, in Terraform's words; `None` if that could not be read.
    known
        What AWS chose, by attribute, such as the id of a key.
    obstacle, mend
        Why it cannot be imported, and what to do about it; empty if it can.
    removal
        The command that deletes it by hand.
    """

    type: str
    name: str
    address: str = ""
    import_id: str = ""
    values: Mapping[str, Any] | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    obstacle: str = ""
    mend: str = ""
    removal: str = ""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A subscriber of a topic that the stack does not import.

    Attributes
    ----------
    topic, protocol, endpoint
        Who listens where; an endpoint may hold a key.
    arn
        Empty for one that has not confirmed: AWS gives no id to these.
    address
        The resource of the stack that will subscribe it; with an ARN: that this may be, if a variable
        that is not set says so.
    """

    topic: str
    protocol: str
    endpoint: str
    arn: str = ""
    address: str = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody can tell if this is what the stack wants."""
        return bool(self.arn and self.address)


def plain(**values: Any) -> dict[str, Any]:
    """Values without those that say nothing."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {})}


def block(**values: Any) -> list[dict[str, Any]]:
    """A block of these values, if any of them says something."""
    found = plain(**values)
    return [found] if found else []
