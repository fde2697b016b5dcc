"""Metric math is read and judged as the CloudWatch user guide describes it."""

from __future__ import annotations

import pytest

from modules.semantics.intervals import ANY, Interval
from modules.semantics.math_values import Shape, bounds, direction, has_point, keeps_unit, shape
from modules.semantics.metric_math import (
    Kind,
    Node,
    band_width,
    canonical,
    named,
    parse,
    reached,
    renamed,
    whole,
    without_band_width,
)

M1, M2, M3 = (Node(Kind.ID, f"m{number}") for number in (1, 2, 3))
IGNORED = Node(Kind.ID, "<ignored>")
DEEP = 5000


def operator(sign: str, *parts: Node) -> Node:
    return Node(Kind.OPERATOR, sign, parts)


def number(text: str) -> Node:
    return Node(Kind.NUMBER, text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("m1 + m2 * m3", operator("+", M1, operator("*", M2, M3))),
        ("m1 - m2 - m3", operator("-", operator("-", M1, M2), M3)),
        ("m1^m2^m3", operator("^", M1, operator("^", M2, M3))),
        ("-m1^2", operator("-", operator("^", M1, number("2")))),
        ("m1 * -2", operator("*", M1, operator("-", number("2")))),
        ("m1 || m2 && m3", operator("OR", M1, operator("AND", M2, M3))),
        ("m1 OR m2 AND m3", operator("OR", M1, operator("AND", M2, M3))),
        ("m1 + 1 > m2", operator(">", operator("+", M1, number("1")), M2)),
        ("m1!=.5", operator("!=", M1, number(".5"))),
        ("[m1,[m2, m3]]", Node(Kind.LIST, parts=(M1, Node(Kind.LIST, parts=(M2, M3))))),
        ("FILL(m1,REPEAT)", Node(Kind.CALL, "FILL", (M1, Node(Kind.WORD, "REPEAT")))),
        ("METRICS('a b')", Node(Kind.CALL, "METRICS", (Node(Kind.TEXT, "a b"),))),
        ("orders AND android", operator("AND", Node(Kind.ID, "orders"), Node(Kind.ID, "android"))),
        (" SELECT AVG(x)\n FROM y ", Node(Kind.QUERY, "SELECT AVG(x) FROM y")),
        ("select / 2", operator("/", Node(Kind.ID, "select"), number("2"))),
    ],
)
def test_expression_is_read_into_its_tree(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    ["", "m1 +", "(m1", "m1)", "[m1,]", "SUM(m1", "m1 m2", "5m1", "sum([m1])", "m1 ? m2", "AND", "m1 + AND"]
    + [bracket * DEEP + "m1" for bracket in ("(", "[", "-", "ABS(")]
    + ["m1-" * DEEP + "m1"],
)
def test_what_is_no_metric_math_is_unreadable_and_still_names_its_ids(text: str) -> None:
    tree = parse(text)

    assert tree.kind is Kind.UNREADABLE
    assert named(tree, ()) == {id_ for id_ in ("m1", "m2", "sum") if id_ in text}
    assert (shape(tree), direction(tree), bounds(tree, {}), keeps_unit(tree)) == (None, None, ANY, False)


@pytest.mark.parametrize(
    "text",
    [
        "m1 - (m2 - m3)",
        "(m1 + m2) * m3 / -2",
        "(m1 ^ m2) ^ m3",
        "IF(m1 > 5 AND (m2 < 3 OR m3 == 0), 100 * m1 / m2, 0)",
        """SEARCH('{AWS/EC2,InstanceId} MetricName="CPU"', "Average", 300)""",
        "-(-m1)",
    ],
)
def test_tree_is_written_as_it_was_read(text: str) -> None:
    assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("m1 + e2", {"m1", "e2"}),
        ("SUM(METRICS())", {"m1", "m2", "x1"}),
        ('SUM([METRICS("m"), e2])', {"m1", "m2", "e2"}),
        ("SEARCH('m1', 'Sum')", set()),
        ('SELECT MAX(m1) FROM "m2"', set()),
        ("FILL(x1, REPEAT)", {"x1"}),
    ],
)
def test_ids_that_an_expression_names(text: str, ids: set[str]) -> None:
    assert named(parse(text), ["m1", "m2", "x1"]) == ids


def test_expressions_are_followed_through_each_other() -> None:
    expressions = {"e1": parse("e2 / m1"), "e2": parse("m2 + e3"), "e3": parse("SUM(METRICS('x'))")}

    assert reached("e1", expressions, ["m1", "m2", "m3", "x1"]) == {"e1", "e2", "e3", "m1", "m2", "x1"}
    assert str(whole("e1", expressions)) == '(m2 + SUM(METRICS("x"))) / m1'
    assert whole("m1", expressions) == M1


def test_expressions_that_name_each_other_end() -> None:
    circle = {"e1": parse("e2 + 1"), "e2": parse("e1 * 2")}
    doubled = {f"e{n}": parse(f"e{n + 1} - e{n + 1}") for n in range(100)}
    chained = {f"e{n}": parse(f"ABS(e{n + 1})") for n in range(DEEP)}

    assert whole("e1", circle).size[1] <= 1000
    assert reached("e1", circle, ()) == {"e1", "e2"}
    nested = {f"e{n}": parse("ABS(" * 50 + f"e{n + 1}" + ")" * 50) for n in range(100)}
    for expressions in (doubled, chained, nested):
        tree = whole("e0", expressions)
        assert tree.size[1] <= 1000
        assert bounds(tree, {}) == (ANY if expressions is doubled else Interval(0))
        assert len(reached("e0", expressions, ())) == len(expressions) + 1


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("ANOMALY_DETECTION_BAND(m1)", 2.0),
        ("ANOMALY_DETECTION_BAND(m1, 3.5)", 3.5),
        ("LAST(ANOMALY_DETECTION_BAND(m1 + m2,4))", 4.0),
        ("ANOMALY_DETECTION_BAND(m1, m2)", None),
        ("m1 + 2", None),
    ],
)
def test_width_of_a_band(text: str, width: float | None) -> None:
    assert band_width(parse(text)) == width


def test_band_without_its_width() -> None:
    found = without_band_width(parse("LAST(ANOMALY_DETECTION_BAND(m1 + m2, 4)) * 2"))

    assert str(found) == "LAST(ANOMALY_DETECTION_BAND(m1 + m2)) * 2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("m1 + (m2 + m3)", "m3 + m2 + m1"),
        ("SUM([m1, m2])", "SUM([m2,m1])"),
        ("MAX([m1])", "m1"),
        ("2.0 * m1", "m1 * 2"),
        ("m1 > 5 && m2", "m2 AND (m1 > 5.0)"),
        ("SUM([m1, <ignored>])".replace("<ignored>", "m9"), "SUM([m1, m2])"),
    ],
)
def test_same_math_has_one_spelling(one: str, other: str) -> None:
    spelled = [
        canonical(renamed(parse(text), lambda key: Node(Kind.ID, {"m9": "m2"}.get(key, key))), IGNORED)
        for text in (one, other)
    ]
    assert spelled[0] == spelled[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("m1 - m2", "m2 - m1"),
        ("m1 / m2", "m2 / m1"),
        ("m1 - (m2 - m3)", "m1 - m2 - m3"),
        ("FIRST([m1, m2])", "FIRST([m2, m1])"),
        ("SUM([m1, m2])", "MAX([m1, m2])"),
        ("m1 > m2", "m2 > m1"),
        ("(m1 + m2) * m3", "m1 + m2 * m3"),
        ("m1 m2", "m2 m1"),
        ("m1 + ? m2", "m1 ? m2"),
        ('METRICS("+")', 'METRICS("-")'),
    ],
)
def test_other_math_has_another_spelling(one: str, other: str) -> None:
    assert canonical(parse(one), IGNORED) != canonical(parse(other), IGNORED)


def test_ignored_operands_are_left_out_of_sums_alone() -> None:
    def spelled(text: str, *, single: bool = False) -> str:
        found = renamed(parse(text), lambda key: IGNORED if key == "x" else Node(Kind.ID, key))
        return str(canonical(found, IGNORED, single=single))

    assert spelled("m1 + x + m2") == "m1 + m2"
    assert spelled("SUM([m1, x])", single=True) == "m1"
    assert spelled("SUM([m1, x])") == "SUM(m1)"
    assert spelled("m1 - x") == "m1 - <ignored>"
    assert spelled("SUM([x, x])") == "SUM(<ignored>)"


@pytest.mark.parametrize(
    ("text", "yields"),
    [
        ("m1", Shape.SERIES),
        ("5 * PERIOD(m1)", Shape.SCALAR),
        ("AVG(m1)", Shape.SCALAR),
        ("m1 - AVG(m1)", Shape.SERIES),
        ("AVG([m1, m2])", Shape.SERIES),
        ("100 / [m1, m2]", Shape.ARRAY),
        ("SUM(100 / [m1, m2])", Shape.SERIES),
        ("MIN(ABS([m1, m2]))", Shape.SERIES),
        ("METRICS()", Shape.ARRAY),
        ('METRICS("2")', None),  # one series
        ("RATE(METRICS())", Shape.ARRAY),
        ("TIME_SERIES(MAX(m1))", Shape.SERIES),
        ("IF(m1 > 5, 1, 0)", Shape.SERIES),
        ("DAY(m1) < 6", Shape.SERIES),
        ("ANOMALY_DETECTION_BAND(m1)", Shape.ARRAY),
        ("LAST(ANOMALY_DETECTION_BAND(m1))", Shape.SERIES),
        ("SORT(METRICS(), AVG, DESC)", Shape.ARRAY),
        ("SLICE(SORT(METRICS(), AVG, DESC), 0, 1)", None),
        ("REMOVE_EMPTY(METRICS())", None),
        ("SOMETHING(m1)", None),
        ("SUM()", None),
        ("SELECT MAX(x) FROM y GROUP BY z", None),
    ],
)
def test_number_of_series(text: str, yields: Shape | None) -> None:
    assert shape(parse(text), ["m1", "m2"]) == yields


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("m1", True),
        ("SUM([m1, m2]) - MIN(METRICS())", True),
        ("FILL(m1, REPEAT) + 5", True),
        ("IF(m1 > 100, m1, 0)", True),
        ("IF(m1 > 100, m1 / m2, 0)", False),
        ("m1 * 100", False),
        ("m1 / m2", False),
        ("m1 > 5", False),
        ("RATE(m1)", False),
        ("LOG(m1)", False),
        ("HOUR(m1)", False),
        ("DATAPOINT_COUNT(METRICS())", False),
        ("SELECT MAX(x) FROM y", False),
    ],
)
def test_unit_is_kept(text: str, kept: bool) -> None:
    assert keeps_unit(parse(text)) == kept


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("SUM([m1, m2]) + 5", 1),
        ("AVG(METRICS())", 1),
        ("100 * m1 / 60", 1),
        ("m1 / PERIOD(m1)", 1),
        ("m1 * -2", -1),
        ("100 - m1", -1),
        ("-(-m1)", 1),
        ("m1 > 5", 1),
        ("5 > m1", -1),
        ("m1 <= 5", -1),
        ("FILL(m1, 0)", 1),
        ("FILL(m1, -m2)", None),
        ("m1 - m2", None),
        ("m1 / m2", None),
        ("5 / m1", None),
        ("m1 * m2", None),
        ("m1 * 0", None),
        ("RATE(m1)", None),
        ("IF(m1 > 5, m2, 0)", None),
        ("2 * 3", 0),
        ("2 ^ 3", 0),
        ("PERIOD(m1)", 0),
        ("m1 == m2", None),
    ],
)
def test_direction_in_which_inputs_move_the_value(text: str, way: int | None) -> None:
    assert direction(parse(text)) == way


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("m1 + m2", 5, 40),  # either may be missing, and counts as 0 then
        ("m1 - m2", -30, 10),
        ("m1 + 100", 105, 110),
        ("100 + m1 + m2", 20, 140),  # without m1 there is only m2
        ("m1 * m2", 0, 300),
        ("m1 * 2 ", 10, 20),
        ("m1 / 2", 2.5, 5),
        ("SUM([m1, m2])", 5, 40),
        ("SUM([m1])", 5, 10),
        ("AVG([m1, m2])", 0, 30),
        ("MAX([m1, m2])", 5, 30),
        ("MIN(METRICS())", 5, 30),
        ("FILL(m1, -1)", -1, 10),
        ("IF(m1 > 7, m2, 100)", 0, 100),
        ("IF(m1 > 7, 3)", 3, 3),
        ("m1 > 7", 0, 1),
        ("TIME_SERIES(7)", 7, 7),
    ],
)
def test_range_with_inputs_that_may_be_missing(text: str, low: float, high: float) -> None:
    assert bounds(parse(text), {"m1": Interval(5, 10), "m2": Interval(20, 30)}) == Interval(low, high)


@pytest.mark.parametrize(
    "text", ["SUM(m1)", "m1 / m2", "ABS(m3)", "m1 ^ 2", "SUM(2 * [m1, m2])", "PERIOD(m3)"]
)
def test_range_that_is_known_by_its_sign(text: str) -> None:
    found = bounds(parse(text), {"m1": Interval(0, 10), "m2": Interval(0, 30)})

    assert (found.low >= 0, found.high) == (True, ANY.high)


@pytest.mark.parametrize("text", ["m3", "1e999", "SUM(m3)", "m1 / m3", "LOG(m1)", "SOMETHING(m1)", "m3 ^ 2"])
def test_range_that_is_not_known(text: str) -> None:
    assert bounds(parse(text), {"m1": Interval(0, 10)}) == ANY


@pytest.mark.parametrize(
    ("text", "only_m1", "none"),
    [
        ("m1 + m2", True, False),
        ("m1 * m2", True, False),
        ("m1 / m2", False, False),
        ("m2 / m1", True, False),
        ("m2 - 5", False, False),
        ("m1 > 5", True, False),
        ("SUM([m1, m2])", True, False),
        ("SUM(METRICS())", True, False),
        ("MAX(m2) + m1", True, False),
        ("FILL(m2, 0)", True, True),
        ("FILL(m2, REPEAT)", None, None),
        ("FILL(m1, REPEAT)", True, None),
        ("IF(m1 > 0, m2, 0)", True, False),
        ("IF(m1 > 0, m2)", None, False),
        ("IF(m2 > 0, m1, 0)", False, False),
        ("TIME_SERIES(0) + m2", True, True),
        ("IF(DAY(m1) < 6, m1, 0)", True, True),
        ("ABS(m2)", False, False),
        ("SOMETHING(m1)", None, None),
    ],
)
def test_data_point_when_inputs_are_missing(text: str, only_m1: bool | None, none: bool | None) -> None:
    assert (has_point(parse(text), {"m1"}), has_point(parse(text), set())) == (only_m1, none)
