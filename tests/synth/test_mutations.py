"""Break the real stack in one way after the other: the policies must notice each."""

from __future__ import annotations

from typing import Any

import pytest

from policies import Context, check, errors
from tests.builders import good_context, monitorings, shipped
from tests.policies.mutations import MUTATIONS, Mutation

CASES = [
    pytest.param(rule, mutation, id=f"{rule}-{index}")
    for rule, mutations in MUTATIONS.items()
    for index, mutation in enumerate(mutations)
]


@pytest.fixture(scope="session")
def context() -> Context:
    settings = shipped()
    (found,) = monitorings(settings)
    return good_context(settings, found)


def test_stack_as_committed_has_no_findings(prod_stack: dict[str, Any], context: Context) -> None:
    assert check(prod_stack, context) == ()


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_mutation_of_the_real_stack_is_caught(
    rule: str, mutation: Mutation, prod_stack: dict[str, Any], context: Context
) -> None:
    found = check(mutation(prod_stack), context)
    assert rule in {finding.rule for finding in errors(found)}
