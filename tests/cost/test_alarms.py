"""Alarms by class, and custom metrics, with the arithmetic beside them."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.cost.resources import Values, alarm, amounts, band_alarm, costs, math_alarm, metric_filter, money


def widgets(*metrics: list[object]) -> tuple[str, Values]:
    body = {"widgets": [{"type": "metric", "properties": {"metrics": list(metrics)}}]}
    return "aws_cloudwatch_dashboard", {"dashboard_name": "d", "dashboard_body": json.dumps(body)}


def custom(*resources: tuple[str, Values], **volumes: object) -> Decimal:
    """How many custom metrics are counted."""
    items = [item for item in costs(*resources, **volumes).items if item.kind == "custom_metric"]
    return sum((item.quantity for item in items), Decimal(0))


@pytest.mark.parametrize(
    ("resource", "kind", "dollars"),
    [
        (alarm(), "alarm_standard", "0.10"),
        (alarm(period=60), "alarm_standard", "0.10"),
        (alarm(period="60"), "alarm_standard", "0.10"),
        (alarm(period=30), "alarm_high_resolution", "0.30"),
        (alarm(period=10), "alarm_high_resolution", "0.30"),
        (alarm(actions_enabled=False), "alarm_standard", "0.10"),
        (math_alarm(1), "alarm_standard", "0.10"),
        (math_alarm(3), "alarm_standard", "0.30"),  # 3 * 0.10
        (math_alarm(10), "alarm_standard", "1.00"),  # 10 * 0.10
        (math_alarm(3, period=10), "alarm_high_resolution", "0.90"),  # 3 * 0.30
        (band_alarm(), "alarm_anomaly", "0.30"),  # the metric and both edges: 3 * 0.10
        (band_alarm(period=10), "alarm_anomaly_high_resolution", "0.90"),  # 3 * 0.30
        (
            ("aws_cloudwatch_composite_alarm", {"alarm_rule": "ALARM(a) OR ALARM(b)"}),
            "alarm_composite",
            "0.50",
        ),
        (
            math_alarm(0, expression="SELECT MAX(Errors) FROM AAA"),
            "alarm_metrics_insights",
            "1.00",
        ),  # 10 * 0.10
    ],
)
def test_alarm_is_priced_by_its_class(resource: tuple[str, Values], kind: str, dollars: str) -> None:
    assert amounts(resource) == {kind: money(dollars)}


def test_alarm_whose_metrics_are_not_known_yet_counts_once() -> None:
    kind, values = alarm()
    bare = {name: value for name, value in values.items() if name not in ("metric_name", "namespace")}

    assert amounts((kind, bare)) == {"alarm_standard": money("0.10")}


def test_threshold_that_is_a_metric_makes_an_anomaly_alarm() -> None:
    kind, values = math_alarm(2, expression="${local.band}")

    # 2 metrics and both edges: 4 * 0.10
    assert amounts((kind, {**values, "threshold_metric_id": "total"})) == {"alarm_anomaly": money("0.40")}


def test_composite_is_counted_beside_its_children() -> None:
    composite = ("aws_cloudwatch_composite_alarm", {"alarm_rule": "ALARM(a)"})

    # 0.50 + 2 * 0.10
    assert costs(composite, alarm(), alarm()).total == money("0.70")


def test_analysed_metrics_of_a_metrics_insights_alarm_are_a_volume() -> None:
    selected = math_alarm(0, expression="  select AVG(x) FROM y")

    # 250 * 0.10
    assert amounts(selected, insights_metrics="250") == {"alarm_metrics_insights": money("25.00")}


def test_filter_publishes_one_custom_metric() -> None:
    assert amounts(metric_filter("Errors")) == {"custom_metric": money("0.30")}


def test_two_filters_of_one_metric_publish_one_metric() -> None:
    assert custom(metric_filter("Errors"), metric_filter("Errors")) == 1
    assert custom(metric_filter("Errors"), metric_filter("Errors", namespace="Other")) == 2


def test_filter_with_dimensions_publishes_a_series_for_each_combination() -> None:
    dimensioned = metric_filter("Latency", dimensions={"Agent": "$.agent", "Model": "$.model"})

    assert custom(dimensioned) == 10
    assert custom(dimensioned, metric_series="24") == 24
    assert custom(dimensioned, metric_series={"*": "24", "Lat*": "7"}) == 7


def test_alarm_on_the_metric_of_a_filter_adds_no_metric() -> None:
    assert custom(metric_filter("Errors"), alarm("Agent", "Errors")) == 1


def test_alarms_on_more_series_than_assumed_raise_the_assumption() -> None:
    dimensioned = metric_filter("Latency", dimensions={"Agent": "$.agent"})
    watched = [alarm("Agent", "Latency", dimensions={"Agent": f"a{index}"}) for index in range(4)]

    assert custom(dimensioned, *watched, metric_series="3") == 4


def test_metric_that_somebody_else_publishes_counts_where_an_alarm_reads_it() -> None:
    sessions = alarm("Agent", "Sessions")
    by_region = alarm("Agent", "Sessions", dimensions={"Region": "eu"})

    assert custom(sessions) == 1
    assert custom(sessions, sessions, by_region) == 2


@pytest.mark.parametrize("namespace", ["AWS/Lambda", "AWS/Bedrock/Agents", "CloudWatchSynthetics"])
def test_metric_of_aws_is_no_custom_metric(namespace: str) -> None:
    assert custom(alarm(namespace, "Errors"), widgets([namespace, "Errors"])) == 0


def test_container_and_lambda_insights_are_custom_metrics() -> None:
    assert custom(alarm("LambdaInsights", "memory_utilization")) == 1


def test_widget_counts_the_metrics_that_it_shows() -> None:
    shown = widgets(
        ["Agent", "Sessions", {"stat": "Maximum"}],
        ["Agent", "Sessions", {"stat": "Average"}],
        [".", "Messages"],
        [".", "Latency", "Agent", "supervisor"],
        ["...", "notes"],
        ["AWS/Lambda", "Errors"],
        [{"expression": "m1 + m2"}],
    )

    # Sessions, Messages, Latency of supervisor, Latency of notes
    assert custom(shown) == 4
    assert custom(shown, alarm("Agent", "Latency", dimensions={"Agent": "notes"})) == 4
    assert custom(shown, alarm("Agent", "Latency", dimensions={"Agent": "chat"})) == 5


def test_metric_on_a_graph_and_in_an_alarm_counts_once() -> None:
    watched = alarm("Agent", "Latency", dimensions={"Agent": "notes"})

    assert custom(watched, widgets(["Agent", "Latency", "Agent", "notes"])) == 1


def test_publishing_requests_count_for_each_namespace_that_is_read() -> None:
    # 2 namespaces * 8,760 requests * 0.01 / 1,000
    found = amounts(alarm("Agent", "A"), alarm("Agent", "B"), alarm("Other", "A"))

    assert found["api_request"] == money("0.1752")


def test_metric_tiers_begin_after_ten_thousand() -> None:
    dimensioned = metric_filter("Latency", dimensions={"Session": "$.session"})

    # 10,000 * 0.30 + 2,345 * 0.10
    assert amounts(dimensioned, metric_series="12345") == {"custom_metric": money("3234.50")}


def test_each_tier_has_a_line_of_its_own() -> None:
    dimensioned = metric_filter("Latency", dimensions={"Session": "$.session"})
    lines = [(one.quantity, one.unit_price) for one in costs(dimensioned, metric_series="260000").items]

    expected = [("10000", "0.30"), ("240000", "0.10"), ("10000", "0.05")]
    assert lines == [(Decimal(quantity), Decimal(price)) for quantity, price in expected]


def test_dashboard_costs_three_dollars() -> None:
    assert amounts(widgets(["AWS/Lambda", "Errors"])) == {"dashboard": money("3.00")}


def test_dashboard_of_more_than_fifty_metrics_is_no_part_of_the_free_tier() -> None:
    fifty = widgets(*(["AWS/Lambda", "Errors", "FunctionName", f"f{index}"] for index in range(50)))
    more = widgets(*(["AWS/Lambda", "Errors", "FunctionName", f"f{index}"] for index in range(51)))

    assert amounts(fifty, free_tier=True) == {"dashboard": money("0")}
    assert amounts(more, free_tier=True) == {"dashboard_large": money("3.00")}


def test_dashboard_that_is_not_known_yet_is_taken_for_a_large_one() -> None:
    unread = ("aws_cloudwatch_dashboard", {"dashboard_body": "${jsonencode(local.body)}"})

    assert amounts(unread, free_tier=True) == {"dashboard_large": money("3.00")}


def test_log_widgets_and_saved_queries_scan() -> None:
    body = {"widgets": [{"type": "log"}, {"type": "log"}, {"type": "text"}]}
    dashboard = ("aws_cloudwatch_dashboard", {"dashboard_body": json.dumps(body)})
    query = ("aws_cloudwatch_query_definition", {"query_string": "fields @message"})

    # (2 widgets + 1 query) * 4 GB * 0.005
    assert amounts(dashboard, query, query_gb="4")["log_query"] == money("0.06")
