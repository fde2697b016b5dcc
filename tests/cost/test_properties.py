"""What holds for the cost of any stack."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.facts import prices
from modules.terraform.values import Unknown
from ops.cost import Estimate, Volumes, cents, difference, estimate, table
from ops.cost.estimate import COUNTERS
from ops.cost.volumes import VOLUMES
from tests.cost.resources import Values, alarm, band_alarm, group, math_alarm, metric_filter, stack

Resource = tuple[str, Values]

names = st.sampled_from(["Errors", "Latency", "Sessions"])
namespaces = st.sampled_from(["Agent", "Other", "AWS/Lambda"])
dimensions = st.sampled_from([{}, {"Agent": "notes"}, {"Agent": "chat"}, {"Agent": "chat", "Model": "m"}])
periods = st.sampled_from([10, 60, 300])

alarms = st.one_of(
    st.builds(
        lambda space, name, dims, period: alarm(space, name, dimensions=dims, period=period),
        namespaces,
        names,
        dimensions,
        periods,
    ),
    st.builds(lambda count, period: math_alarm(count, period=period), st.integers(0, 10), periods),
    st.builds(lambda period: band_alarm(period=period), periods),
    st.just(("aws_cloudwatch_composite_alarm", {"alarm_rule": "ALARM(a)"})),
)
filters = st.builds(
    lambda space, name, dims: metric_filter(name, namespace=space, dimensions=dims),
    namespaces,
    names,
    dimensions,
)
groups = st.builds(
    lambda name, days, spelled: group(name, retention_in_days=days, log_group_class=spelled),
    st.sampled_from(["/aws/agent/backend", "/aws/agent/notes", "/aws/vendedlogs/agent"]),
    st.sampled_from([0, 1, 7, 30, 90, 3653]),
    st.sampled_from(["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]),
)
dashboards = st.builds(
    lambda rows, logs: (
        "aws_cloudwatch_dashboard",
        {
            "dashboard_body": json.dumps(
                {
                    "widgets": [
                        {"type": "metric", "properties": {"metrics": rows}},
                        *[{"type": "log"}] * logs,
                    ]
                }
            )
        },
    ),
    st.lists(
        st.builds(
            lambda space, name, dims: [space, name, *(part for pair in dims.items() for part in pair)],
            namespaces,
            names,
            dimensions,
        )
    ),
    st.integers(0, 3),
)
protocols = st.sampled_from(["email", "https", "sqs", "lambda", "sms"])
others = st.one_of(
    st.sampled_from(sorted(COUNTERS.keys() | prices.free_types() | {"aws_nat_gateway", "random_id"})).map(
        lambda kind: (kind, {})
    ),
    protocols.map(lambda protocol: ("aws_sns_topic_subscription", {"protocol": protocol})),
    st.sampled_from(["rate(5 minutes)", "rate(7 minutes)", "cron(0 7 * * ? *)"]).map(
        lambda text: ("aws_synthetics_canary", {"name": "c", "schedule": {"expression": text}})
    ),
    st.sampled_from([128, 256, 1769]).map(
        lambda size: (
            "aws_lambda_function",
            {"memory_size": size, "tracing_config": {"mode": "Active"}},
        )
    ),
    st.just(
        ("aws_cloudwatch_log_subscription_filter", {"destination_arn": "arn:aws:firehose:us-east-1:1:s"})
    ),
)
resources = st.one_of(alarms, filters, groups, dashboards, others)
stacks = st.lists(resources, max_size=12)
figures = st.decimals(0, 1_000_000, places=2)
volumes = st.dictionaries(st.sampled_from(sorted(VOLUMES)), figures).map(
    lambda given: Volumes({name: {"*": min(figure, VOLUMES[name].most)} for name, figure in given.items()})
)
tiers = st.booleans()

# Every argument that is looked at.
PLACES = [
    ("aws_cloudwatch_dashboard", "dashboard_body"),
    ("aws_cloudwatch_log_data_protection_policy", "log_group_name"),
    ("aws_cloudwatch_log_group", "log_group_class"),
    ("aws_cloudwatch_log_group", "name"),
    ("aws_cloudwatch_log_group", "retention_in_days"),
    ("aws_cloudwatch_log_metric_filter", "metric_transformation"),
    ("aws_cloudwatch_log_subscription_filter", "destination_arn"),
    ("aws_cloudwatch_metric_alarm", "dimensions"),
    ("aws_cloudwatch_metric_alarm", "metric_name"),
    ("aws_cloudwatch_metric_alarm", "metric_query"),
    ("aws_cloudwatch_metric_alarm", "namespace"),
    ("aws_cloudwatch_metric_alarm", "period"),
    ("aws_cloudwatch_metric_alarm", "threshold_metric_id"),
    ("aws_kinesis_firehose_delivery_stream", "extended_s3_configuration"),
    ("aws_lambda_event_source_mapping", "event_source_arn"),
    ("aws_lambda_function", "architectures"),
    ("aws_lambda_function", "memory_size"),
    ("aws_lambda_function", "tracing_config"),
    ("aws_s3_bucket_lifecycle_configuration", "rule"),
    ("aws_scheduler_schedule", "schedule_expression"),
    ("aws_sns_topic_subscription", "protocol"),
    ("aws_sns_topic_subscription", "topic_arn"),
    ("aws_synthetics_canary", "run_config"),
    ("aws_synthetics_canary", "schedule"),
]
# Whatever somebody may write there.
_keys = st.sampled_from(
    [
        "bucket_arn",
        "days",
        "dimensions",
        "expiration",
        "expression",
        "memory_in_mb",
        "metric",
        "mode",
        "name",
        "namespace",
        "period",
        "status",
        "storage_class",
        "transition",
    ]
)
_words = st.sampled_from(
    ["Enabled", "GLACIER", "rate(99999999999 days)", "sqs", "${aws_s3_bucket.r1.arn}", ""]
)
_numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -1, 0, "1e999", "9" * 5000]))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), _numbers, _words, st.text(max_size=5), st.just(Unknown(("var.x",)))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=4)),
    max_leaves=8,
)


def priced(found: list[Resource], using: Volumes, *, free_tier: bool) -> Estimate:
    return estimate([stack(*found)], using, free_tier=free_tier)


@given(stacks, resources, volumes, tiers)
@settings(max_examples=300)
def test_one_more_resource_never_costs_less(
    found: list[Resource], more: Resource, using: Volumes, free_tier: bool
) -> None:
    before = priced(found, using, free_tier=free_tier)
    after = priced([*found, more], using, free_tier=free_tier)

    assert after.total >= before.total
    assert all(after.by_kind[kind] >= amount for kind, amount in before.by_kind.items())


@given(stacks, volumes, tiers)
def test_items_sum_up_to_the_total(found: list[Resource], using: Volumes, free_tier: bool) -> None:
    result = priced(found, using, free_tier=free_tier)

    assert sum((item.amount for item in result.items), Decimal(0)) == result.total
    assert sum(result.by_kind.values(), Decimal(0)) == result.total
    for item in result.items:
        assert item.amount == item.quantity * item.unit_price / item.per
        assert item.quantity > 0


@given(stacks, volumes, st.randoms(use_true_random=False), tiers)
def test_order_changes_nothing(
    found: list[Resource], using: Volumes, random: Random, free_tier: bool
) -> None:
    mixed = random.sample(found, len(found))

    assert priced(mixed, using, free_tier=free_tier) == priced(found, using, free_tier=free_tier)


@given(stacks, stacks, volumes)
def test_difference_back_is_the_difference_with_the_other_sign(
    one: list[Resource], other: list[Resource], using: Volumes
) -> None:
    first, second = (priced(found, using, free_tier=False) for found in (one, other))
    there, back = difference(first, second), difference(second, first)

    assert there.total == -back.total
    assert [(change.kind, change.difference) for change in there.changes] == [
        (change.kind, -change.difference) for change in back.changes
    ]


@given(stacks, stacks, volumes)
def test_difference_goes_from_the_one_total_to_the_other(
    one: list[Resource], other: list[Resource], using: Volumes
) -> None:
    first, second = (priced(found, using, free_tier=False) for found in (one, other))
    change = difference(first, second)

    assert (change.before, change.after) == (first.total, second.total)
    assert sum((one.difference for one in change.changed), Decimal(0)) == change.total


@given(stacks, volumes)
def test_stack_does_not_differ_from_itself(found: list[Resource], using: Volumes) -> None:
    result = priced(found, using, free_tier=False)

    assert difference(result, result).changed == ()


@given(stacks, volumes)
def test_free_tier_never_costs_more(found: list[Resource], using: Volumes) -> None:
    full, reduced = (priced(found, using, free_tier=free_tier) for free_tier in (False, True))

    assert reduced.total <= full.total
    assert {item.kind for item in reduced.items} == {item.kind for item in full.items}
    for kind in full.by_kind:
        quantities = [
            sum((item.quantity for item in result.items if item.kind == kind), Decimal(0))
            for result in (full, reduced)
        ]
        assert quantities[0] == quantities[1]


@given(stacks, stacks, volumes)
def test_two_stacks_without_shared_metrics_cost_as_much_as_each(
    one: list[Resource], other: list[Resource], using: Volumes
) -> None:
    """Where no price has tiers, that is; what people look at counts once for all."""
    together = estimate([stack(*one), stack(*other)], using)
    apart = [priced(found, using, free_tier=False) for found in (one, other)]
    tiered = {kind for kind, price in prices.prices().items() if len(price.tiers) > 1}

    for kind in together.by_kind.keys() - tiered - {"trace_scanned", "live_tail"}:
        assert together.by_kind[kind] == sum(each.by_kind.get(kind, Decimal(0)) for each in apart)


@given(stacks, volumes)
def test_every_resource_is_counted_or_free_or_listed(found: list[Resource], using: Volumes) -> None:
    result = priced(found, using, free_tier=False)
    listed = " ".join(result.not_counted)

    for kind, _ in found:
        assert kind in COUNTERS or kind in prices.free_types() or f"{kind}: " in listed


@pytest.mark.parametrize(("kind", "argument"), PLACES)
@given(value=anything)
def test_any_value_in_a_plan_is_counted_without_a_fault(kind: str, argument: str, value: Any) -> None:
    hostile = (kind, {"bucket": "archive", argument: value})
    result = priced([hostile, ("aws_s3_bucket", {"bucket": "archive"})], Volumes(), free_tier=True)

    assert result.total.is_finite()
    assert all(item.amount >= 0 for item in result.items)
    assert table(result)


days = st.one_of(
    st.integers(-50, 5),
    st.integers(1, 800),
    st.sampled_from([10**9, -(10**400), "30", None, True, float("nan")]),
)
moves = st.fixed_dictionaries(
    {"days": days, "storage_class": st.sampled_from(["GLACIER", "DEEP_ARCHIVE", "STANDARD_IA"])}
)


@given(st.lists(moves, max_size=4), st.integers(1, 800), st.booleans())
def test_moving_to_another_class_never_makes_storage_dearer(
    steps: list[Values], end: int, ends: bool
) -> None:
    bucket = ("aws_s3_bucket", {"bucket": "archive"})

    def stored(transitions: list[Values]) -> Decimal:
        rule = {"status": "Enabled", "transition": transitions} | (
            {"expiration": [{"days": end}]} if ends else {}
        )
        lifecycle = ("aws_s3_bucket_lifecycle_configuration", {"bucket": "archive", "rule": [rule]})
        found = priced([bucket, lifecycle], Volumes(), free_tier=False).by_kind
        return sum((amount for kind, amount in found.items() if "transition" not in kind), Decimal(0))

    # A part of the quantity may be rounded up by half a byte.
    assert 0 <= stored(steps) <= stored([]) + Decimal("1E-9")


@given(stacks)
def test_largest_volumes_still_add_up(found: list[Resource]) -> None:
    largest = Volumes({name: {"*": volume.most} for name, volume in VOLUMES.items()})
    result = priced(found, largest, free_tier=False)

    assert sum((item.amount for item in result.items), Decimal(0)) == result.total
    assert priced(found[::-1], largest, free_tier=False).total == result.total


@given(st.decimals(0, 1_000_000, places=4))
def test_cents_are_at_most_half_a_cent_away(amount: Decimal) -> None:
    assert abs(cents(amount) - amount) <= Decimal("0.005")
