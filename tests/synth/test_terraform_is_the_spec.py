"""What the catalog says is what Terraform gets, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modules.constructs.alarms import STATISTICS
from modules.render import policies
from modules.settings import Settings
from modules.spec.alarms import Alarm
from modules.spec.dashboards import Graph
from modules.spec.metrics import Math, Metric, Stat
from modules.spec.system import Monitoring
from tests.builders import good_settings, monitorings, resources, synthesized

Tree = dict[str, Any]
ALIAS = "arn:aws:bedrock:eu-west-1:111122223333:agent-alias/ABCDEFGHIJ/KLMNOPQRS"
AGENTS = {
    name: {"alias_arn": f"{ALIAS}{number}", "model_id": f"model-{number}"}
    for number, name in enumerate(("supervisor", "scheduling", "information", "notes", "chitchat"))
}
ROUTES = {
    "critical": {"emails": ["a@ops.example", "b@ops.example"]},
    "warning": {"emails": ["dev@team.example"]},
    "info": {"emails": ["digest@team.example"]},
    "delivery": {"emails": ["a@ops.example"]},
}
PLACE = {"region": "eu-west-1", "account": "111122223333", "partition": "aws"}


@pytest.fixture(scope="module")
def made() -> Settings:
    return good_settings({"targets": [PLACE], "bedrock": {"agents": AGENTS}, "routes": ROUTES})


@pytest.fixture(scope="module")
def spec(made: Settings) -> Monitoring:
    (found,) = monitorings(made)
    return found


@pytest.fixture(scope="module")
def stack(made: Settings) -> Tree:
    (found,) = synthesized(made).values()
    return found


def _metric(entry: Tree) -> tuple[str, str, Tree]:
    return entry["namespace"], entry["metric_name"], entry.get("dimensions", {})


def _wanted(metric: Metric) -> tuple[str, str, Tree]:
    return metric.namespace, metric.name, dict(metric.dimensions)


def test_alarms_have_condition_evaluation_and_missing_data_of_the_spec(stack: Tree, spec: Monitoring) -> None:
    found = resources(stack, "aws_cloudwatch_metric_alarm")
    assert set(found) == {alarm.key for alarm in spec.alarms}
    for alarm in spec.alarms:
        one = found[alarm.key]
        assert one["alarm_name"] == alarm.name
        assert one["threshold"] == alarm.condition.threshold
        assert one["comparison_operator"] == alarm.condition.comparison.value
        assert one["evaluation_periods"] == alarm.evaluation.of
        assert one["datapoints_to_alarm"] == alarm.evaluation.datapoints
        assert one["treat_missing_data"] == alarm.missing.value
        assert alarm.condition.because in one["alarm_description"]


def test_alarms_read_the_metrics_of_the_spec(stack: Tree, spec: Monitoring) -> None:
    found = resources(stack, "aws_cloudwatch_metric_alarm")
    for alarm in spec.alarms:
        if isinstance(alarm.signal, Math):
            _assert_math(found[alarm.key]["metric_query"], alarm, alarm.signal)
        else:
            _assert_stat(found[alarm.key], alarm, alarm.signal)


def _assert_math(queries: list[Tree], alarm: Alarm, signal: Math) -> None:
    (result,) = [query for query in queries if "expression" in query]
    inputs = {query["id"]: query["metric"] for query in queries if "metric" in query}
    assert (result["expression"], result["return_data"]) == (signal.expression, True)
    assert set(inputs) == set(signal.inputs)
    for name, stat in signal.inputs.items():
        assert _metric(inputs[name]) == _wanted(stat.metric)
        assert inputs[name]["stat"] == stat.statistic
        assert inputs[name]["period"] == alarm.evaluation.period_seconds


def _assert_stat(one: Tree, alarm: Alarm, stat: Stat) -> None:
    assert _metric(one) == _wanted(stat.metric)
    assert one["period"] == alarm.evaluation.period_seconds
    if stat.statistic in STATISTICS:
        assert one["statistic"] == stat.statistic
        assert "evaluate_low_sample_count_percentiles" not in one
    else:
        assert one["extended_statistic"] == stat.statistic
        assert one["evaluate_low_sample_count_percentiles"] == "evaluate"


def test_slowest_agent_is_the_highest_of_all_and_failures_add_up(spec: Monitoring) -> None:
    signals = {alarm.key: alarm.signal for alarm in spec.alarms}
    latency, errors = signals["high-latency"], signals["high-error-rate"]
    assert isinstance(latency, Math)
    assert isinstance(errors, Math)
    assert latency.expression == "MAX([m1, m2, m3, m4, m5])"
    assert errors.expression == f"SUM([{', '.join(f'm{at}' for at in range(1, 11))}])"


def test_filters_publish_what_the_spec_says(stack: Tree, spec: Monitoring) -> None:
    found = resources(stack, "aws_cloudwatch_log_metric_filter")
    published = {}
    for item in spec.filters:
        one = found[f"filter-{item.key}"]
        assert (one["name"], one["pattern"]) == (item.name, item.pattern)
        group = item.group.replace("/", "-")
        assert one["log_group_name"] == f"${{aws_cloudwatch_log_group.group-{group}.name}}"
        made = one["metric_transformation"]
        published[made["name"]] = (made["value"], made["unit"], made.get("default_value"))
        assert made["namespace"] == spec.namespace
    assert published == {
        "ErrorCount": ("1", "Count", "0"),
        "ResponseTime": ("$.processing_time_ms", "Milliseconds", None),
        "SuccessCount": ("1", "Count", "0"),
        "SlackCriticalErrors": ("1", "Count", "0"),
        "SlackWarningErrors": ("1", "Count", "0"),
        "DigestErrors": ("1", "Count", "0"),
    }


def test_every_address_of_a_route_is_subscribed_to_its_topic_and_no_other(stack: Tree) -> None:
    found = _subscriptions(stack, "email")
    assert sorted((one["topic_arn"], one["endpoint"]) for one in found) == sorted(
        (f"${{aws_sns_topic.topic-{route}.arn}}", email)
        for route, to in (ROUTES | {"digest": ROUTES["info"], "info": {"emails": []}}).items()
        for email in to["emails"]
    )
    scopes = {one["topic_arn"].split(".")[1]: one.get("filter_policy_scope") for one in found}
    assert scopes.pop("topic-digest") is None  # no JSON: a filter would drop it
    assert set(scopes.values()) == {"MessageBody"}


def _subscriptions(stack: Tree, protocol: str) -> list[Tree]:
    found = resources(stack, "aws_sns_topic_subscription").values()
    return [one for one in found if one["protocol"] == protocol]


def test_saved_queries_lie_in_their_folder_over_the_backends_group(stack: Tree, spec: Monitoring) -> None:
    found = resources(stack, "aws_cloudwatch_query_definition")
    for query in spec.queries:
        one = found[f"query-{query.key}"]
        assert one["name"] == f"scheduling-agent/{query.key}"
        assert one["query_string"] == query.query
        assert one["log_group_names"] == ["${aws_cloudwatch_log_group.group-backend.name}"]


QUERIES = {
    "recent-errors": (
        "fields @timestamp, level, message, error\n"
        '| filter level in ["CRITICAL", "ERROR"]\n| sort @timestamp desc\n| limit 100'
    ),
    "response-time": (
        'filter message = "chat_response_sent"\n'
        "| stats avg(processing_time_ms) as average_ms, max(processing_time_ms) as longest_ms, "
        "min(processing_time_ms) as shortest_ms, pct(processing_time_ms, 99) as p99_ms"
    ),
    "requests-by-session": (
        'filter message = "chat_request_received"\n'
        "| stats count(*) as requests by session_id\n| sort requests desc\n| limit 20"
    ),
    "slow-requests": (
        "fields @timestamp, session_id, processing_time_ms\n"
        '| filter message = "chat_response_sent" and processing_time_ms > 3000\n'
        "| sort processing_time_ms desc\n| limit 50"
    ),
    "error-distribution": (
        'filter level in ["CRITICAL", "ERROR"]\n| stats count(*) as errors by error_type\n| sort errors desc'
    ),
    "log-levels": "stats count(*) as lines by level\n| sort lines desc",
}


def test_saved_queries_are_the_guides_corrected(spec: Monitoring) -> None:
    assert {query.key: query.query for query in spec.queries} == QUERIES


def _statements(text: str) -> dict[str, Tree]:
    return {one["Sid"]: one for one in json.loads(text)["Statement"]}


def test_key_of_logs_serves_the_log_groups_of_its_account(stack: Tree, spec: Monitoring) -> None:
    key = resources(stack, "aws_kms_key")["key-logs"]
    assert key["enable_key_rotation"] is True
    assert key["policy"] == policies.key_of_logs(spec.place)
    assert _statements(key["policy"])["UseForLogGroups"] == {
        "Sid": "UseForLogGroups",
        "Effect": "Allow",
        "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:*"
            }
        },
    }


def test_key_of_notifications_serves_the_alarms_of_its_account(stack: Tree) -> None:
    key = resources(stack, "aws_kms_key")["key-notifications"]
    assert _statements(key["policy"])["PublishAlarms"] == {
        "Sid": "PublishAlarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}},
    }
    assert {topic["kms_master_key_id"] for topic in resources(stack, "aws_sns_topic").values()} == {
        "${aws_kms_key.key-notifications.arn}"
    }


@pytest.mark.parametrize("page", ["real-time", "historical"])
def test_graphs_draw_the_metrics_of_the_spec(stack: Tree, spec: Monitoring, page: str) -> None:
    (dashboard,) = [one for one in spec.dashboards if one.key == page]
    body = json.loads(resources(stack, "aws_cloudwatch_dashboard")[f"dashboard-{page}"]["dashboard_body"])
    assert body["periodOverride"] == "inherit"
    drawn = {
        one["properties"]["title"]: one["properties"] for one in body["widgets"] if one["type"] == "metric"
    }
    graphs = [widget for widget in dashboard.widgets if isinstance(widget, Graph)]
    assert set(drawn) == {graph.title for graph in graphs}
    for graph in graphs:
        properties = drawn[graph.title]
        assert properties["period"] == (300 if page == "real-time" else 3600)
        stats = [
            stat
            for line in graph.lines
            for stat in (line.signal.inputs.values() if isinstance(line.signal, Math) else [line.signal])
        ]
        metrics = [entry for entry in properties["metrics"] if isinstance(entry[0], str)]
        assert [_drawn(entry) for entry in metrics] == [(_wanted(one.metric), one.statistic) for one in stats]


def _drawn(entry: list[Any]) -> tuple[tuple[str, str, Tree], str]:
    namespace, name, *dimensions, looks = entry
    pairs = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
    return (namespace, name, pairs), looks["stat"]


LIMITS = {
    "Bedrock agents: invocations, errors, throttles": {10, 5},
    "Bedrock agents: time of a turn": {5000},
    "Lambda functions: overview": {5, 1},
    "Lambda functions: duration": {25_000},
    "Lambda: concurrent executions of the account": {800},
    "Backend: responses and errors": {10},
    "Backend: response time": {3000},
    "Database: connections": {80},
    "Business: ActiveSessions": {1000},
}


def _limits(stack: Tree, page: str) -> dict[str, set[float]]:
    body = json.loads(resources(stack, "aws_cloudwatch_dashboard")[f"dashboard-{page}"]["dashboard_body"])
    lines = {}
    for widget in body["widgets"]:
        found = widget["properties"].get("annotations", {}).get("horizontal", [])
        assert all(line["fill"] == "above" for line in found)
        if found:
            lines[widget["properties"]["title"]] = {line["value"] for line in found}
    return lines


def test_thresholds_are_drawn_on_the_graph_of_their_signal(stack: Tree) -> None:
    assert _limits(stack, "real-time") == LIMITS


def test_thresholds_on_sums_are_not_drawn_by_the_hour(stack: Tree) -> None:
    sums = {
        "Bedrock agents: invocations, errors, throttles",
        "Lambda functions: overview",
        "Backend: responses and errors",
    }
    assert _limits(stack, "historical") == {
        title: found for title, found in LIMITS.items() if title not in sums
    }


def test_log_widgets_quote_their_groups(stack: Tree) -> None:
    body = json.loads(resources(stack, "aws_cloudwatch_dashboard")["dashboard-logs"]["dashboard_body"])
    queries = [one["properties"]["query"] for one in body["widgets"] if one["type"] == "log"]
    assert len(queries) == 6
    assert all(query.startswith("SOURCE '/aws/scheduling-agent/backend' | ") for query in queries)


@pytest.mark.parametrize(
    ("region", "partition", "service", "console"),
    [
        ("eu-west-1", "aws", "logs.eu-west-1.amazonaws.com", "https://eu-west-1.console.aws.amazon.com/"),
        (
            "us-gov-west-1",
            "aws-us-gov",
            "logs.us-gov-west-1.amazonaws.com",
            "https://us-gov-west-1.console.amazonaws-us-gov.com/",
        ),
        (
            "cn-north-1",
            "aws-cn",
            "logs.cn-north-1.amazonaws.com.cn",
            "https://cn-north-1.console.amazonaws.cn/",
        ),
    ],
)
def test_partitions_have_their_own_domains(region: str, partition: str, service: str, console: str) -> None:
    target = {"region": region, "account": "111122223333", "partition": partition}
    (found,) = synthesized(good_settings({"targets": [target]})).values()
    policy = _statements(resources(found, "aws_kms_key")["key-logs"]["policy"])
    assert policy["UseForLogGroups"]["Principal"] == {"Service": service}
    assert policy["Owner"]["Principal"] == {"AWS": f"arn:{partition}:iam::111122223333:root"}
    assert all(url.startswith(console) for url in found["output"]["dashboard_urls"]["value"].values())


def test_address_that_stands_twice_is_subscribed_once() -> None:
    twice = {"routes": {"critical": {"emails": ["a@ops.example", "a@ops.example"]}}}
    (found,) = synthesized(good_settings(twice)).values()
    assert len(_subscriptions(found, "email")) == 1
