"""A stack as the rules see it, and how it is read from synthesized JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from policies.key_uses import Keys
from policies.kinds import made
from policies.paths import Paths
from policies.resources import Resource
from policies.role_needs import Roles
from policies.values import INDEX, as_list, as_map, as_text, blocks, links, reference
from policies.watches import Watches

Kind = TypeVar("Kind", bound=Resource)


@dataclass(frozen=True)
class Stack:
    """All resources of one stack, with the provider's Region and account, where there is one provider."""

    resources: tuple[Resource, ...]
    region: str | None = None
    account: str | None = None

    def region_of(self, resource: Resource) -> str | None:
        """The Region of a resource, where it is known: its own argument before the provider's."""
        return self.region if resource.get("region") is None else resource.text("region")

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

    @cached_property
    def paths(self) -> Paths:
        """The ways that notifications take through it."""
        return Paths(self)

    @cached_property
    def watches(self) -> Watches:
        """Which alarms watch those ways."""
        return Watches(self)

    @cached_property
    def keys(self) -> Keys:
        """The keys, and who has to use them."""
        return Keys(self)

    @cached_property
    def roles(self) -> Roles:
        """The roles, and what they are for."""
        return Roles(self)

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
        bare = {INDEX.sub("", item.address): item for item in self.resources}
        return bare | {item.address: item for item in self.resources}


def read_stack(stack: Mapping[str, Any]) -> Stack:
    """The resources of a synthesized cdk.tf.json."""
    providers = blocks(as_map(as_map(stack).get("provider")).get("aws"))
    return Stack(tuple(_resources(as_map(stack))), *place_of(providers))


def place_of(providers: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """Region and account from the arguments of the provider, where there is exactly one."""
    provider = providers[0] if len(providers) == 1 else {}
    accounts = as_list(provider.get("allowed_account_ids"))
    return as_text(provider.get("region")), as_text(accounts[0]) if len(accounts) == 1 else None


def _resources(stack: Mapping[str, Any]) -> Iterator[Resource]:
    inherited = {
        _alias(block): _default_tags(block) for block in blocks(as_map(stack.get("provider")).get("aws"))
    }
    for kind, named in as_map(stack.get("resource")).items():
        for name, body in as_map(named).items():
            for values in blocks(body):
                tags = inherited.get(str(values.get("provider", "aws")), {})
                yield made(kind, f"{kind}.{name}", values, tags=tags)


def _alias(provider: Mapping[str, Any]) -> str:
    alias = provider.get("alias")
    return "aws" if alias is None else f"aws.{alias}"


def _default_tags(provider: Mapping[str, Any]) -> Mapping[str, Any]:
    tags: dict[str, Any] = {}
    for block in blocks(provider.get("default_tags")):
        tags.update(as_map(block.get("tags")))
    return tags
