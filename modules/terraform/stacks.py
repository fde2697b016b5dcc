"""A stack as the rules see it, and how it is read from synthesized JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from modules.terraform.addresses import is_indirect, reference, without_indexes
from modules.terraform.resources import Factory, Resource
from modules.terraform.values import Unknown, as_map, as_text, blocks, is_known, links

Kind = TypeVar("Kind", bound=Resource)


@dataclass(frozen=True)
class Stack:
    """All resources of one stack."""

    resources: tuple[Resource, ...]

    def addressed(self, address: str) -> Resource | None:
        """The resource at an address."""
        return self._by_address.get(address)

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Every resource of a kind."""
        if kind not in self._by_kind:
            self._by_kind[kind] = tuple(item for item in self.resources if isinstance(item, kind))
        return self._by_kind[kind]

    def at(self, kind: type[Kind], value: Any, *attributes: str) -> Kind | None:
        """The resource of a kind whose attribute (any of these) a reference names, or whose value it is."""
        target = reference(value)
        if target is not None:
            found = self._by_address.get(target[0]) if target[1] in attributes else None
            return found if isinstance(found, kind) else None
        text = as_text(value)
        if not text:
            return None
        return next(filter(None, (self._named(kind, name).get(text) for name in attributes)), None)

    def linked(self, kind: type[Kind], value: Any, *attributes: str) -> Kind | None:
        """The same, also for a value that a plan knows only by what it is made of."""
        return next(filter(None, (self.at(kind, one, *attributes) for one in links(value))), None)

    def candidates(self, kind: type[Kind], value: Any, *attributes: str) -> tuple[Kind, ...]:
        """Return the resources of a kind that a value may name once it is known; none if it is known.

        A reference to a resource as a whole may mean any of its instances; one through a module or a
        variable may mean any resource of the kind.
        """
        if is_known(value):
            return ()
        return next(filter(None, (self._may_be(kind, one, attributes) for one in links(value))), ())

    def _may_be(self, kind: type[Kind], value: Any, attributes: tuple[str, ...]) -> tuple[Kind, ...]:
        address, attribute = reference(value) or ("", "")
        if isinstance(value, Unknown) or is_indirect(f"{address}."):
            return self.of(kind)
        whole = without_indexes(address) if attribute in attributes else f"{address}.{attribute}"
        return tuple(item for item in self._instances.get(whole, ()) if isinstance(item, kind))

    @cached_property
    def _instances(self) -> Mapping[str, list[Resource]]:
        """By address without indexes: the instances of a resource."""
        found: dict[str, list[Resource]] = {}
        for item in self.resources:
            found.setdefault(without_indexes(item.address), []).append(item)
        return found

    def _named(self, kind: type[Kind], attribute: str) -> Mapping[str, Kind]:
        """The first resource of a kind with each value of an attribute."""
        known = self._by_text.get((kind, attribute))
        if known is None:
            found = [(item.text(attribute), item) for item in reversed(self.of(kind))]
            known = self._by_text[kind, attribute] = {text: item for text, item in found if text}
        return known

    @cached_property
    def _by_text(self) -> dict[tuple[type[Resource], str], dict[str, Any]]:
        return {}

    @cached_property
    def _by_kind(self) -> dict[type[Resource], tuple[Any, ...]]:
        return {}

    @cached_property
    def _by_address(self) -> dict[str, Resource]:
        """Also without indexes: a configuration's references inside of a module name none."""
        bare = {without_indexes(item.address): item for item in self.resources}
        return bare | {item.address: item for item in self.resources}


def stack_providers(stack: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """Return the arguments of each provider of a name in a synthesized cdk.tf.json."""
    return blocks(as_map(as_map(stack).get("provider")).get(name))


def stack_resources(stack: Mapping[str, Any], create: Factory[Kind]) -> Iterator[Kind]:
    """Yield the resources of a synthesized cdk.tf.json."""
    stack = as_map(stack)
    inherited = {_alias(block): _default_tags(block) for block in stack_providers(stack, "aws")}
    for kind, named in as_map(stack.get("resource")).items():
        for name, body in as_map(named).items():
            for values in blocks(body):
                tags = inherited.get(str(values.get("provider", "aws")), {})
                yield create(kind, f"{kind}.{name}", values, tags=tags)


def _alias(provider: Mapping[str, Any]) -> str:
    alias = provider.get("alias")
    return "aws" if alias is None else f"aws.{alias}"


def _default_tags(provider: Mapping[str, Any]) -> Mapping[str, Any]:
    tags: dict[str, Any] = {}
    for block in blocks(provider.get("default_tags")):
        tags.update(as_map(block.get("tags")))
    return tags
