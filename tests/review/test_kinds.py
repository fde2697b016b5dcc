"""Subscriptions, schedules, filters, functions and the rest: which way a change of each goes."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.semantics import parse_pattern
from modules.semantics.logic import implies
from ops.review import Effect, review
from ops.review.judges.log_patterns import propositions
from tests.review.builders import ARN, Tree, entry, plan, reviewed, said
from tests.review.cases import FILTER, FUNCTION, QUEUE, REVERSED, SCHEDULE, SUBSCRIPTION

WEAKENED, STRENGTHENED, UNCLEAR = Effect.WEAKENED, Effect.STRENGTHENED, Effect.UNCLEAR
CHANGED, UNAFFECTED = Effect.CHANGED, Effect.UNAFFECTED
CANARY, EVENTS, BUDGET = "aws_synthetics_canary", "aws_db_event_subscription", "aws_budgets_budget"
STREAM, SAMPLING = "aws_cloudwatch_metric_stream", "aws_xray_sampling_rule"
CRITICAL, INFO = ARN.format("critical"), ARN.format("info")
DAWN = "2099-01-01T04:00:00Z"
LAMBDA = {"namespace": "AWS/Lambda", "metric_names": []}
QUEUES = {"namespace": "AWS/SQS", "metric_names": []}


def canary(expression: str = "rate(5 minutes)", seconds: int | None = 0) -> Tree:
    return {"name": "c", "schedule": [{"expression": expression, "duration_in_seconds": seconds}]}


def runs(expression: str, zone: str | None = None) -> Tree:
    return {"name": "s", "schedule_expression": expression, "schedule_expression_timezone": zone}


def published(value: str) -> Tree:
    return {"name": "f", "metric_transformation": [{"name": "m", "namespace": "n", "value": value}]}


def logging(level: str) -> Tree:
    return {"function_name": "f", "logging_config": [{"log_format": "JSON", "application_log_level": level}]}


def costs(**filters: list[str]) -> Tree:
    return {"name": "b", "cost_filter": [{"name": name, "values": found} for name, found in filters.items()]}


def tries(count: int, arn: str = "d") -> Tree:
    found = {"deadLetterTargetArn": arn, "maxReceiveCount": count}
    return {"name": "q", "redrive_policy": json.dumps(found)}


def pattern(text: str) -> Tree:
    return {"name": "f", "pattern": text}


@pytest.mark.parametrize(
    ("kind", "before", "after", "effects"),
    [
        (CANARY, {"start_canary": True}, {"start_canary": None}, [WEAKENED]),
        (CANARY, {"start_canary": None}, {"start_canary": False}, []),
        (CANARY, canary(), canary("rate(0 minute)"), [WEAKENED]),
        (CANARY, canary("rate(1 hour)"), canary("rate(0 hours)"), [WEAKENED]),
        (CANARY, canary(), canary(seconds=300), [WEAKENED]),
        (CANARY, canary(seconds=300), canary(seconds=60), [WEAKENED]),
        (CANARY, canary(seconds=None), canary(seconds=0), []),
        (SCHEDULE, runs("rate(5 minutes)"), runs("cron(0 0 1 1 ? *)"), [WEAKENED]),
        (SCHEDULE, runs("rate(1 day)"), runs("cron(0 9 ? * MON-FRI *)"), [WEAKENED]),
        (SCHEDULE, runs("rate(1 day)"), runs("cron(0 9 * * ? *)"), [UNCLEAR]),
        (SCHEDULE, runs("cron(0 9 * * ? *)"), runs("cron(0 8 * * ? *)"), [UNCLEAR]),
        (SCHEDULE, runs("cron(0 9 * * ? *)"), runs("cron(0 9 ? * * *)"), []),
        (SCHEDULE, runs("cron(0 9 ? * MON-FRI *)"), runs("cron(0 9 ? * 2-6 *)"), []),
        (SCHEDULE, runs("cron(0 9 * * ? *)"), runs("cron(0 9 * * ? 2099)"), [WEAKENED]),
        (SCHEDULE, runs("cron(0 9 * * ? *)"), runs("at(2099-01-01T09:00:00)"), [WEAKENED]),
        (SCHEDULE, runs("at(2099-01-01T09:00:00)"), runs("at(2099-01-01T10:00:00)"), [UNCLEAR]),
        (SCHEDULE, runs("rate(60 minutes)"), runs("rate(1 hour)"), []),
        (SCHEDULE, runs("rate(5 minutes)"), runs("rate(five minutes)"), [UNCLEAR]),
        (SCHEDULE, runs("cron(0 9 * * ? *)", None), runs("cron(0 9 * * ? *)", "UTC"), []),
        (SCHEDULE, runs("cron(0 9 * * ? *)", "UTC"), runs("cron(0 9 * * ? *)", "Europe/Paris"), [UNCLEAR]),
        (SCHEDULE, runs("rate(1 hour)", "UTC"), runs("rate(1 hour)", "Europe/Paris"), [UNAFFECTED]),
        (SCHEDULE, {"start_date": None}, {"start_date": "2099-01-01T00:00:00Z"}, [WEAKENED]),
        (SCHEDULE, {"start_date": DAWN}, {"start_date": "2099-01-01T07:00:00+02:00"}, [WEAKENED]),
        (SCHEDULE, {"start_date": DAWN}, {"start_date": "2099-01-01T05:00:00+01:00"}, []),
        (SCHEDULE, {"end_date": None}, {"end_date": DAWN}, [WEAKENED]),
        (SCHEDULE, {"end_date": DAWN}, {"end_date": "2098-01-01T00:00:00Z"}, [WEAKENED]),
        (SCHEDULE, {"end_date": DAWN}, {"end_date": "some day"}, [UNCLEAR]),
        (EVENTS, {"event_categories": []}, {"event_categories": ["failure"]}, [WEAKENED]),
        (EVENTS, {"event_categories": ["failure", "low"]}, {"event_categories": ["low"]}, [WEAKENED]),
        (EVENTS, {"source_ids": None}, {"source_ids": ["one"]}, [WEAKENED]),
        (EVENTS, {"sns_topic": CRITICAL}, {"sns_topic": INFO}, [WEAKENED]),
        (EVENTS, {"sns_topic": "arn:a:one"}, {"sns_topic": "arn:a:two"}, [UNCLEAR]),
        (STREAM, {"exclude_filter": []}, {"exclude_filter": [LAMBDA]}, [WEAKENED]),
        (STREAM, {"exclude_filter": [LAMBDA]}, {"exclude_filter": [LAMBDA, QUEUES]}, [WEAKENED]),
        (STREAM, {"exclude_filter": [LAMBDA]}, {"exclude_filter": [QUEUES]}, [UNCLEAR]),
        (STREAM, {"include_filter": []}, {"include_filter": [LAMBDA]}, [WEAKENED]),
        (STREAM, {"include_filter": [LAMBDA, QUEUES]}, {"include_filter": [LAMBDA]}, [WEAKENED]),
        (BUDGET, costs(), costs(Service=["x"]), [WEAKENED]),
        (BUDGET, costs(Service=["x"]), costs(Service=["x"], Region=["y"]), [WEAKENED]),
        (BUDGET, costs(Service=["x", "y"]), costs(Service=["x"]), [WEAKENED]),
        (BUDGET, costs(Service=["x"]), costs(Region=["y"]), [UNCLEAR]),
        (SAMPLING, {"reservoir_size": 100}, {"reservoir_size": 0}, [WEAKENED]),
        (SAMPLING, {"fixed_rate": 0.5}, {"fixed_rate": 0.1}, [WEAKENED]),
        (FUNCTION, logging("INFO"), logging("FATAL"), [WEAKENED]),
        (FUNCTION, logging("INFO"), logging("${var.level}"), [UNCLEAR]),
        (FILTER, published("1"), published("0"), [WEAKENED]),
        (FILTER, published("$.latency"), published("0.0"), [WEAKENED]),
        (FILTER, published("1"), published("2"), [UNCLEAR]),
        (QUEUE, tries(3), tries(1000), [CHANGED]),
        (QUEUE, tries(3), tries(3, "other"), [CHANGED]),
        (
            QUEUE,
            {"sqs_managed_sse_enabled": True, "kms_master_key_id": None},
            {"sqs_managed_sse_enabled": None, "kms_master_key_id": "k"},
            [STRENGTHENED, UNAFFECTED],
        ),
        (QUEUE, {"sqs_managed_sse_enabled": True}, {"sqs_managed_sse_enabled": False}, [WEAKENED]),
    ],
)
def test_change_and_its_reverse_go_opposite_ways(
    kind: str, before: Tree, after: Tree, effects: list[Effect]
) -> None:
    there = [effect for effect, _ in said(reviewed(before, after, kind=kind))]
    back = [effect for effect, _ in said(reviewed(after, before, kind=kind))]
    assert there == effects
    assert sorted(back) == sorted(REVERSED[effect] for effect in effects)


def test_queue_whose_key_may_come_to_nothing_may_lose_its_encryption() -> None:
    found = reviewed(
        {"sqs_managed_sse_enabled": True},
        {"sqs_managed_sse_enabled": False},
        kind=QUEUE,
        after_unknown={"kms_master_key_id": True},
    )
    assert (UNCLEAR, "sqs_managed_sse_enabled") in said(found)
    assert (WEAKENED, "sqs_managed_sse_enabled") not in said(found)


def subscriber(protocol: str, **parts: Any) -> Tree:
    return {"topic_arn": CRITICAL, "protocol": protocol, "endpoint": "one"} | parts


@pytest.mark.parametrize(
    ("values", "effect"),
    [
        (subscriber("email"), WEAKENED),
        (subscriber("email-json"), WEAKENED),
        (subscriber("http"), WEAKENED),
        (subscriber("https", endpoint_auto_confirms=False), WEAKENED),
        (subscriber("https", endpoint_auto_confirms=True), CHANGED),
        (subscriber("sqs"), CHANGED),
        (subscriber("lambda"), CHANGED),
    ],
)
def test_subscriber_that_has_to_confirm_again_hears_nothing_until_then(values: Tree, effect: Effect) -> None:
    (found,) = reviewed(values, values, kind=SUBSCRIPTION, actions=["delete", "create"]).verdicts
    assert (found.effect, found.aspect) == (effect, "replacement")
    assert ("until it has confirmed again" in found.note) == (effect is WEAKENED)


def test_subscription_to_another_hidden_topic_is_another_subscriber() -> None:
    marks = {"before_sensitive": {"topic_arn": True}, "after_sensitive": {"topic_arn": True}}
    after = subscriber("sqs", topic_arn=INFO)
    assert said(reviewed(subscriber("sqs"), after, kind=SUBSCRIPTION, **marks)) == [
        (WEAKENED, "subscriber"),
        (STRENGTHENED, "subscriber"),
    ]


def test_hidden_parts_are_compared() -> None:
    def hidden(key: str, old: Any, new: Any, kind: str) -> list[tuple[Effect, str]]:
        marks = {"before_sensitive": {key: [True]}, "after_sensitive": {key: [True]}}
        return said(review(plan(entry({key: [old]}, {key: [new]}, kind=kind, **marks))))

    assert hidden("event_categories", "one", "two", EVENTS) == [
        (WEAKENED, "event_categories"),
        (STRENGTHENED, "event_categories"),
    ]
    assert hidden("include_filter", LAMBDA, QUEUES, STREAM) == [(UNCLEAR, "include_filter")]


def test_metric_with_another_secret_dimension_is_another_metric() -> None:
    before, after = published("1"), published("1")
    before["metric_transformation"][0]["dimensions"] = {"Token": "$.a"}
    after["metric_transformation"][0]["dimensions"] = {"Token": "$.b"}
    assert said(reviewed(before, after, kind=FILTER)) == [(WEAKENED, "metric"), (STRENGTHENED, "metric")]


LONG = "x" * 300


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("ERROR", "ERROR -timeout", WEAKENED),
        ("ERROR", "ERROR critical", WEAKENED),
        ("ERROR", "ERRORS", WEAKENED),
        ("-ERRORS", "-ERROR", WEAKENED),
        ("?ERROR ?WARN", "?ERROR", WEAKENED),
        ("?ERROR ?WARN", "ERROR WARN", WEAKENED),
        ("", "ERROR", WEAKENED),
        ("ERROR", 'ERROR " "', WEAKENED),
        ("", '" "', WEAKENED),
        ("ERROR WARN", "WARN ERROR", UNAFFECTED),
        ("ERROR -timeout", "ERROR-timeout", UNAFFECTED),
        ("{ $.codes[*] = 5 }", "{ $.codes.* = 5 }", UNAFFECTED),
        ("{ $.codes[*] != 5 }", "{ $.codes[*] = 5 }", UNCLEAR),
        ("ERROR ?WARN", "ERROR", UNAFFECTED),
        ("ERROR", "WARN", UNCLEAR),
        ("ERROR", "error", UNCLEAR),
        ("ERROR", '{ $.level = "ERROR" }', UNCLEAR),
        ("[a, b]", "[a, b=5*]", UNCLEAR),
        ("{ $.latency > 100 }", "{ $.latency > 1000 }", WEAKENED),
        ("{ $.latency >= 100 }", "{ $.latency > 100 }", WEAKENED),
        ("{ $.latency > 100 }", "{ $.latency > 100.0 }", UNAFFECTED),
        ("{ $.latency < 100 }", "{ $.latency <= 99 }", WEAKENED),
        ("{ $.latency > 100 }", "{ $.latency > 1000 && $.level = ERROR }", WEAKENED),
        ("{ $.latency > 100 }", "{ $.latency < 1000 }", UNCLEAR),
        ("{ $.latency > 100 }", "{ $.duration > 1000 }", UNCLEAR),
        ('{ $.level = "E*" }', '{ $.level = "ERROR" }', WEAKENED),
        ('{ $.level = "E*" }', '{ $.level = "WARN" }', UNCLEAR),
        ('{ $.level != "E*" }', '{ $.level != "ERROR" }', UNCLEAR),
        (f"{{ $.a = %{LONG}a% }}", f"{{ $.a = %{LONG}b% }}", UNCLEAR),
    ],
)
def test_filter_pattern_that_plainly_lets_less_through(old: str, new: str, effect: Effect) -> None:
    assert said(reviewed(pattern(old), pattern(new), kind=FILTER)) == [(effect, "pattern")]
    assert said(reviewed(pattern(new), pattern(old), kind=FILTER)) == [(REVERSED[effect], "pattern")]


terms = st.lists(st.sampled_from(["a", "ab", "b", "?a", "?b", "?ab", "-a", "-ab", '" "']), max_size=3).map(
    " ".join
)
tests = st.tuples(
    st.sampled_from([">", ">=", "<", "<=", "=", "!="]), st.sampled_from(["1", "2", '"1"', '"*"', '"1*"'])
).filter(lambda test: test[0] in "=!=" or test[1] in "12")
conditions = st.lists(tests, min_size=1, max_size=3).flatmap(
    lambda found: st.tuples(st.sampled_from([" && ", " || "]), st.sampled_from(["$.x", "$.x[*]"])).map(
        lambda shape: "{ " + shape[0].join(f"{shape[1]} {sign} {value}" for sign, value in found) + " }"
    )
)
LINES = [" ".join(words) for words in product(["", "a", "b", "ab", "ba"], repeat=2)]
VALUES = (0, 1, 1.5, 2, 3, 12, 1e300, "1", "2", "1a", "", None, True, [], [1, 2], [12], {"y": 2})
EVENTS_IN_JSON = ["{}", *(json.dumps({"x": value}) for value in VALUES)]


@given(one=terms | conditions, other=terms | conditions)
def test_pattern_that_is_said_to_imply_another_does(one: str, other: str) -> None:
    found = propositions(one, other)
    assert found is not None
    if implies(*found):
        events = [event for event in (*LINES, *EVENTS_IN_JSON) if parse_pattern(one).matches(event)]
        assert all(parse_pattern(other).matches(event) for event in events)
