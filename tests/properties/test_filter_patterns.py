"""What holds for every filter pattern and every log event."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from modules.semantics import PatternError, metric_value, parse_pattern

NAMES = ("a", "b", "c")
WORDS = ("", "x", "xy", "yx", "1", "2")
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, -1.5, 1e3])

type_free = st.none() | st.booleans() | NUMBERS | st.sampled_from(WORDS)
documents = st.dictionaries(
    st.sampled_from(NAMES),
    type_free
    | st.lists(type_free, max_size=2)
    | st.dictionaries(st.sampled_from(NAMES), type_free, max_size=2),
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner),
    max_leaves=10,
).map(json.dumps)
events = st.text() | any_json | st.text(alphabet='ab1 "[]{}\t,:', max_size=30)

Truth = Callable[[dict[str, object]], bool]
ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
SCALARS = {
    "=": lambda found, operand: found == operand,
    "!=": lambda found, operand: found != operand,
}


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@st.composite
def leaves(draw: st.DrawFn) -> tuple[str, Truth]:
    """One test, and the same test in Python."""
    name = draw(st.sampled_from(NAMES))
    kind = draw(st.sampled_from(["word", "order", "equal", "constant", "missing"]))
    if kind == "missing":
        return f"$.{name} NOT EXISTS", lambda document: name not in document
    if kind == "constant":
        word, constant = draw(st.sampled_from([("NULL", None), ("TRUE", True), ("FALSE", False)]))
        return (
            f"$.{name} IS {word}",
            lambda document: name in document and is_constant(document[name], constant),
        )
    number = draw(NUMBERS)
    if kind == "order":
        sign = draw(st.sampled_from(sorted(ORDERS)))
        return (
            f"$.{name} {sign} {number}",
            lambda document: is_number(document.get(name)) and ORDERS[sign](document[name], number),
        )
    sign = draw(st.sampled_from(sorted(SCALARS)))
    if kind == "equal":
        return f"$.{name} {sign} {number}", lambda document: equal_number(document.get(name), sign, number)
    word = draw(st.sampled_from(["x", "xy", "q"]))
    return (
        f'$.{name} {sign} "{word}"',
        lambda document: (
            (isinstance(document.get(name), str) or is_number(document.get(name)))
            and SCALARS[sign](document[name], word)
        ),
    )


def is_constant(found: object, constant: bool | None) -> bool:
    return found is constant or (constant is None and isinstance(found, list) and None in found)


def equal_number(found: object, sign: str, number: float) -> bool:
    if is_number(found):
        return SCALARS[sign](found, number)
    return isinstance(found, str) and SCALARS[sign](found, str(number))


def joined(parts: st.SearchStrategy[tuple[str, Truth]]) -> st.SearchStrategy[tuple[str, Truth]]:
    def join(left: tuple[str, Truth], right: tuple[str, Truth], both: bool) -> tuple[str, Truth]:
        if both:
            return f"({left[0]}) && ({right[0]})", lambda found: left[1](found) and right[1](found)
        return f"({left[0]}) || ({right[0]})", lambda found: left[1](found) or right[1](found)

    return st.builds(join, parts, parts, st.booleans())


conditions = st.recursive(leaves(), joined, max_leaves=8)
alphabet = st.text(alphabet="abERO1 ?-\"%{}[]()$.*=!<>&|,\\'#\n", max_size=40)
FRAGMENTS = (
    *("{", "}", "[", "]", "(", ")", "$.a", "$.", "[*]", "[0]", "['b']", "=", "!=", ">", "1", "-1e3", "*"),
    *('"x"', "%a+%", "%", "&&", "||", "...", ",", "w1", "IS NULL", "NOT EXISTS", "?", "-", " ", "é"),
)
fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)
wrapped = fragments.map(lambda text: "{" + text + "}") | fragments.map(lambda text: "[" + text + "]")
texts = st.text() | alphabet | fragments | wrapped
good = conditions.map(lambda pair: "{ " + pair[0] + " }") | st.sampled_from(
    [
        "",
        "a -b",
        "a-b",
        '" "',
        "?a ?b",
        '"a b" c',
        "%a+|b$%",
        "[]",
        "[a, b]",
        "[..., a > 1]",
        "[a = 1*, ..., b != x, c]",
        "[a,]",
    ]
)


def outcome(pattern: str, event: str) -> bool:
    return parse_pattern(pattern).matches(event)


@given(texts)
def test_any_text_is_a_pattern_or_a_pattern_error(text: str) -> None:
    with suppress(PatternError):
        parse_pattern(text)


@given(texts, events)
def test_a_pattern_that_parses_answers_for_any_event(text: str, event: str) -> None:
    try:
        pattern = parse_pattern(text)
    except PatternError:
        return
    assert pattern.matches(event) in (True, False)


@given(good, events)
def test_matches_never_raises(pattern: str, event: str) -> None:
    assert outcome(pattern, event) in (True, False)


@given(good, st.sampled_from(["1", "$.a", "$.b[0]", "$a", "$1", "$2"]), events)
@example("{ $.a = * }", "$.a", '{"a": 1e999999999}')
def test_a_metric_value_is_published_only_for_a_match(pattern: str, value: str, event: str) -> None:
    parsed = parse_pattern(pattern)
    try:
        published = metric_value(parsed, value, event)
    except PatternError:
        return
    assert published is None or (parsed.matches(event) and abs(published) <= 2.0**360)
    assert value != "1" or published == (1.0 if parsed.matches(event) else None)


@given(conditions, documents)
def test_a_condition_agrees_with_python(condition: tuple[str, Truth], document: dict[str, object]) -> None:
    text, truth = condition
    assume(len(text) <= 1000)
    assert outcome(f"{{ {text} }}", json.dumps(document)) == truth(document)


@given(conditions, conditions, documents)
def test_and_and_or_commute(
    left: tuple[str, Truth], right: tuple[str, Truth], document: dict[str, object]
) -> None:
    assume(len(left[0]) + len(right[0]) <= 1000)
    event = json.dumps(document)
    for join in ("&&", "||"):
        assert outcome(f"{{ ({left[0]}) {join} ({right[0]}) }}", event) == outcome(
            f"{{ ({right[0]}) {join} ({left[0]}) }}", event
        )


@given(leaves(), leaves(), leaves(), documents)
def test_and_distributes_over_or(
    first: tuple[str, Truth], second: tuple[str, Truth], third: tuple[str, Truth], document: dict[str, object]
) -> None:
    a, b, c = first[0], second[0], third[0]
    event = json.dumps(document)
    assert outcome(f"{{ {a} && ({b} || {c}) }}", event) == outcome(f"{{ {a} && {b} || {a} && {c} }}", event)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_de_morgan_on_a_field_that_is_a_number(found: float, low: float, high: float) -> None:
    event = json.dumps({"a": found})
    inside = outcome(f"{{ $.a >= {low} && $.a <= {high} }}", event)
    outside = outcome(f"{{ $.a < {low} || $.a > {high} }}", event)
    assert inside is not outside


@given(st.lists(type_free, max_size=3) | st.dictionaries(st.sampled_from(NAMES), type_free), NUMBERS)
def test_de_morgan_on_a_wildcard(found: list[object] | dict[str, object], number: float) -> None:
    event = json.dumps({"a": found})
    for wildcard in ("[*]", ".*"):
        equal = outcome(f"{{ $.a{wildcard} = {number} }}", event)
        assert outcome(f"{{ $.a{wildcard} != {number} }}", event) is not equal


@given(st.sampled_from(WORDS), st.sampled_from(["x", "xy", "1"]), st.sampled_from(["x", "yx", "2"]))
def test_de_morgan_on_a_field_that_is_a_word(found: str, first: str, second: str) -> None:
    for event, pattern in ((json.dumps({"a": found}), "{{ {} }}"), (f"{found or '-'} rest", "[{}, ...]")):
        name = "$.a" if event.startswith("{") else "a"
        neither = pattern.format(f"{name} != {first} && {name} != {second}")
        either = pattern.format(f"{name} = {first} || {name} = {second}")
        assert outcome(neither, event) is not outcome(either, event)


@given(
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=3), st.text(alphabet="abc ", max_size=8)
)
def test_terms_are_all_any_or_none(terms: list[str], event: str) -> None:
    present = [term in event for term in terms]
    assert outcome(" ".join(terms), event) is all(present)
    assert outcome(" ".join(f"?{term}" for term in terms), event) is any(present)
    assert outcome(" ".join(f"-{term}" for term in terms), event) is not any(present)


@given(st.lists(st.sampled_from(["ERROR", "1", "x"]), max_size=6), st.integers(0, 3), st.integers(0, 3))
def test_an_ellipsis_stands_for_any_number_of_words(words: list[str], before: int, after: int) -> None:
    names = [f"w{index}" for index in range(before)] + ["..."] + [f"v{index}" for index in range(after)]
    assert outcome(f"[{', '.join(names)}]", " ".join(words)) is (len(words) >= before + after)


DEEP = [
    ("{" + "(" * 500 + "$.a = 1" + ")" * 500 + "}", '{"a": 1}'),
    ("{" + "($.a=2||" * 100 + "$.a=1" + ")" * 100 + "}", '{"a": 1}'),
    ("{ $" + ".a" * 400 + " = 1 }", '{"a":' * 400 + "1" + "}" * 400),
]


@pytest.mark.parametrize(("pattern", "event"), DEEP)
def test_deep_patterns_are_understood(pattern: str, event: str) -> None:
    assert outcome(pattern, event)


@pytest.mark.parametrize("event", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, "(" * 100_000])
def test_deep_events_are_only_events_that_do_not_match(event: str) -> None:
    assert not outcome("{ $.z NOT EXISTS && $.z IS NULL }", event)
    assert not outcome("[a, b, c = x, ...]", event)
