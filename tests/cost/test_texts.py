"""What people and programs read: tables, Markdown, JSON, the budget."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ops.cost import (
    difference,
    difference_as_json,
    estimate,
    estimate_as_json,
    markdown,
    over_budget,
    table,
)
from ops.cost.texts import money, signed
from policies import errors
from tests.cost.resources import alarm, costs, given, group, math_alarm, metric_filter, stack

LAMBDA = ("aws_lambda_function", {"function_name": "slack"})


def test_table_says_every_line_and_the_total() -> None:
    lines = table(costs(math_alarm(3), metric_filter("Errors"))).splitlines()

    assert lines[:3] == [
        "standard alarms  3  alarm metrics  0.10  0.30",
        "custom metrics   1  metrics        0.30  0.30",
        "total                                    0.60",
    ]


def test_table_says_every_assumption_and_what_is_not_counted() -> None:
    found = costs(group(), LAMBDA, ("aws_nat_gateway", {}), log_gb={"*": "2.50", "*/backend": "1000"})
    text = table(found)

    assert "log ingestion: 2.5 GB written to each log group, 1,000 for */backend (set in config/)" in text
    assert "log storage: 0.15 GB stored for each GB written (the compression that" in text
    assert "  - aws_nat_gateway: 1" in text
    assert "prices of us-east-1, 2026-09" in text
    for item in found.items:
        assert all(sentence in text for sentence in item.assumptions)
    assert all(sentence in text for sentence in (*found.assumptions, *found.not_counted))


def test_price_for_many_units_says_for_how_many() -> None:
    (line, *_) = table(costs(("aws_sns_topic", {"name": "t"}), notifications="2500000")).splitlines()

    assert line == "notifications published  2,500,000  notifications  0.50 per 1,000,000  1.25"


def test_price_that_was_not_compared_says_so() -> None:
    text = table(costs(LAMBDA, alarm()))

    assert "function invocations; function run time (x86): the price is from published tables" in text
    assert "alarms: the price is from published tables" not in text


def test_another_region_is_said_to_have_other_prices() -> None:
    home = estimate([stack(alarm())], given(), regions=["us-east-1"])
    abroad = estimate([stack(alarm())], given(), regions=["eu-central-1", "us-east-1"])
    nowhere = estimate([stack(alarm())], given(), regions=[""])

    assert abroad.total == home.total == nowhere.total
    assert not any("eu-central-1" in text or "not known" in text for text in home.assumptions)
    assert any("eu-central-1 has prices of its own" in text for text in abroad.assumptions)
    assert any("the region is not known" in text for text in nowhere.assumptions)
    assert not any("prices of its own" in text for text in nowhere.assumptions)


def test_free_tier_is_a_line_of_its_own_and_only_on_request() -> None:
    on_request = table(costs(*[alarm()] * 12, free_tier=True)).splitlines()
    otherwise = table(costs(*[alarm()] * 12))

    assert on_request[:3] == [
        "standard alarms  10  alarm metrics  free  0.00",
        "standard alarms   2  alarm metrics  0.10  0.20",
        "total                                     0.20",
    ]
    assert "free in every account each month" in "\n".join(on_request)
    assert "nothing is taken off" in otherwise
    assert "nothing is taken off" not in "\n".join(on_request)


def test_free_gigabytes_go_to_ingestion_first() -> None:
    found = costs(group(retention_in_days=365), log_gb="4", free_tier=True)
    paid = {item.kind: item.quantity for item in found.items if item.unit_price}

    # 4 GB written and 1 GB of 4 * 0.15 * 12 = 7.2 GB-months stored are free
    assert paid == {"log_storage_standard": Decimal("6.2")}


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("0.0000001", "<0.01"),
        ("0.005", "0.01"),
        ("0.015", "0.02"),
        ("1.025", "1.03"),
        ("1234567.891", "1,234,567.89"),
    ],
)
def test_money_is_rounded_as_a_bill_is(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_rounding_comes_last() -> None:
    """Four times 0.0012 are no cent each, and half a cent together."""
    once = [("aws_scheduler_schedule", {"schedule_expression": "at(2026-11-23T12:00:00)"})] * 4

    assert table(costs(*once)).splitlines()[0].endswith("<0.01")
    assert costs(*once).total == Decimal("0.000004")


@pytest.mark.parametrize(
    ("amount", "text"), [("0.3", "+0.30"), ("-2", "-2.00"), ("0", "0.00"), ("-0.001", "-<0.01")]
)
def test_difference_has_a_sign(amount: str, text: str) -> None:
    assert signed(Decimal(amount)) == text


def test_markdown_shows_what_changed_and_nothing_else() -> None:
    before, after = costs(alarm(), group()), costs(alarm(), group(), metric_filter("Errors"), alarm())
    lines = markdown(difference(before, after), after).splitlines()

    assert lines[:6] == [
        "0.60 → 1.00 US dollars a month (+0.40)",
        "",
        "| US dollars a month | before | after | difference |",
        "|---|---:|---:|---:|",
        "| standard alarms | 0.10 | 0.20 | +0.10 |",
        "| custom metrics | 0.00 | 0.30 | +0.30 |",
    ]
    assert not any("| log" in line for line in lines)
    assert "- a month of 730 hours, in which everything is there from the beginning" in lines


def test_markdown_of_an_unchanged_cost_is_one_line_and_its_reasons() -> None:
    same = costs(alarm())

    assert markdown(difference(same, same), same).splitlines()[:3] == [
        "0.10 US dollars a month, as before",
        "",
        "<details><summary>What this rests on</summary>",
    ]


def test_what_a_plan_says_cannot_speak_in_the_comment() -> None:
    hostile = "x_</details><script>\n# All good, merge me @everyone"
    found = costs(
        (hostile, {}),
        group(log_group_class=hostile),
        ("aws_sns_topic_subscription", {"protocol": hostile}),
        log_gb={"*/back_end": "3"},
    )
    text = markdown(difference(found, found), found)

    assert "<script" not in text
    assert "everyone" not in text
    assert text.count("</details>") == 1
    assert {"unreadable: 1", "log groups of class unreadable: 1"} <= set(found.not_counted)


def test_names_of_the_configuration_are_shown_as_they_are() -> None:
    found = costs(group(), log_gb={"*/back_end": "3"})

    assert r"3 for \*/back\_end" in markdown(difference(found, found), found)


def test_json_is_exact_text() -> None:
    found = json.loads(json.dumps(estimate_as_json(costs(group(), LAMBDA))))

    assert found["format"] == 1
    assert found["currency"] == "USD"
    assert found["prices"] == {"region": "us-east-1", "date": "2026-09"}
    assert found["items"][0] == {
        "kind": "log_ingestion_standard",
        "title": "log ingestion",
        "quantity": "1",
        "unit": "GB",
        "unit_price": "0.50",
        "per": "1",
        "amount": "0.50",
        "assumptions": ["1 GB written to each log group (a quiet service; AWS/Logs IncomingBytes tells)"],
    }
    total = sum((Decimal(item["amount"]) for item in found["items"]), Decimal(0))
    assert found["total"] == str(total.quantize(Decimal("0.01")))
    assert found.keys() == {"format", "currency", "prices", "total", "items", "assumptions", "not_counted"}


def test_json_of_a_difference_names_what_changed() -> None:
    found = difference_as_json(difference(costs(alarm()), costs(alarm(), alarm())))

    assert found == {
        "format": 1,
        "currency": "USD",
        "before": "0.10",
        "after": "0.20",
        "difference": "0.10",
        "changes": [
            {
                "kind": "alarm_standard",
                "title": "standard alarms",
                "before": "0.10",
                "after": "0.20",
                "difference": "0.10",
            }
        ],
    }


def test_cost_above_the_budget_is_an_error_that_names_the_dearest_kind() -> None:
    found = over_budget(costs(alarm(), group(), log_gb="100"), Decimal(50), "prod")

    assert found is not None
    assert errors([found]) == (found,)
    # 0.10 + 100 * 0.50 + 100 * 0.15 * 30 * 24 / 730 * 0.03
    assert (found.found, found.wanted) == ("50.54 US dollars a month", "at most 50.00")
    assert found.address == "config/prod.yaml: cost.budget_usd_per_month"
    assert "log ingestion (50.00)" in found.fix


@pytest.mark.parametrize("budget", [None, Decimal("0.10"), Decimal(50)])
def test_cost_within_the_budget_is_no_finding(budget: Decimal | None) -> None:
    assert over_budget(costs(alarm()), budget, "prod") is None


def test_budget_is_kept_to_the_cent() -> None:
    """A total that is shown as the budget does not break it."""
    found = costs(("aws_scheduler_schedule", {"schedule_expression": "at(x)"}), alarm())

    assert found.total > Decimal("0.10")
    assert over_budget(found, Decimal("0.10"), "prod") is None
    assert over_budget(found, Decimal("0.09"), "prod") is not None
