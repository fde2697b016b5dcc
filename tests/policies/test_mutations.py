"""Every rule notices the breaks it is there for, and nothing in a stack that is well."""

from __future__ import annotations

import copy

import pytest

from modules.resources.stacks import Stack
from modules.resources.views import Resource
from policies import RULES, check
from policies.engine import Rule
from tests.policies.mutations import MUTATIONS, Mutation
from tests.policies.stacks import good_context, good_stack

CASES = [
    pytest.param(rule, mutation, id=f"{rule}-{index}")
    for rule, mutations in MUTATIONS.items()
    for index, mutation in enumerate(mutations)
]


def is_about_the_stack(rule: Rule) -> bool:
    return any(kind is Stack or issubclass(kind, Resource) for kind in rule.parameters.values())


def test_good_stack_has_no_findings() -> None:
    assert check(good_stack(), good_context()) == ()


def test_every_rule_about_the_stack_has_a_mutation() -> None:
    assert set(MUTATIONS) == {rule.id for rule in RULES.values() if is_about_the_stack(rule)}


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_mutation_is_caught_by_its_rule(rule: str, mutation: Mutation) -> None:
    found = check(mutation(good_stack()), good_context())

    assert rule in {finding.rule for finding in found}


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_mutation_leaves_the_given_stack_alone(rule: str, mutation: Mutation) -> None:
    stack = good_stack()
    before = copy.deepcopy(stack)

    broken = mutation(stack)

    assert stack == before
    assert broken != before
