"""The list of rules is pinned: an id, once given, keeps its meaning, and no rule goes unseen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modules.resources.breaches import Breach
from modules.resources.stacks import read_stack
from modules.resources.views import LogGroup, Topic
from policies import RULES, Context, Level
from policies.engine import Registry, Rule
from tests.policies.stacks import good_context, good_stack

AREAS = {
    "MON-ACT": 5,
    "MON-ALM": 4,
    "MON-DSH": 4,
    "MON-EVL": 5,
    "MON-FIL": 8,
    "MON-FUN": 7,
    "MON-IAM": 3,
    "MON-KEY": 5,
    "MON-MET": 4,
    "MON-MNT": 2,
    "MON-NAM": 3,
    "MON-QUE": 10,
    "MON-RET": 3,
    "MON-SIG": 9,
    "MON-SUB": 6,
    "MON-TAG": 5,
    "MON-THR": 6,
    "MON-TOP": 8,
    "MON-WAV": 2,
}
WARNINGS = {"MON-WAV-002"}


def test_rules_and_levels_are_these() -> None:
    ids = {f"{area}-{number:03}" for area, count in AREAS.items() for number in range(1, count + 1)}

    assert set(RULES) == ids
    assert {rule.id for rule in RULES.values() if rule.level is Level.WARNING} == WARNINGS


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_says_what_and_why(rule: Rule) -> None:
    assert rule.what.endswith(".")
    assert rule.why.endswith(".")


def test_same_id_twice_is_refused() -> None:
    registry = Registry()

    def anything() -> Iterator[Breach]:
        """Anything goes."""
        return iter(())

    registry.rule("MON-X-001", level=Level.ERROR, why="Why.")(anything)
    with pytest.raises(ValueError, match="two rules have the id MON-X-001"):
        registry.rule("MON-X-001", level=Level.ERROR, why="Why.")(anything)


def test_rule_without_docstring_is_refused() -> None:
    def silent() -> Iterator[Breach]:
        return iter(())

    with pytest.raises(ValueError, match="no docstring"):
        Registry().rule("MON-X-001", level=Level.ERROR, why="Why.")(silent)


def test_rule_that_asks_for_two_kinds_is_refused() -> None:
    def greedy(group: LogGroup, topic: Topic) -> Iterator[Breach]:
        """Wants too much."""
        return iter(())

    with pytest.raises(TypeError, match="one kind of resource"):
        Registry().rule("MON-X-001", level=Level.ERROR, why="Why.")(greedy)


def test_rule_runs_once_for_each_resource_of_its_kind() -> None:
    registry = Registry()

    def complains(group: LogGroup, context: Context) -> Iterator[Breach]:
        """Nothing is right."""
        yield group.finding(found=context.environment, wanted="other", fix="none")

    registry.rule("MON-X-001", level=Level.WARNING, why="Why.")(complains)
    found = registry.run(read_stack(good_stack()), good_context())

    assert [item.address for item in found] == [
        "aws_cloudwatch_log_group.backend",
        "aws_cloudwatch_log_group.notes",
        "aws_cloudwatch_log_group.slack",
        "aws_cloudwatch_log_group.digest",
    ]
    assert {item.found for item in found} == {"prod"}
