"""Logs, delivery, archive and probes, with the arithmetic beside the figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from modules.resources.kinds import typed
from modules.resources.stacks import Stack
from modules.terraform.values import Unknown
from ops.cost import estimate
from ops.cost.schedules import runs
from tests.cost.resources import Values, amounts, costs, given, group, money

TOPIC = ("aws_sns_topic", {"name": "agent-critical", "arn": "arn:aws:sns:us-east-1:1:agent-critical"})
QUEUE_ARN = "arn:aws:sqs:us-east-1:1:agent-slack"


def subscriber(protocol: str, endpoint: str = "somewhere") -> tuple[str, Values]:
    return "aws_sns_topic_subscription", {
        "topic_arn": "arn:aws:sns:us-east-1:1:agent-critical",
        "protocol": protocol,
        "endpoint": endpoint,
    }


def test_log_group_pays_for_what_is_written_and_kept() -> None:
    found = amounts(group(retention_in_days=365), log_gb="100", storage_ratio="0.2")

    assert found == {
        "log_ingestion_standard": money("50.00"),  # 100 * 0.50
        "log_storage_standard": money("7.20"),  # 100 * 0.2 * 365 days / (730 h / 24) * 0.03
    }


def test_month_of_logs_is_730_hours() -> None:
    (_, stored) = costs(group(retention_in_days=30)).items

    # 1 GB * 0.15 * 30 * 24 / 730, to the byte
    assert stored.quantity == Decimal("0.147945205")


def test_twice_the_retention_is_twice_the_storage() -> None:
    short = amounts(group(retention_in_days=365))["log_storage_standard"]
    long = amounts(group(retention_in_days=730))["log_storage_standard"]

    assert long == 2 * short


@pytest.mark.parametrize("days", [0, None, "${var.days}"])
def test_logs_that_never_expire_are_counted_after_a_year(days: object) -> None:
    endless = costs(group(retention_in_days=days))

    # 1 * 0.15 * 12 months * 0.03
    assert endless.by_kind["log_storage_standard"] == money("0.054")
    assert any("never expires" in text for text in endless.items[1].assumptions)


def test_infrequent_access_costs_half() -> None:
    found = amounts(group(log_group_class="INFREQUENT_ACCESS", retention_in_days=365), log_gb="100")

    assert found == {
        "log_ingestion_infrequent": money("25.00"),  # 100 * 0.25
        "log_storage_infrequent": money("5.40"),  # 100 * 0.15 * 12 * 0.03
    }


def test_vended_logs_have_tiers() -> None:
    found = amounts(group("/aws/vendedlogs/agent"), log_gb="30721")

    # 10,240 * 0.50 + 20,480 * 0.25 + 1 * 0.10
    assert found["log_ingestion_vended"] == money("10240.10")


def test_class_without_a_price_is_listed_and_not_guessed() -> None:
    found = costs(group(log_group_class="DELIVERY"))

    assert found.items == ()
    assert "log groups of class DELIVERY: 1" in found.not_counted


def test_group_with_a_volume_of_its_own_takes_that() -> None:
    backend, notes = group("/aws/agent/backend"), group("/aws/agent/lambda/notes")
    found = amounts(backend, notes, log_gb={"*": "2", "*/backend": "40"})

    assert found["log_ingestion_standard"] == money("21.00")  # (40 + 2) * 0.50


def test_data_protection_looks_at_all_that_is_written() -> None:
    policy = ("aws_cloudwatch_log_data_protection_policy", {"log_group_name": "/aws/agent/backend"})

    # 40 * 0.12
    found = amounts(policy, log_gb={"*/backend": "40"})
    assert found == {"log_data_protection": money("4.80")}


def test_notifications_are_paid_by_protocol() -> None:
    protocols = ("email", "email-json", "https", "http", "sqs", "lambda")
    found = amounts(TOPIC, *map(subscriber, protocols), notifications="1000000")

    assert found == {
        "notification_publish": money("0.50"),
        "notification_email": money("40.00"),  # 2 * 1,000,000 * 2.00 / 100,000
        "notification_http": money("1.20"),  # 2 * 0.60
        "queue_request": money("1.20"),  # 3 requests * 0.40
    }


def test_subscription_takes_the_volume_of_its_topic() -> None:
    by_reference = (
        "aws_sns_topic_subscription",
        {"topic_arn": "${aws_sns_topic.r0.arn}", "protocol": "https"},
    )
    found = amounts(TOPIC, by_reference, notifications={"*": "1", "*-critical": "1000000"})

    assert found == {"notification_publish": money("0.50"), "notification_http": money("0.60")}


def test_reference_to_one_of_several_finds_it_without_its_index() -> None:
    """A plan's configuration writes references without the keys of `for_each`."""
    topic = typed("aws_sns_topic", 'aws_sns_topic.route["critical"]', {"name": "agent-critical"})
    values = {"topic_arn": Unknown(("aws_sns_topic.route.arn",)), "protocol": "https"}
    listener = typed("aws_sns_topic_subscription", "aws_sns_topic_subscription.pager", values)
    found = estimate([Stack((topic, listener))], given(notifications={"*-critical": "1000000", "*": "1"}))

    assert found.by_kind["notification_http"] == money("0.60")


def test_protocol_without_a_price_is_listed() -> None:
    found = costs(subscriber("sms"), subscriber("firehose"), subscriber("sms"))

    assert found.items == ()
    assert {"subscriptions by sms: 2", "subscriptions by firehose: 1"} <= set(found.not_counted)


def test_consumed_queue_is_asked_day_and_night() -> None:
    queue = ("aws_sqs_queue", {"name": "agent-slack", "arn": QUEUE_ARN})
    mapping = ("aws_lambda_event_source_mapping", {"event_source_arn": "${aws_sqs_queue.r0.arn}"})

    # 5 receives of 20 s: 5 * 3 * 60 * 730 = 657,000; * 0.40 / 1,000,000
    assert amounts(queue, mapping) == {"queue_request": money("0.2628")}
    assert amounts(queue) == {}


def test_fifo_queue_costs_more() -> None:
    queue = ("aws_sqs_queue", {"name": "agent.fifo", "arn": QUEUE_ARN, "fifo_queue": True})
    mapping = ("aws_lambda_event_source_mapping", {"event_source_arn": QUEUE_ARN})

    assert amounts(queue, mapping) == {"queue_request_fifo": money("0.3285")}  # 657,000 * 0.50 / 1,000,000


def test_function_pays_for_requests_and_for_memory_times_time() -> None:
    function = ("aws_lambda_function", {"function_name": "slack", "memory_size": 512})
    found = amounts(function, invocations="1000000", function_seconds="3")

    assert found == {
        "function_request": money("0.20"),
        "function_compute_x86": money("25.00005"),  # 512/1024 GB * 3,000,000 s * 0.0000166667
    }


def test_function_on_arm_without_memory_has_128_mb() -> None:
    function = ("aws_lambda_function", {"function_name": "slack", "architectures": ["arm64"]})
    found = amounts(function, invocations="8000000", function_seconds="1")

    # 128/1024 * 8,000,000 * 0.0000133334
    assert found["function_compute_arm"] == money("13.3334")


def test_traced_function_records_traces() -> None:
    function = ("aws_lambda_function", {"function_name": "slack", "tracing_config": {"mode": "Active"}})
    found = amounts(function, invocations="1000000", traced_share="0.05", trace_scans="1000000")

    assert found["trace_recorded"] == money("0.25")  # 1,000,000 * 5 % * 5.00 / 1,000,000
    assert found["trace_scanned"] == money("0.50")


def test_key_and_secret_cost_by_being_there_and_by_use() -> None:
    found = amounts(("aws_kms_key", {}), ("aws_secretsmanager_secret", {}), key_requests="20000")

    assert found == {
        "key": money("1.00"),
        "key_request": money("0.06"),  # 20,000 * 0.03 / 10,000
        "secret": money("0.40"),
        "secret_request": money("0.0438"),  # 8,760 * 0.05 / 10,000
    }


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("rate(5 minutes)", "8760"),  # 730 * 12
        ("rate(1 minute)", "43800"),
        ("rate(1 hour)", "730"),
        ("rate(2 days)", "15.208333"),  # 730 / 48
        ("rate(0 minute)", "1"),
        ("at(2026-11-20T13:00:00)", "1"),
        ("cron(0 7 * * ? *)", "30.416667"),  # 730 / 24
        ("cron(*/5 * * * ? *)", "8760"),
        ("cron(0/15 8-17 ? * MON-FRI *)", "869.047619"),  # 4 * 10 * 730 / 24 * 5 / 7
        ("cron(0 9 L * ? *)", "0.999316"),  # 12 / 365.25 * 730 / 24
        ("cron(0 9 ? * 6L,2#1 *)", "1.998631"),
        ("cron(0 9 1,LW * ? *)", "1.998631"),
        ("cron(0 9 ? * L *)", "4.345238"),  # Saturdays: 730 / 24 / 7
        ("cron(0 0 29 2 ? 2026)", "0.020819"),  # every fourth year
        ("cron(0 22-2 * * ? *)", "152.083333"),  # around midnight: 5 * 730 / 24
        ("cron(60 * * * ? *)", None),
        ("cron(*/0 * * * ? *)", None),
        ("cron(0 7 * * MON)", None),
        ("rate(five minutes)", None),
        ("${var.schedule}", None),
        (None, None),
    ],
)
def test_runs_of_a_schedule(expression: str | None, found: str | None) -> None:
    assert runs(expression) == (None if found is None else Decimal(found))


def test_schedule_that_is_no_rate_takes_the_volume() -> None:
    schedules = [
        ("aws_scheduler_schedule", {"schedule_expression": text}) for text in ("rate(1 hour)", "cron(x)")
    ]

    # (730 + 270) * 1.00 / 1,000,000
    assert amounts(*schedules, cron_runs="270") == {"schedule_run": money("0.001")}


def test_what_is_switched_off_does_not_run() -> None:
    schedule = {"schedule_expression": "rate(1 minute)", "state": "DISABLED"}
    found = amounts(("aws_scheduler_schedule", schedule), canary(start_canary=False), canary_runs="1000")

    assert set(found.values()) <= {money("0")}
    assert amounts(("aws_scheduler_schedule", {**schedule, "state": "ENABLED"})) != found
    assert amounts(canary(start_canary=None)) == {}


def test_canary_by_cron_costs_what_it_costs_by_rate() -> None:
    assert amounts(canary(schedule={"expression": "cron(*/5 * * * ? *)"})) == amounts(canary())


numbers = st.integers(0, 59)


@for_all(st.lists(numbers, min_size=1, max_size=6, unique=True), numbers, st.integers(1, 59))
def test_cron_counts_each_minute_once(minutes: list[int], first: int, step: int) -> None:
    listed = runs(f"cron({','.join(map(str, (*minutes, *minutes)))} 7 * * ? *)")
    stepped = runs(f"cron({first}/{step} 7 * * ? *)")
    daily = runs("cron(0 7 * * ? *)")

    assert listed is not None
    assert stepped is not None
    assert daily is not None
    assert abs(listed - len(minutes) * daily) < Decimal("0.001")
    assert abs(stepped - len(range(first, 60, step)) * daily) < Decimal("0.001")


@for_all(st.from_regex(r"cron\(([0-9A-Z*?/,#-]{1,6} ){5}[0-9*]{1,4}\)", fullmatch=True))
def test_no_cron_runs_more_than_every_minute(expression: str) -> None:
    found = runs(expression)

    assert found is None or 0 <= found <= Decimal(43_800)


def canary(**values: object) -> tuple[str, Values]:
    rate = {"expression": "rate(5 minutes)"}
    return "aws_synthetics_canary", {"name": "chat", "schedule": rate, "start_canary": True, **values}


def test_canary_pays_for_runs_and_for_its_function() -> None:
    found = amounts(canary(run_config={"memory_in_mb": 1024}), canary_seconds="20")

    assert found == {
        "canary_run": money("10.512"),  # 8,760 * 0.0012
        "function_request": money("0.001752"),  # 8,760 * 0.20 / 1,000,000
        "function_compute_x86": money("2.92000584"),  # 8,760 * 20 * 1 GB * 0.0000166667
    }


def test_runs_of_a_canary_can_be_told() -> None:
    named = amounts(canary(), canary_runs={"chat": "1000"})
    by_cron = amounts(canary(schedule={"expression": "cron(0 * * * ? *)"}), cron_runs="730")

    assert named["canary_run"] == money("1.20")
    assert by_cron["canary_run"] == money("0.876")


@pytest.mark.parametrize(
    ("kind", "volumes", "found"),
    [
        ("aws_xray_sampling_rule", {"traces": "2000000", "trace_scans": "0"}, {"trace_recorded": "10.00"}),
        (
            "aws_cloudwatch_contributor_insight_rule",
            {"contributor_events": "5000000"},
            {"contributor_insights_rule": "0.50", "contributor_insights_event": "0.10"},
        ),
        ("aws_cloudwatch_metric_stream", {"stream_updates": "2000"}, {"metric_stream_update": "0.006"}),
        ("aws_rum_app_monitor", {"page_events": "250000"}, {"rum_event": "2.50"}),
    ],
)
def test_probe_pays_for_what_comes_in(kind: str, volumes: Values, found: dict[str, str]) -> None:
    assert amounts((kind, {}), **volumes) == {name: money(text) for name, text in found.items()}


def test_database_counts_for_its_insights_alone() -> None:
    plain, advanced = ({"database_insights_mode": mode} for mode in ("standard", "advanced"))
    found = costs(("aws_db_instance", plain), ("aws_db_instance", advanced), database_vcpus="4")

    # 4 * 730 * 0.0125
    assert dict(found.by_kind) == {"database_insights": money("36.50")}
    assert "aws_db_instance: 2" in found.not_counted


def archive(*more: tuple[str, Values]) -> list[tuple[str, Values]]:
    return [
        group("/aws/agent/backend"),
        (
            "aws_cloudwatch_log_subscription_filter",
            {
                "log_group_name": "${aws_cloudwatch_log_group.r0.name}",
                "destination_arn": "${aws_kinesis_firehose_delivery_stream.r2.arn}",
            },
        ),
        (
            "aws_kinesis_firehose_delivery_stream",
            {"name": "archive", "extended_s3_configuration": {"bucket_arn": "${aws_s3_bucket.r3.arn}"}},
        ),
        ("aws_s3_bucket", {"bucket": "archive"}),
        *more,
    ]


def test_archive_pays_for_the_stream_and_for_what_lies_in_the_bucket() -> None:
    found = amounts(*archive(), log_gb="1000", bucket_gb="0", months_without_end="10")

    assert found["stream_ingestion"] == money("29.00")  # 1,000 * 0.029
    assert found["bucket_standard"] == money("34.50")  # 1,000 * 0.15 * 10 months * 0.023


def test_lifecycle_moves_the_archive_to_cheaper_classes() -> None:
    rule = {
        "status": "Enabled",
        "transition": [
            {"days": 73, "storage_class": "GLACIER"},
            {"days": 365, "storage_class": "DEEP_ARCHIVE"},
        ],
        "expiration": [{"days": 730}],
    }
    lifecycle = (
        "aws_s3_bucket_lifecycle_configuration",
        {"bucket": "${aws_s3_bucket.r3.id}", "rule": [rule]},
    )
    found = amounts(*archive(lifecycle), log_gb="1000", bucket_gb="0", archive_objects="2000")

    assert found["bucket_standard"] == money("8.28")  # 150 GB * 73 * 24 / 730 months * 0.023
    assert found["bucket_glacier"] == money("5.184")  # 150 * 292 * 24 / 730 * 0.0036
    assert found["bucket_deep_archive"] == money("1.782")  # 150 * 365 * 24 / 730 * 0.00099
    assert found["bucket_transition_glacier"] == money("0.06")  # 2,000 * 0.03 / 1,000
    assert found["bucket_transition_deep_archive"] == money("0.10")  # 2,000 * 0.05 / 1,000


def test_what_expires_before_it_moves_never_moves() -> None:
    rule = {
        "status": "Enabled",
        "transition": [{"days": 365, "storage_class": "GLACIER"}],
        "expiration": [{"days": 73}],
    }
    lifecycle = ("aws_s3_bucket_lifecycle_configuration", {"bucket": "archive", "rule": [rule]})
    found = amounts(*archive(lifecycle), log_gb="1000", bucket_gb="0")

    assert found["bucket_standard"] == money("8.28")  # 150 GB * 73 * 24 / 730 months * 0.023
    assert "bucket_glacier" not in found
    assert "bucket_transition_glacier" not in found


def test_bucket_takes_what_all_its_groups_write() -> None:
    second = [
        group("/aws/agent/notes"),
        (
            "aws_cloudwatch_log_subscription_filter",
            {
                "log_group_name": "/aws/agent/notes",
                "destination_arn": "${aws_kinesis_firehose_delivery_stream.r2.arn}",
            },
        ),
    ]
    found = amounts(*archive(*second), log_gb={"*": "1000", "*/notes": "500"}, bucket_gb="100")

    # ((1,000 + 500) * 0.15 + 100) * 12 months * 0.023
    assert found["bucket_standard"] == money("89.70")


def test_disabled_rule_moves_nothing() -> None:
    rule = {"status": "Disabled", "expiration": [{"days": 1}]}
    lifecycle = ("aws_s3_bucket_lifecycle_configuration", {"bucket": "archive", "rule": [rule]})

    assert amounts(*archive(lifecycle)) == amounts(*archive())


def test_storage_class_without_a_price_is_listed() -> None:
    rule = {"status": "Enabled", "transition": [{"days": 30, "storage_class": "STANDARD_IA"}]}
    lifecycle = ("aws_s3_bucket_lifecycle_configuration", {"bucket": "archive", "rule": [rule]})

    assert "bucket storage of class STANDARD_IA: 1" in costs(*archive(lifecycle)).not_counted


def test_subscription_to_something_else_is_listed() -> None:
    to_function = (
        "aws_cloudwatch_log_subscription_filter",
        {"destination_arn": "arn:aws:lambda:us-east-1:1:f"},
    )

    assert "log subscriptions to something other than a delivery stream: 1" in costs(to_function).not_counted
