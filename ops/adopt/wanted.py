"""What the stack wants to make, to be looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modules.resources.stacks import read_stack
from modules.resources.views import Resource
from ops.adopt.accounts import Place
from ops.adopt.references import Tree, resolved


@dataclass(frozen=True)
class Wanted:
    """The resources of a stack in a place.

    Attributes
    ----------
    stack
        As synthesized, with references.
    prefix
        What the names of this target begin with.
    other_prefixes
        What the names of other environments begin with, that may share the account.
    """

    stack: Tree
    place: Place
    prefix: str
    other_prefixes: tuple[str, ...] = ()

    def of(self, *types: str) -> tuple[Resource, ...]:
        """The resources of these types, references as text where names tell them."""
        return tuple(one for one in self.resources if one.type in types)

    def named(self, kind: str, attribute: str) -> dict[str, Resource]:
        """The resources of a type by an attribute."""
        return {str(one.get(attribute)): one for one in self.of(kind)}

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """All of them."""
        return read_stack(resolved(self.stack, self.place)).resources

    def knowing(self, known: Mapping[str, str]) -> tuple[Resource, ...]:
        """All of them, with what was found in the account put in."""
        return read_stack(resolved(self.stack, self.place, known)).resources

    def is_ours(self, name: str, separator: str = "-") -> bool:
        """Whether a name belongs to this target by its beginning, and to no other environment."""
        begins = [one for one in (self.prefix, *self.other_prefixes) if name.startswith(one + separator)]
        return bool(begins) and max(begins, key=len) == self.prefix


def values_of(resource: Resource) -> Mapping[str, Any]:
    """The resource's values without the generator's comments."""
    return {name: value for name, value in resource.values.items() if name != "//"}
