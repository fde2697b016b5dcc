"""One resource of Terraform's JSON: type, address and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeVar

from modules.terraform.values import as_text


@dataclass(frozen=True)
class Resource:
    """One resource of a stack.

    Attributes
    ----------
    inherited_tags
        The default tags of its provider.
    references
        The references in each argument, where a plan lists them.
    """

    type: str
    address: str
    values: Mapping[str, Any]
    inherited_tags: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    TYPES: ClassVar[tuple[str, ...]] = ()

    def get(self, name: str) -> Any:
        """Return an argument as written, or `None`."""
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """Return an argument if it is known text, else `None`."""
        return as_text(self.get(name))


Created_co = TypeVar("Created_co", bound=Resource, covariant=True)


class Factory(Protocol[Created_co]):
    """Creates a resource of the class that fits its type."""

    def __call__(
        self,
        kind: str,
        address: str,
        values: Mapping[str, Any],
        *,
        tags: Mapping[str, Any] | None = None,
        references: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Created_co:
        """Return the resource."""
