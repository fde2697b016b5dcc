"""Ranges, directions and data points of random metric math agree with its values on random data."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import assume, given
from hypothesis import strategies as st

from modules.semantics.intervals import Interval
from modules.semantics.math_values import Shape, bounds, direction, has_point, shape
from modules.semantics.metric_math import Kind, Node, canonical, parse, renamed

IDS = ("a", "b", "c")
Data = Mapping[str, float | None]

numbers = st.integers(-3, 5).map(lambda value: f"({value})")
texts: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(IDS) | numbers,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["+", "-", "*", "/", "<", ">=", "AND", "||"]),
            inner,
        ),
        st.builds("-{}".format, inner),
        st.builds(
            "{}([{}, {}])".format,
            st.sampled_from(["SUM", "MAX", "MIN", "AVG"]),
            st.sampled_from(IDS),
            inner.filter(lambda text: shape(parse(text)) is not Shape.SCALAR),
        ),
        st.builds("{}(METRICS())".format, st.sampled_from(["SUM", "MAX", "AVG"])),
        st.builds("FILL({}, {})".format, inner, numbers),
        st.builds("IF({}, {}, {})".format, inner, inner, inner),
        st.builds("ABS({})".format, inner),
    ),
    max_leaves=6,
)
values = st.none() | st.integers(-4, 6).map(float)
data = st.fixed_dictionaries(dict.fromkeys(IDS, values))


class DroppedError(Exception):
    """A division by 0 has no data point, even if no input is missing."""


def value_of(node: Node, data: Data) -> float | None:
    """The value in one period; AWS's rules on missing operands, step by step."""
    if node.text in ("SUM", "MAX", "MIN", "AVG"):
        return combined(node, data)
    parts = [value_of(part, data) for part in node.parts]
    match node.kind:
        case Kind.ID:
            return data[node.text]
        case Kind.NUMBER:
            return float(node.text)
        case Kind.OPERATOR if len(parts) == 1:
            return None if parts[0] is None else -parts[0]
        case Kind.OPERATOR:
            fixed = shape(node.parts[0]) is Shape.SCALAR
            found = parts[0]
            for part, other in zip(node.parts[1:], parts[1:], strict=True):
                also_fixed = shape(part) is Shape.SCALAR
                found = operated(node.text, found, other, alone=fixed or also_fixed)
                fixed = fixed and also_fixed
            return found
    return called(node.text, parts)


def operated(sign: str, one: float | None, other: float | None, *, alone: bool) -> float | None:
    if (one is None and other is None) or (alone and (one is None or other is None)):
        return None
    if sign == "/" and other is None:
        return None
    left, right = one or 0.0, other or 0.0
    if sign == "/" and right == 0:
        raise DroppedError
    return {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "/": left / right if right else 0.0,
        "<": float(left < right),
        ">=": float(left >= right),
        "AND": float(bool(left and right)),
        "OR": float(bool(left or right)),
    }[sign]


def called(name: str, parts: list[float | None]) -> float | None:
    one = parts[0]
    match name:
        case "FILL":
            return parts[1] if one is None else one
        case "IF":
            return None if one is None else (parts[1] or 0.0) if one else parts[2]
    return None if one is None else abs(one)


def combined(node: Node, data: Data) -> float | None:
    (array,) = node.parts
    found = list(data.values()) if array.text == "METRICS" else [value_of(part, data) for part in array.parts]
    present = [value for value in found if value is not None]
    if not present:
        return None
    mean = sum(present) / len(found)
    return {"SUM": sum(present), "MAX": max(present), "MIN": min(present), "AVG": mean}[node.text]


def seen(node: Node, data: Data) -> float | None:
    try:
        return value_of(node, data)
    except DroppedError:
        return None


@given(text=texts, data=data, margins=st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_value_is_within_the_range(text: str, data: Data, margins: list[int]) -> None:
    tree = parse(text)
    inputs = {
        key: Interval((value or 0) - margins[place], (value or 0) + margins[place + 3])
        for place, (key, value) in enumerate(data.items())
    }
    # What a missing input would have been says nothing of it.
    found, value = bounds(tree, inputs), seen(tree, data)

    assert value is None or found.low - 1e-9 <= value <= found.high + 1e-9


@given(text=texts, data=data)
def test_data_point_exists_as_predicted(text: str, data: Data) -> None:
    tree = parse(text)
    said = has_point(tree, {key for key, value in data.items() if value is not None})
    try:
        value = value_of(tree, data)
    except DroppedError:
        assume(False)

    assert said in (None, value is not None)


@given(text=texts, data=data, key=st.sampled_from(IDS), step=st.integers(1, 3))
def test_value_moves_with_an_input_as_predicted(text: str, data: Data, key: str, step: int) -> None:
    tree = parse(text)
    way, old = direction(tree), data[key]
    before, after = seen(tree, data), seen(tree, {**data, key: (old or 0) + step})
    if way is None or None in (old, before, after):
        return  # nothing is predicted
    change = (after or 0) - (before or 0)

    assert change == 0 if way == 0 else change * way >= -1e-9


@given(text=texts, data=data)
def test_expression_is_the_same_when_it_is_written_and_read_again(text: str, data: Data) -> None:
    tree = parse(text)
    again = parse(str(tree))

    assert tree.kind is not Kind.UNREADABLE
    assert str(again) == str(tree)
    assert seen(again, data) == seen(tree, data)


@given(text=texts, ids=st.permutations(IDS))
def test_spelling_does_not_depend_on_ids(text: str, ids: list[str]) -> None:
    others = dict(zip(IDS, ids, strict=True))
    there = renamed(parse(text), lambda key: Node(Kind.ID, others[key]))
    back = renamed(there, lambda key: Node(Kind.ID, dict(zip(ids, IDS, strict=True))[key]))
    ignored = Node(Kind.ID, "<ignored>")

    assert canonical(back, ignored) == canonical(parse(text), ignored)
    assert canonical(canonical(back, ignored), ignored) == canonical(back, ignored)


@given(text=st.text(alphabet="abAND ()[]+-*/^<>=!&|,.'\"12eSUM_$", max_size=40) | st.text())
def test_any_text_is_read(text: str) -> None:
    tree = parse(text)

    assert parse(str(tree)).kind is tree.kind
    assert (bounds(tree, {}), direction(tree), shape(tree), has_point(tree, ())) is not None
