"""The judgement itself: alarms before and after, whatever they hold."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from modules.semantics.alarm_rules import children, read_rule
from modules.semantics.logic import (
    AND,
    AT_LEAST,
    ATOM,
    FALSE,
    OR,
    TRUE,
    Term,
    all_of,
    any_of,
    at_least,
    atom,
    implies,
    negated,
)
from ops.review import Effect, review
from ops.review.judges.conditions import implied
from ops.review.judges.metrics import compared as statistics_compared
from ops.review.judges.patterns import Relation
from ops.review.judges.patterns import compared as patterns_compared
from tests.review.builders import ARN, Tree, entry, plan, reviewed, said, values
from tests.review.cases import ALARM, COMPOSITE, FILTER, REVERSED, SUBSCRIPTION, band, math, metric

WEAKENED, STRENGTHENED, UNCLEAR = Effect.WEAKENED, Effect.STRENGTHENED, Effect.UNCLEAR

operators = st.sampled_from(
    [
        "GreaterThanThreshold",
        "GreaterThanOrEqualToThreshold",
        "LessThanThreshold",
        "LessThanOrEqualToThreshold",
    ]
)
actions = st.lists(
    st.sampled_from(["critical", "warning", "info", "elsewhere"]), max_size=2, unique=True
).map(lambda names: sorted(ARN.format(name) for name in names))
tags = st.fixed_dictionaries(
    {},
    optional={
        "Severity": st.sampled_from(["critical", "info", "odd"]),
        "Role": st.sampled_from(["page", "evidence"]),
    },
)


@st.composite
def alarms(draw: st.DrawFn) -> Tree:
    """Metric alarms that CloudWatch would take."""
    of = draw(st.integers(1, 5))
    own = draw(tags)
    statistic = draw(st.sampled_from(["Sum", "Average", "Maximum", "Minimum", "SampleCount", "p50", "p99"]))
    fields: Tree = {
        "statistic": "" if statistic.startswith("p") else statistic,
        "extended_statistic": statistic if statistic.startswith("p") else "",
        "threshold": draw(st.sampled_from([0, 1, 5, 5.5, 100])),
        "comparison_operator": draw(operators),
        "evaluation_periods": of,
        "datapoints_to_alarm": draw(st.sampled_from([None, *range(1, of + 1)])),
        "period": draw(st.sampled_from([60, 300, 900])),
        "treat_missing_data": draw(st.sampled_from(["breaching", "notBreaching", "ignore", "missing"])),
        "actions_enabled": draw(st.booleans()),
        "alarm_actions": draw(actions),
        "ok_actions": draw(actions),
        "dimensions": draw(st.sampled_from([{}, {"FunctionName": "booking"}])),
        "tags": own,
        "tags_all": own,
    }
    made = values(**fields)
    other = draw(st.sampled_from(["plain", "math", "band"]))
    if other == "math":
        names = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True))
        aggregate = draw(st.sampled_from(["SUM", "MAX", "AVG"]))
        made |= math(f"{aggregate}([{', '.join(names)}])", *(metric(name, name) for name in names))
    elif other == "band":
        made |= band(draw(st.sampled_from([1, 2, 3.5])))
    return {name: value for name, value in made.items() if value is not None}


@given(before=alarms(), after=alarms())
@example(before=values(), after=values(evaluation_periods=5, datapoints_to_alarm=4))
def test_reverse_of_any_change_exchanges_weakened_and_strengthened(before: Tree, after: Tree) -> None:
    there = said(reviewed(before, after))
    back = said(reviewed(after, before))
    assert sorted(back) == sorted((REVERSED[effect], aspect) for effect, aspect in there)


@given(before=alarms())
def test_no_change_says_nothing(before: Tree) -> None:
    assert said(reviewed(before, before)) == []


@given(before=alarms(), after=alarms())
def test_any_change_is_said(before: Tree, after: Tree) -> None:
    assume(before != after)
    # These are other writings of the same: no datapoints means all of them, no order in a set.
    for one in (before, after):
        one.setdefault("datapoints_to_alarm", one["evaluation_periods"])
    assume(before != after)
    # Of metric math, names of inputs and the order of a sum say nothing.
    assume(not before["metric_query"] and not after["metric_query"])
    assert said(reviewed(before, after))


def fires(of: int, datapoints: int, breaches: tuple[bool, ...]) -> bool:
    """M of N, as CloudWatch counts."""
    return any(sum(breaches[start : start + of]) >= datapoints for start in range(len(breaches) - of + 1))


pairs = [(datapoints, of) for of in range(1, 5) for datapoints in range(1, of + 1)]


@pytest.mark.parametrize(("old", "new"), list(product(pairs, pairs)))
def test_m_of_n_implies_another_exactly_where_every_series_says_so(
    old: tuple[int, int], new: tuple[int, int]
) -> None:
    padding = (False,) * 4
    series = [padding + breaches + padding for breaches in product((False, True), repeat=old[1])]
    by_hand = all(fires(new[1], new[0], one) for one in series if fires(old[1], old[0], one))
    assert implied(old, new) == by_hand


@given(
    before=st.tuples(operators, st.integers(0, 4), st.sampled_from(pairs)),
    after=st.tuples(operators, st.integers(0, 4), st.sampled_from(pairs)),
    data=st.lists(st.sampled_from([-0.5, 0, 0.5, 1, 2, 3, 4, 4.5]), min_size=8, max_size=8),
)
def test_what_is_not_weakened_still_fires(before: Any, after: Any, data: list[float]) -> None:
    alarm = [
        values(comparison_operator=operator, threshold=threshold, datapoints_to_alarm=m, evaluation_periods=n)
        for operator, threshold, (m, n) in (before, after)
    ]
    effects = {effect for effect, _ in said(reviewed(*alarm))}
    fired = [_fires(one, data) for one in alarm]
    if WEAKENED not in effects:
        assert fired[1] or not fired[0]
    if STRENGTHENED not in effects:
        assert fired[0] or not fired[1]


def _fires(alarm: Tree, data: list[float]) -> bool:
    compare = {
        "GreaterThanThreshold": lambda value, limit: value > limit,
        "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
        "LessThanThreshold": lambda value, limit: value < limit,
        "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
    }[alarm["comparison_operator"]]
    breaches = tuple(compare(value, alarm["threshold"]) for value in data)
    padding = (False,) * 4
    return fires(alarm["evaluation_periods"], alarm["datapoints_to_alarm"], padding + breaches + padding)


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ("Average", "Maximum", 1),
        ("Maximum", "Average", -1),
        ("p99", "p90", -1),
        ("p90", "p99.9", 1),
        ("Maximum", "Sum", 1),
        ("tm90", "tm99", 1),
        ("p50", "Average", None),
        ("Average", "p99", None),
        ("Average", "Sum", None),
        ("Minimum", "Average", 1),
        ("Average", "SampleCount", None),
        ("tm90", "p90", None),
        ("p99", "p101", None),
        ("Average", "nonsense", None),
    ],
)
def test_statistics_have_an_order_where_one_is_never_larger(old: str, new: str, order: int | None) -> None:
    assert statistics_compared(old, new) == order


def queries(expression: str, *inputs: Tree, period: int = 0) -> Tree:
    """An alarm of metric math, as Terraform shows it."""
    result = {"id": "result", "expression": expression, "period": period, "return_data": True, "metric": []}
    read = [one | {"metric": [one["metric"]], "return_data": False, "expression": ""} for one in inputs]
    return values(metric_name="", namespace="", dimensions={}, statistic="", period=0) | {
        "metric_query": [*read, result]
    }


A, B, C = metric("a", "one"), metric("b", "two"), metric("c", "three")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (queries("100*a/b", A, B), queries("100*b/a", A, B)),
        (queries("a-b", A, B), queries("b-a", A, B)),
        (queries("a/b", A, B), queries("a/b", metric("a", "two"), metric("b", "one"))),
        (queries("(a+b)/c", A, B, C), queries("(a+c)/b", A, B, C)),
        (queries("a+b", A, B), queries("SUM([a, b])", A, B)),
        (queries("FIRST([a, b])", A, B), queries("FIRST([b, a])", A, B)),
        (queries("a > 1 && b", A, B), queries("b > 1 && a", A, B)),
        (queries("a ^ b + c", A, B, C), queries("a ^ c + b", A, B, C)),
        (
            queries("MAX([a, b])", metric("a", "one", stat="p99"), metric("b", "one", stat="Average")),
            queries("MAX([b])", metric("a", "one", stat="p99"), metric("b", "one", stat="Average")),
        ),
        (
            queries("a/b", metric("a", "one", period=60), metric("b", "two", period=300)),
            queries("a/b", metric("a", "one", period=300), metric("b", "two", period=60)),
        ),
    ],
)
def test_other_math_over_the_same_metrics_is_unclear(old: Tree, new: Tree) -> None:
    assert said(reviewed(old, new)) == [(UNCLEAR, "expression")]
    assert said(reviewed(new, old)) == [(UNCLEAR, "expression")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (queries("SUM([a, b])", A, B), queries("SUM([b,a])", A, B)),
        (queries("a + (b + c)", A, B, C), queries("c+b + a", A, B, C)),
        (queries("a/b", A, B), queries("one/other", metric("one", "one"), metric("other", "two"))),
        (queries("a > 1 && b", A, B), queries("c > 1 && b", metric("c", "one"), B)),
        (queries("a", A), queries("SUM([a])", A)),
    ],
)
def test_same_math_in_another_writing_changes_nothing(old: Tree, new: Tree) -> None:
    assert said(reviewed(old, new)) == [(Effect.UNAFFECTED, "metric")]


def test_lost_input_is_told_once_whatever_is_called_how() -> None:
    old, new = (
        queries("SUM([a, b, c])", A, B, C),
        queries("SUM([b, a])", metric("b", "one"), metric("a", "two")),
    )
    assert said(reviewed(old, new)) == [(WEAKENED, "metric")]
    assert said(reviewed(new, old)) == [(STRENGTHENED, "metric")]


def test_math_over_all_metrics_reads_each_of_them() -> None:
    found = said(reviewed(queries("SUM(METRICS())", A, B), queries("SUM(METRICS())", A)))
    assert found == [(WEAKENED, "metric"), (UNCLEAR, "expression")]


def test_math_over_some_metrics_reads_these_alone() -> None:
    old, new = queries('SUM(METRICS("a"))', A, B), queries('SUM(METRICS("a"))', A, C)
    assert said(reviewed(old, new)) == [(UNCLEAR, "expression")]
    found = reviewed(queries("SUM(METRICS())", A, B), queries('SUM(METRICS("a"))', A, B))
    assert said(found) == [(WEAKENED, "metric"), (UNCLEAR, "expression")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (queries("a > 1 && b", A, B), queries("(b AND a>1.0)", A, B)),
        (queries("100*a/b", A, B), queries("a * 1e2 / b", A, B)),
        (queries("a ^ 2", A), queries("(a)^2", A)),
        (queries("INSIGHT_RULE_METRIC('r', 's')"), queries('INSIGHT_RULE_METRIC("r","s")')),
    ],
)
def test_same_math_in_the_spelling_of_metric_math_changes_nothing(old: Tree, new: Tree) -> None:
    assert said(reviewed(old, new)) == [(Effect.UNAFFECTED, "metric")]


def test_statistic_under_a_comparison_still_has_a_side() -> None:
    old, new = (queries("(100 * a) > 5", metric("a", "one", stat=stat)) for stat in ("p99", "p90"))
    assert said(reviewed(old, new)) == [(WEAKENED, "statistic")]


def learned(query: str) -> Tree:
    """An alarm that compares one metric with the band of one of two."""
    made = queries(f"ANOMALY_DETECTION_BAND({query}, 2)", A, B)
    made["metric_query"][0]["return_data"] = True
    return made | {"threshold_metric_id": "result", "comparison_operator": "GreaterThanUpperThreshold"}


def test_band_of_another_metric_is_unclear() -> None:
    assert said(reviewed(learned("a"), learned("b"))) == [(UNCLEAR, "expression")]


def test_period_of_a_query_is_a_period() -> None:
    select = 'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)'
    found = reviewed(queries(select, period=60), queries(select, period=3600))
    assert [(one.effect, one.aspect, one.old, one.new) for one in found.verdicts] == [
        (UNCLEAR, "period", "1 min", "1 h")
    ]


def test_other_period_and_statistic_of_another_metric_are_told_too() -> None:
    found = reviewed(values(), values(metric_name="Errors", period=3600, statistic="Sum"))
    assert {(UNCLEAR, "period"), (UNCLEAR, "statistic"), (WEAKENED, "metric")} <= set(said(found))


# What is hidden or not known yet.
TARGET = ARN.format("critical")


@pytest.mark.parametrize(
    ("change", "effects"),
    [
        ({"alarm_actions": []}, [(WEAKENED, "silence")]),
        ({"alarm_actions": [ARN.format("info")]}, [(UNCLEAR, "actions")]),
        ({"dimensions": {"FunctionName": "other"}}, [(WEAKENED, "metric"), (STRENGTHENED, "metric")]),
        ({"namespace": "Other"}, [(WEAKENED, "metric"), (STRENGTHENED, "metric")]),
        ({"statistic": "Minimum"}, [(UNCLEAR, "statistic")]),
        ({"period": 86400}, [(UNCLEAR, "period")]),
        ({"threshold": 9}, [(UNCLEAR, "threshold")]),
        ({"evaluation_periods": 9}, [(UNCLEAR, "m_of_n")]),
        ({"treat_missing_data": "ignore"}, [(UNCLEAR, "missing_data")]),
        ({"actions_enabled": False}, [(UNCLEAR, "silence")]),
        ({"metric_query": queries("a", A)["metric_query"]}, [(UNCLEAR, "metric")]),
    ],
)
@pytest.mark.parametrize("side", ["before_sensitive", "after_sensitive"])
def test_sensitive_value_that_changes_is_told(change: Tree, effects: Any, side: str) -> None:
    marks = {side: dict.fromkeys(change, True)}
    found = reviewed(values(), values(**change), **marks)
    assert said(found) == effects
    assert said(reviewed(values(), values(), **marks)) == []
    back = reviewed(values(**change), values(), **marks)
    assert sorted(said(back)) == sorted((REVERSED[effect], aspect) for effect, aspect in effects)


def test_sensitive_tags_that_change_are_told() -> None:
    tags = {"Severity": "info", "Role": "page"}
    marks = {"after_sensitive": {"tags": True, "tags_all": True}}
    found = reviewed(values(), values(tags=tags, tags_all=tags, ok_actions=[TARGET]), **marks)
    assert (UNCLEAR, "tags") in said(found)


def test_dimension_that_looks_like_a_secret_is_compared() -> None:
    found = reviewed(values(dimensions={"ApiKey": "one"}), values(dimensions={"ApiKey": "two"}))
    assert said(found) == [(WEAKENED, "metric"), (STRENGTHENED, "metric")]
    assert {one.old for one in found.verdicts} == {"AWS/Lambda Duration (ApiKey=(sensitive))"}


def transformed(**changes: Any) -> Tree:
    return {
        "name": "lab",
        "log_group_name": "/lab",
        "pattern": "ERROR",
        "metric_transformation": [{"name": "Lab", "namespace": "Lab", "value": "1"} | changes],
    }


def test_dimension_of_a_filter_that_looks_like_a_secret_is_compared() -> None:
    old, new = (transformed(dimensions={"Token": f"$.{name}"}) for name in "ab")
    assert said(reviewed(old, new, kind=FILTER)) == [(WEAKENED, "metric"), (STRENGTHENED, "metric")]


def test_subscription_to_another_sensitive_topic_is_told() -> None:
    old, new = (
        {"topic_arn": ARN.format(name), "protocol": "sqs", "endpoint": "arn:x"}
        for name in ("critical", "info")
    )
    found = reviewed(old, new, kind=SUBSCRIPTION, after_sensitive={"topic_arn": True})
    assert said(found) == [(WEAKENED, "subscriber"), (STRENGTHENED, "subscriber")]


def test_dimension_that_is_not_known_yet_is_unclear() -> None:
    gap = {"after_unknown": {"dimensions": {"FunctionName": True}}}
    found = reviewed(values(), values(dimensions={}), **gap)
    assert said(found) == [(UNCLEAR, "metric")]
    assert said(reviewed(values(), values(dimensions={}, metric_name="Errors"), **gap)) == [
        (WEAKENED, "metric"),
        (STRENGTHENED, "metric"),
    ]


def test_dimensions_that_are_not_known_yet_are_unclear() -> None:
    after = {name: value for name, value in values().items() if name != "dimensions"}
    (found,) = reviewed(values(), after, after_unknown={"dimensions": True}).verdicts
    assert found.effect is UNCLEAR
    assert found.new == "AWS/Lambda Duration (dimensions known after apply)"


def configured(kind: str = ALARM) -> Tree:
    """The configuration of a resource whose blocks are all `dynamic`: Terraform shows none of them."""
    one = {"address": f"{kind}.one", "expressions": {"threshold": {"constant_value": 1}}}
    return {"configuration": {"root_module": {"resources": [one]}}}


@pytest.mark.parametrize(
    ("kind", "block", "before", "aspect"),
    [
        (ALARM, "metric_query", queries("a", A)["metric_query"], "metric"),
        (ALARM, "metric_query", [], "metric"),
        (FILTER, "metric_transformation", transformed()["metric_transformation"], "metric"),
        (COMPOSITE, "actions_suppressor", [{"alarm": "deploying"}], "suppressor"),
        ("unheard_of", "parts", [{"name": "a"}], "parts"),
    ],
)
def test_dynamic_block_that_is_not_known_yet_is_told(kind: str, block: str, before: Any, aspect: str) -> None:
    change = entry({"name": "x", block: before}, {"name": "x"}, kind=kind, after_unknown={block: True})
    found = review(plan(change, **configured(kind))).verdicts
    (one,) = (one for one in found if one.aspect == aspect)
    assert one.effect is (Effect.CHANGED if kind == "unheard_of" else UNCLEAR)
    assert "known after apply" in one.new + one.note
    assert WEAKENED not in {one.effect for one in found}


def test_attribute_that_the_provider_works_out_anew_is_nothing() -> None:
    change = entry(values(arn="old"), values(), after_unknown={"arn": True})
    assert review(plan(change, **configured())).verdicts == ()


def test_published_metric_that_is_not_known_yet_is_unclear() -> None:
    after = transformed()
    del after["metric_transformation"][0]["name"]
    gap = {"metric_transformation": [{"name": True}]}
    assert said(reviewed(transformed(), after, kind=FILTER, after_unknown=gap)) == [(UNCLEAR, "metric")]


@pytest.mark.parametrize("name", ["threshold", "period", "evaluation_periods"])
@pytest.mark.parametrize("size", [10**400, -(10**400)])
def test_number_of_any_length_is_reviewed(name: str, size: int) -> None:
    there, back = reviewed(values(), values(**{name: size})), reviewed(values(**{name: size}), values())
    assert said(there)
    assert sorted(said(back)) == sorted((REVERSED[effect], aspect) for effect, aspect in said(there))


CRITICAL, WARNING, INFO = (ARN.format(name) for name in ("critical", "warning", "info"))
PAGER, OTHER_PAGER = (f"arn:aws:sns:us-east-1:444455556666:{name}" for name in ("pager", "other"))
CHANGED, UNCLEAR = Effect.CHANGED, Effect.UNCLEAR


@pytest.mark.parametrize(
    ("old", "new", "effects"),
    [
        ([CRITICAL, WARNING], [CRITICAL, INFO], [WEAKENED]),
        ([CRITICAL, WARNING], [CRITICAL], [WEAKENED]),
        ([WARNING], [CRITICAL, WARNING], [STRENGTHENED]),
        ([CRITICAL], [WARNING, INFO], [WEAKENED, STRENGTHENED]),
        ([CRITICAL, WARNING], [INFO, WARNING], [WEAKENED]),
        # What no tag ranks may be anything; nothing is more urgent than critical.
        ([PAGER], [INFO], [UNCLEAR]),
        ([PAGER], [INFO, WARNING], [UNCLEAR]),
        ([PAGER], [OTHER_PAGER], [UNCLEAR]),
        ([PAGER, INFO], [OTHER_PAGER, WARNING], [UNCLEAR]),
        ([PAGER, WARNING], [PAGER, INFO], [WEAKENED]),
        ([PAGER], [PAGER, INFO], [STRENGTHENED]),
        ([PAGER, INFO], [INFO], [WEAKENED]),
        ([CRITICAL], [PAGER], [WEAKENED]),
    ],
)
def test_rerouting_holds_those_who_are_lost_against_those_who_are_gained(
    old: list[str], new: list[str], effects: list[Effect]
) -> None:
    there = said(reviewed(values(alarm_actions=old), values(alarm_actions=new)))
    back = said(reviewed(values(alarm_actions=new), values(alarm_actions=old)))
    assert there == [(effect, "actions") for effect in effects]
    assert sorted(back) == sorted((REVERSED[effect], "actions") for effect in effects)


def test_topic_of_the_same_urgency_is_only_another_one() -> None:
    twin = ARN.format("critical-twin")
    tags = {"Route": "critical"}
    kept = {"arn": twin, "name": "critical-twin", "tags": tags, "tags_all": tags}
    change = entry(values(), values(alarm_actions=[twin]))
    other = entry(kept, kept, kind="aws_sns_topic", name="twin", actions=["no-op"])
    assert said(review(plan(other, change))) == [(CHANGED, "actions")]


def test_tag_that_falls_while_somebody_else_is_told_too_is_said() -> None:
    tags = {"Severity": "info", "Role": "page"}
    after = values(alarm_actions=[CRITICAL, INFO], tags=tags, tags_all=tags)
    assert said(reviewed(values(), after)) == [(WEAKENED, "severity"), (STRENGTHENED, "actions")]


# Propositions.
names = st.sampled_from("abc")
terms: st.SearchStrategy[Term] = st.recursive(
    names.map(atom) | st.sampled_from([TRUE, FALSE]),
    lambda inner: (
        st.lists(inner, max_size=3).map(all_of)
        | st.lists(inner, max_size=3).map(any_of)
        | st.builds(at_least, st.integers(-1, 4), st.lists(inner, max_size=4))
        | inner.map(negated)
    ),
    max_leaves=8,
)


def holds(term: Term, world: dict[str, bool]) -> bool:
    if term.operator == ATOM:
        return world[term.name]
    if term.operator == AND:
        return all(holds(part, world) for part in term.parts)
    if term.operator == AT_LEAST:
        return sum(holds(part, world) for part in term.parts) >= term.least
    if term.operator == OR:
        return any(holds(part, world) for part in term.parts)
    return not holds(next(iter(term.parts)), world)


WORLDS = [dict(zip("abc", bits, strict=True)) for bits in product((False, True), repeat=3)]


@given(one=terms, other=terms)
def test_implication_is_true_where_it_is_affirmed(one: Term, other: Term) -> None:
    if implies(one, other):
        assert all(holds(other, world) for world in WORLDS if holds(one, world))


@given(one=terms)
def test_negation_is_the_opposite(one: Term) -> None:
    assert all(holds(negated(one), world) != holds(one, world) for world in WORLDS)


@given(one=terms)
def test_everything_implies_itself_and_false_implies_everything(one: Term) -> None:
    assert implies(one, one)
    assert implies(FALSE, one)
    assert implies(one, TRUE)


@pytest.mark.parametrize(
    ("rule", "same"),
    [
        ('ALARM("a") OR ALARM(b)', 'ALARM("b") OR ALARM(a)'),
        ('NOT (ALARM("a") OR OK("b"))', 'NOT ALARM("a") AND NOT OK("b")'),
        (
            'ALARM("a") AND ALARM("b") OR ALARM("c")',
            '(ALARM("b") AND ALARM("a")) OR (ALARM("c"))',
        ),
        ('ALARM("arn:aws:cloudwatch:us-east-1:111122223333:alarm:a b")', 'ALARM("a b")'),
        ("TRUE", "NOT FALSE"),
        ("AT_LEAST(1, ALARM, (a, b))", "ALARM(a) OR ALARM(b)"),
        (r'ALARM("a\"b")', r'ALARM("a\"b") OR ALARM("a\"b")'),
        ('AT_LEAST(2, OK, ("a (old)", b))', 'OK("a (old)") AND OK(b)'),
        ("AT_LEAST(2, ALARM, (c, a, b))", 'AT_LEAST(66%, ALARM, ("a",b,"c"))'),
        ('AT_LEAST("50%", ALARM, (a, b, c))', "AT_LEAST(2, ALARM, (a, b, c))"),
        ("AT_LEAST(2, NOT ALARM, (a, b, c))", "NOT AT_LEAST(2, ALARM, (a, b, c))"),
        (
            "AT_LEAST(2, ALARM, (arn:aws:cloudwatch:us-east-1:111122223333:alarm:a, b, c)) OR OK(a)",
            "OK(a) OR AT_LEAST(2, ALARM, (a, b, c))",
        ),
    ],
)
def test_rules_that_say_the_same_read_the_same(rule: str, same: str) -> None:
    assert read_rule(rule) is not None
    assert read_rule(rule) == read_rule(same)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "ALARM(a",
        "ALARM(a) ALARM(b)",
        "ALARM(a) OR",
        "XALARM(a)",
        "(ALARM(a)",
        "AT_LEAST(2, ALARM, ())",
        "AT_LEAST(5, ALARM, (a, b))",
        "AT_LEAST(0, ALARM, (a, b))",
        "AT_LEAST(2, ALARM, (a b))",
        "AT_LEAST(2, ALARM, (a, a))",
        "AT_LEAST(ALARM, (a, b))",
        "AT_LEAST(2, WARNING, (a, b))",
        5,
        None,
    ],
)
def test_what_is_no_rule_is_not_guessed_at(rule: Any) -> None:
    assert read_rule(rule) is None


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("AT_LEAST(2, ALARM, (a, b, c))", "AT_LEAST(3, ALARM, (a, b, c, d))", WEAKENED),
        ("AT_LEAST(2, ALARM, (a, b, c))", "AT_LEAST(2, ALARM, (a, b, c, d))", STRENGTHENED),
        ("AT_LEAST(50%, ALARM, (a, b, c, d))", "AT_LEAST(51%, ALARM, (a, b, c, d))", WEAKENED),
        ("ALARM(a) OR ALARM(b) OR ALARM(c)", "AT_LEAST(2, ALARM, (a, b, c))", WEAKENED),
        ("ALARM(a) AND ALARM(b)", "AT_LEAST(2, ALARM, (a, b, c))", STRENGTHENED),
        ("AT_LEAST(2, ALARM, (a, b, c))", "AT_LEAST(2, ALARM, (a, b, c)) AND NOT ALARM(d)", WEAKENED),
        ("AT_LEAST(2, ALARM, (a, b, c))", "AT_LEAST(2, OK, (a, b, c))", UNCLEAR),
        (
            "AT_LEAST(2, ALARM, (a, b, c))",
            "ALARM(a) AND ALARM(b) OR ALARM(a) AND ALARM(c) OR ALARM(b) AND ALARM(c)",
            Effect.UNAFFECTED,
        ),
    ],
)
def test_rule_of_a_number_of_alarms_is_compared(old: str, new: str, effect: Effect) -> None:
    rules = [{"alarm_name": "c", "alarm_rule": rule} for rule in (old, new)]
    assert said(reviewed(*rules, kind=COMPOSITE)) == [(effect, "rule")]


def test_rule_of_many_alarms_is_compared() -> None:
    names = ", ".join(f'"{number}"' for number in range(100))
    one, other = (read_rule(f"AT_LEAST({least}, ALARM, ({names}))") for least in (40, 60))
    assert one is not None
    assert other is not None
    assert (implies(one, other), implies(other, one)) == (False, True)


def test_children_of_a_rule_are_its_alarms() -> None:
    rule = read_rule('AT_LEAST(2, NOT OK, (a, "b c", d)) OR NOT ALARM("a") AND INSUFFICIENT_DATA(e)')
    assert rule is not None
    assert children(rule) == {"a", "b c", "d", "e"}


def test_rule_of_any_depth_ends() -> None:
    deep = "(" * 9000 + "ALARM(a)" + ")" * 9000
    assert read_rule(deep) is None
    wide = " OR ".join(f'ALARM("{number}")' for number in range(500))
    one, other = read_rule(wide), read_rule(f'{wide} OR ALARM("more")')
    assert one is not None
    assert other is not None
    assert (implies(one, other), implies(other, one)) == (True, False)


# Filter policies.
strings = st.sampled_from(["ALARM", "OK", "INSUFFICIENT_DATA"])
conditions = st.lists(strings, min_size=1, max_size=3, unique=True) | st.lists(
    strings, min_size=1, max_size=2, unique=True
).map(lambda names: [{"anything-but": names}])
filters = st.dictionaries(st.sampled_from(["NewStateValue", "OldStateValue"]), conditions, max_size=2)
MESSAGES = [
    {"NewStateValue": new, "OldStateValue": old}
    for new, old in product(("ALARM", "OK", "INSUFFICIENT_DATA", "OTHER"), repeat=2)
]


def passes(policy: Tree, message: dict[str, str]) -> bool:
    return all(any(_matches(one, message[key]) for one in wanted) for key, wanted in policy.items())


def _matches(condition: Any, value: str) -> bool:
    return value not in condition["anything-but"] if isinstance(condition, dict) else value == condition


@given(old=filters, new=filters)
def test_filter_that_is_said_to_be_narrower_lets_nothing_new_through(old: Tree, new: Tree) -> None:
    relation = patterns_compared(old, new)
    before = [message for message in MESSAGES if passes(old, message)]
    after = [message for message in MESSAGES if passes(new, message)]
    if relation in (Relation.LESS, Relation.SAME):
        assert all(message in before for message in after)
    if relation in (Relation.MORE, Relation.SAME):
        assert all(message in after for message in before)
    assert (patterns_compared(old, old), patterns_compared(new, new)) == (Relation.SAME, Relation.SAME)


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        (None, {"a": ["x"]}, Relation.LESS),
        ({"a": ["x", "y"]}, {"a": ["x"]}, Relation.LESS),
        ({"a": ["x"]}, {"a": ["x"], "b": ["y"]}, Relation.LESS),
        ({"a": [{"anything-but": ["x"]}]}, {"a": [{"anything-but": ["x", "y"]}]}, Relation.LESS),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"$or": [{"a": ["x"]}]}, Relation.LESS),
        ([{"pattern": "a"}, {"pattern": "b"}], [{"pattern": "a"}], Relation.LESS),
        (None, [{"pattern": "a"}], Relation.LESS),
        ({"detail": {"a": ["x", "y"]}}, {"detail": {"a": ["x"]}}, Relation.LESS),
        ({"a": ["x"]}, {"a": ["y"]}, Relation.UNCLEAR),
        ({"a": ["x"], "b": ["y", "z"]}, {"a": ["x", "w"], "b": ["y"]}, Relation.UNCLEAR),
        ({"a": [{"prefix": "x"}]}, {"a": [{"prefix": "xy"}]}, Relation.UNCLEAR),
    ],
)
def test_filter_policies_compare_by_keys_and_values(old: Any, new: Any, relation: Relation) -> None:
    opposite = {Relation.LESS: Relation.MORE, Relation.MORE: Relation.LESS}
    assert patterns_compared(old, new) is relation
    assert patterns_compared(new, old) is opposite.get(relation, relation)


SUBSCRIBED = {"protocol": "email", "endpoint": "a@team.example", "topic_arn": TARGET}


def test_subscriber_of_a_topic_that_is_not_known_is_unclear() -> None:
    marks = {"kind": SUBSCRIPTION, "after_unknown": {"topic_arn": True}}
    found = reviewed(SUBSCRIBED, SUBSCRIBED | {"topic_arn": None}, **marks)
    assert said(found) == [(UNCLEAR, "subscriber")]


@pytest.mark.parametrize(("statistic", "operator"), [("Maximum", "Greater"), ("Minimum", "Less")])
def test_one_value_beyond_is_enough_in_periods_of_any_length(statistic: str, operator: str) -> None:
    alarm = {"statistic": statistic, "comparison_operator": f"{operator}ThanThreshold"}
    once = alarm | {"evaluation_periods": 1, "datapoints_to_alarm": 1}
    (found,) = reviewed(values(**once, period=600), values(**once, period=300)).verdicts
    assert (found.effect, found.text) == (STRENGTHENED, "reacts sooner")
    assert WEAKENED in {effect for effect, _ in said(reviewed(values(**alarm), values(**alarm, period=60)))}
