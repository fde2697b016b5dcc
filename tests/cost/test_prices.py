"""The price list against the figures of AWS's price list, typed here a second time."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.facts import is_taggable, prices
from modules.facts.files import FOLDER, read
from ops.cost.estimate import COUNTERS

# US dollars for the units of `per`, us-east-1.
FIGURES = {
    "alarm_standard": "0.10",
    "alarm_high_resolution": "0.30",
    "alarm_anomaly": "0.10",
    "alarm_anomaly_high_resolution": "0.30",
    "alarm_composite": "0.50",
    "alarm_metrics_insights": "0.10",
    "api_request": "0.01",
    "metric_stream_update": "0.003",
    "dashboard": "3.00",
    "dashboard_large": "3.00",
    "log_ingestion_standard": "0.50",
    "log_ingestion_infrequent": "0.25",
    "log_storage_standard": "0.03",
    "log_storage_infrequent": "0.03",
    "log_query": "0.005",
    "log_data_protection": "0.12",
    "live_tail": "0.01",
    "contributor_insights_rule": "0.50",
    "contributor_insights_event": "0.02",
    "canary_run": "0.0012",
    "rum_event": "1.00",
    "database_insights": "0.0125",
    "trace_recorded": "5.00",
    "trace_scanned": "0.50",
    "notification_publish": "0.50",
    "notification_http": "0.60",
    "notification_email": "2.00",
    "queue_request": "0.40",
    "queue_request_fifo": "0.50",
    "function_request": "0.20",
    "function_compute_x86": "0.0000166667",
    "function_compute_arm": "0.0000133334",
    "key": "1.00",
    "key_request": "0.03",
    "secret": "0.40",
    "secret_request": "0.05",
    "schedule_run": "1.00",
    "stream_ingestion": "0.029",
    "bucket_standard": "0.023",
    "bucket_glacier": "0.0036",
    "bucket_deep_archive": "0.00099",
    "bucket_transition_glacier": "0.03",
    "bucket_transition_deep_archive": "0.05",
}
TIERED = {
    "custom_metric": [("0", "0.30"), ("10000", "0.10"), ("250000", "0.05"), ("1000000", "0.02")],
    "log_ingestion_vended": [("0", "0.50"), ("10240", "0.25"), ("30720", "0.10"), ("51200", "0.05")],
    "log_ingestion_vended_infrequent": [
        ("0", "0.25"),
        ("10240", "0.15"),
        ("30720", "0.075"),
        ("51200", "0.05"),
    ],
}
PER = {
    "1000": {
        "api_request",
        "metric_stream_update",
        "bucket_transition_glacier",
        "bucket_transition_deep_archive",
    },
    "10000": {"key_request", "secret_request"},
    "100000": {"rum_event", "notification_email"},
    "1000000": {
        "contributor_insights_event",
        "trace_recorded",
        "trace_scanned",
        "notification_publish",
        "notification_http",
        "queue_request",
        "queue_request_fifo",
        "function_request",
        "schedule_run",
    },
}
FREE = {
    ("custom_metric",): "10",
    ("alarm_standard",): "10",
    ("dashboard",): "3",
    ("api_request",): "1000000",
    ("live_tail",): "1800",
    ("canary_run",): "100",
    ("contributor_insights_rule",): "1",
    ("contributor_insights_event",): "1000000",
    ("trace_recorded",): "100000",
    ("trace_scanned",): "1000000",
    ("notification_publish",): "1000000",
    ("notification_http",): "100000",
    ("notification_email",): "1000",
    ("queue_request_fifo", "queue_request"): "1000000",
    ("function_request",): "1000000",
    ("function_compute_x86", "function_compute_arm"): "400000",
    ("key_request",): "20000",
    ("schedule_run",): "14000000",
}
quantities = st.decimals(0, 10_000_000, places=3)
kinds = st.sampled_from(sorted(prices.prices()))


def test_every_flat_price_is_the_published_one() -> None:
    found = {
        kind: [(tier.above, tier.price) for tier in price.tiers] for kind, price in prices.prices().items()
    }

    flat = {kind: [(Decimal(0), Decimal(figure))] for kind, figure in FIGURES.items()}
    tiers = {kind: [(Decimal(a), Decimal(p)) for a, p in steps] for kind, steps in TIERED.items()}
    assert found == flat | tiers


def test_every_price_is_for_the_published_number_of_units() -> None:
    units = {kind: Decimal(per) for per, kinds in PER.items() for kind in kinds}

    assert {kind: price.per for kind, price in prices.prices().items() if price.per != 1} == units


def test_free_tier_is_the_published_one() -> None:
    found = {one.kinds: one.quantity for one in prices.free_tier()}

    (logs,) = found.keys() - FREE.keys()
    assert found.pop(logs) == 5
    assert set(logs) == {kind for kind in prices.prices() if kind.startswith("log_")} - {
        "log_data_protection"
    }
    assert found == {kinds: Decimal(quantity) for kinds, quantity in FREE.items()}


def test_free_tier_takes_the_dearest_kind_first() -> None:
    for allowance in prices.free_tier():
        figures = [prices.price(kind).tiers[0].price / prices.price(kind).per for kind in allowance.kinds]
        assert figures == sorted(figures, reverse=True), allowance.kinds


def test_figures_are_text_so_that_no_float_is_made_of_them() -> None:
    def numbers(node: object) -> list[float]:
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return [node] if isinstance(node, float) else [one for child in children for one in numbers(child)]

    assert numbers(read(prices.FILE)["services"]) == []


def test_no_kind_is_written_twice() -> None:
    """YAML would take the last one without a word."""
    text = (FOLDER / prices.FILE).read_text("utf-8")
    written = re.findall(r"^ {6}(\w+):\s*(?:#.*)?$", text, re.MULTILINE)

    assert sorted(written) == sorted(prices.prices())


def test_every_price_names_its_page_and_its_month() -> None:
    assert all(price.source.startswith("https://aws.amazon.com/") for price in prices.prices().values())
    assert prices.prices_date() == "2026-09"
    assert prices.prices_region() == "us-east-1"


def test_unknown_kind_is_no_price() -> None:
    with pytest.raises(KeyError, match="alarm_gold"):
        prices.price("alarm_gold")


def test_type_is_either_free_or_counted() -> None:
    assert not prices.free_types() & COUNTERS.keys()


def test_free_types_are_types_of_the_provider() -> None:
    """The list of taggable types comes from the provider's documentation; it knows most of them."""
    known = [kind for kind in prices.free_types() if is_taggable(kind) is not None]

    assert all(kind.startswith("aws_") for kind in prices.free_types())
    assert len(known) > len(prices.free_types()) / 2


@pytest.mark.parametrize(
    ("quantity", "parts"),
    [
        ("0", []),
        ("1", [("1", "0.30")]),
        ("10000", [("10000", "0.30")]),
        ("10001", [("10000", "0.30"), ("1", "0.10")]),
        ("250000", [("10000", "0.30"), ("240000", "0.10")]),
        ("250000.5", [("10000", "0.30"), ("240000", "0.10"), ("0.5", "0.05")]),
        ("1000000", [("10000", "0.30"), ("240000", "0.10"), ("750000", "0.05")]),
        ("1000003", [("10000", "0.30"), ("240000", "0.10"), ("750000", "0.05"), ("3", "0.02")]),
    ],
)
def test_quantity_is_cut_at_the_borders_of_the_tiers(quantity: str, parts: list[tuple[str, str]]) -> None:
    found = list(prices.price("custom_metric").parts(Decimal(quantity)))

    assert found == [(Decimal(part), Decimal(price)) for part, price in parts]


@given(kinds, quantities)
def test_parts_sum_up_to_the_quantity(kind: str, quantity: Decimal) -> None:
    assert sum((part for part, _ in prices.price(kind).parts(quantity)), Decimal(0)) == quantity


@given(kinds, quantities, quantities)
def test_more_never_costs_less(kind: str, one: Decimal, other: Decimal) -> None:
    def total(quantity: Decimal) -> Decimal:
        return sum((part * price for part, price in prices.price(kind).parts(quantity)), Decimal(0))

    assert total(min(one, other)) <= total(max(one, other))
