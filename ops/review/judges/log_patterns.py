"""Filter patterns on log lines: judged where one plainly lets less through than the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from modules.semantics import Pattern, PatternError, parse_pattern
from modules.semantics.conditions import NumberOperand, TextOperand
from modules.semantics.json_patterns import Compares, JsonPattern
from modules.semantics.logic import Term, all_of, any_of, atom, implies, negated
from modules.semantics.text_patterns import TextPattern
from ops.review.judges.kinds import Aspect, unclear, verdict, weaker_if, when_changed
from ops.review.plans import Change
from ops.review.values import shown
from ops.review.verdicts import Effect, Verdict

Holds = Callable[[Any], Term]


def filter_pattern(path: str) -> Aspect:
    """A filter pattern on log lines: judged where one pattern plainly implies the other."""

    def judge(change: Change, before: Any, after: Any) -> Iterator[Verdict]:
        found = propositions(before, after)
        if found is None:
            yield unclear(change, path, "matches other log lines", before, after)
            return
        old, new = found
        narrower, wider = implies(new, old), implies(old, new)
        words = {"old": _words(before), "new": _words(after)}
        if narrower and wider:
            yield verdict(change, Effect.UNAFFECTED, path, "has the same pattern in other words", **words)
        elif narrower or wider:
            text = f"matches {'fewer' if narrower else 'more'} log lines"
            yield verdict(change, weaker_if(narrower), path, text, **words)
        else:
            yield verdict(change, Effect.UNCLEAR, path, "matches other log lines", **words)

    return when_changed(path, judge)


def _words(value: object) -> str:
    return "every line" if value in (None, "") else shown(value)


def propositions(old: object, new: object) -> tuple[Term, Term] | None:
    """Two patterns as propositions over the tests of both; `None` where one cannot be read."""
    one, other = _read(old), _read(new)
    if one is None or other is None:
        return None
    tests: list[Any] = []
    for test in (*_tests(one), *_tests(other)):
        tests += [] if test in tests else [test]

    def holds(test: Any) -> Term:
        """A test, and with it all that it implies."""
        implied = (place for place, it in enumerate(tests) if it == test or _implies(test, it))
        return all_of(atom(str(place)) for place in implied)

    return _proposition(one, holds), _proposition(other, holds)


def _read(pattern: object) -> JsonPattern | TextPattern | None:
    """Terms or JSON; the empty pattern is one of no terms, and matches every line."""
    if pattern in (None, ""):
        return TextPattern()
    try:
        found: Pattern | None = parse_pattern(pattern) if isinstance(pattern, str) else None
    except (PatternError, RecursionError):
        return None
    return found if isinstance(found, JsonPattern | TextPattern) else None


def _tests(pattern: JsonPattern | TextPattern) -> tuple[Any, ...]:
    if isinstance(pattern, TextPattern):
        return (*pattern.required, *pattern.optional, *pattern.excluded)
    return tuple(item for item in pattern.condition.postfix if not isinstance(item, str))


def _implies(test: Any, other: Any) -> bool:
    """Whether what passes the test passes the other: a longer text, a narrower bound, one of many texts."""
    if isinstance(test, str) and isinstance(other, str):
        return other in test
    if not isinstance(test, Compares) or not isinstance(other, Compares) or test.selector != other.selector:
        return False
    ours, theirs = test.comparison.operand, other.comparison.operand
    if isinstance(ours, NumberOperand) and isinstance(theirs, NumberOperand):
        return _bounds(test.comparison.operator, ours, other.comparison.operator, theirs)
    if isinstance(ours, TextOperand) and isinstance(theirs, TextOperand):
        both_equal = test.comparison.operator == other.comparison.operator == "="
        return both_equal and ours.text.strip("*") == ours.text and theirs.equals(ours.text)
    return False


def _bounds(ours: str, limit: NumberOperand, theirs: str, other: NumberOperand) -> bool:
    """Whether all beyond one bound is beyond another: above 1000 is above 100."""
    if ours[0] != theirs[0] or ours[0] not in "<>":
        return False
    if limit.value == other.value:
        return ours == theirs or theirs == f"{ours[0]}="
    return limit.value > other.value if ours[0] == ">" else limit.value < other.value


def _proposition(pattern: JsonPattern | TextPattern, holds: Holds) -> Term:
    return _of_terms(pattern, holds) if isinstance(pattern, TextPattern) else _of_json(pattern, holds)


def _of_terms(pattern: TextPattern, holds: Holds) -> Term:
    """Optional terms count only without other terms."""
    if pattern.optional and not pattern.required and not pattern.excluded:
        return any_of(map(holds, pattern.optional))
    without = (negated(holds(term)) for term in pattern.excluded)
    return all_of((*map(holds, pattern.required), *without))


def _of_json(pattern: JsonPattern, holds: Holds) -> Term:
    stack: list[Term] = []
    for item in pattern.condition.postfix:
        if not isinstance(item, str):
            stack.append(holds(item))
            continue
        right, left = stack.pop(), stack.pop()
        stack.append(all_of((left, right)) if item == "&&" else any_of((left, right)))
    return stack[-1]
