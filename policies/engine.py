"""Runs rules over a stack.

A rule is a function that yields breaches. The types of its parameters say what it is given: a kind
of resource (then it runs once for each), and any of the kinds in `_GIVEN`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, get_type_hints

from modules.resources.alarm_coverage import AlarmCoverage
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.key_uses import Keys
from modules.resources.role_needs import Roles
from modules.resources.stacks import Stack
from modules.resources.views import Resource
from policies.context import Context, RetentionPolicy
from policies.findings import Finding, Findings, Level

Function = Callable[..., Iterator[Breach]]

_GIVEN = (Stack, DeliveryGraph, AlarmCoverage, Keys, Roles, Context, RetentionPolicy, Findings)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: its id, level and sentences, and what its function asks for."""

    id: str
    level: Level
    what: str
    why: str
    function: Function
    parameters: Mapping[str, type[Any]]

    @property
    def judges_waivers(self) -> bool:
        """Whether it needs the findings of all other rules first."""
        return Findings in self.parameters.values()

    def run(self, provided: Mapping[type[Any], Any], findings: Findings) -> Iterator[Finding]:
        """Yield the findings of this rule; `provided` has a value for each type that a rule may ask for."""
        values: dict[type[Any], Any] = {**provided, Findings: findings}
        given = {name: values[kind] for name, kind in self.parameters.items() if kind in _GIVEN}
        judged = partial(self.function, **given)
        subjects = [kind for kind in self.parameters.values() if kind not in _GIVEN]
        each = (map(judged, provided[Stack].of(kind)) for kind in subjects) if subjects else [[judged()]]
        yield from map(self._finding, chain.from_iterable(chain.from_iterable(each)))

    def _finding(self, breach: Breach) -> Finding:
        return Finding(
            rule=self.id,
            level=self.level,
            why=self.why,
            address=breach.address,
            found=breach.found,
            wanted=breach.wanted,
            fix=breach.fix,
        )


def inputs(stack: Stack, context: Context) -> Mapping[type[Any], Any]:
    """Return a value for each type that a rule may ask for, except findings and single resources."""
    graph = DeliveryGraph(stack)
    return {
        Stack: stack,
        DeliveryGraph: graph,
        AlarmCoverage: AlarmCoverage(stack),
        Keys: Keys(stack, graph),
        Roles: Roles(stack, graph),
        Context: context,
        RetentionPolicy: context.retention,
    }


class Registry:
    """Rules by id. An id is never given twice."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule, in the order of the ids."""
        return MappingProxyType(dict(sorted(self._rules.items())))

    def rule(self, identity: str, *, level: Level, why: str) -> Callable[[Function], Function]:
        """Register a function as a rule; its docstring says what the rule wants."""

        def register(function: Function) -> Function:
            if identity in self._rules:
                raise ValueError(f"two rules have the id {identity}")
            self._rules[identity] = Rule(
                id=identity,
                level=level,
                what=_sentence(function),
                why=why,
                function=function,
                parameters=_parameters(function),
            )
            return function

        return register

    def run(self, stack: Stack, context: Context) -> Findings:
        """What all rules find, those about waivers last."""
        provided = inputs(stack, context)
        first = Findings(self._found(provided, Findings(), judges_waivers=False))
        return Findings((*first, *self._found(provided, first, judges_waivers=True)))

    def _found(
        self, provided: Mapping[type[Any], Any], findings: Findings, *, judges_waivers: bool
    ) -> Iterator[Finding]:
        for each in self.rules.values():
            if each.judges_waivers is judges_waivers:
                yield from each.run(provided, findings)


def _sentence(function: Function) -> str:
    lines = (function.__doc__ or "").strip().splitlines()
    if not lines:
        raise ValueError(f"rule {function.__name__} has no docstring that says what it wants")
    return lines[0]


def _parameters(function: Function) -> dict[str, type[Any]]:
    hints = get_type_hints(function)
    hints.pop("return", None)
    subjects = [kind for kind in hints.values() if kind not in _GIVEN]
    first = list(hints.values())[: len(subjects)]
    if len(subjects) > 1 or subjects != first or not all(issubclass(kind, Resource) for kind in subjects):
        raise TypeError(f"rule {function.__name__} may ask for one kind of resource, first, and {_names()}")
    return hints


def _names() -> str:
    return ", ".join(kind.__name__ for kind in _GIVEN)


REGISTRY = Registry()
rule = REGISTRY.rule
