"""Facts against a second source: botocore's service models and the provider bindings."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modules import facts
from modules.facts.files import FOLDER, metric_files, read

# Typed from AWS's recommended alarms, independently of the data files.
RECOMMENDED = (
    ("AWS/Lambda", "Errors", "FunctionName", "Count"),
    ("AWS/Lambda", "Throttles", "FunctionName", "Count"),
    ("AWS/Lambda", "Duration", "FunctionName", "Milliseconds"),
    ("AWS/Lambda", "ConcurrentExecutions", "FunctionName", "Count"),
    ("AWS/Lambda", "ClaimedAccountConcurrency", "", "Count"),
    ("LambdaInsights", "memory_utilization", "function_name", "Percent"),
    ("AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "Percent"),
    ("AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", "Count"),
    ("AWS/RDS", "EBSByteBalance%", "DBInstanceIdentifier", "Percent"),
    ("AWS/RDS", "EBSIOBalance%", "DBInstanceIdentifier", "Percent"),
    ("AWS/RDS", "FreeableMemory", "DBInstanceIdentifier", "Bytes"),
    ("AWS/RDS", "FreeLocalStorage", "DBInstanceIdentifier", "Bytes"),
    ("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", "Bytes"),
    ("AWS/RDS", "MaximumUsedTransactionIDs", "DBInstanceIdentifier", "Count"),
    ("AWS/RDS", "ReadLatency", "DBInstanceIdentifier", "Seconds"),
    ("AWS/RDS", "WriteLatency", "DBInstanceIdentifier", "Seconds"),
    ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "Seconds"),
    ("AWS/RDS", "DBLoad", "DBInstanceIdentifier", "None"),
    ("AWS/RDS", "AuroraVolumeBytesLeftTotal", "DBClusterIdentifier", "Bytes"),
    ("AWS/RDS", "AuroraBinlogReplicaLag", "DBClusterIdentifier Role", "Seconds"),
    ("AWS/RDS", "BlockedTransactions", "DBInstanceIdentifier", "Count/Second"),
    ("AWS/RDS", "BufferCacheHitRatio", "DBInstanceIdentifier", "Percent"),
    ("AWS/RDS", "EngineUptime", "DBClusterIdentifier Role", "Seconds"),
    ("AWS/RDS", "RollbackSegmentHistoryListLength", "DBInstanceIdentifier", "Count"),
    ("AWS/RDS", "StorageNetworkThroughput", "DBClusterIdentifier Role", "Bytes/Second"),
    ("AWS/ApiGateway", "4XXError", "ApiName Stage", "Count"),
    ("AWS/ApiGateway", "5XXError", "ApiName Stage", "Count"),
    ("AWS/ApiGateway", "Count", "ApiName Stage Resource Method", "Count"),
    ("AWS/ApiGateway", "Latency", "ApiId Stage", "Milliseconds"),
    ("AWS/SNS", "NumberOfMessagesPublished", "TopicName", "Count"),
    ("AWS/SNS", "NumberOfNotificationsDelivered", "TopicName", "Count"),
    ("AWS/SNS", "NumberOfNotificationsFailed", "TopicName", "Count"),
    ("AWS/SNS", "NumberOfNotificationsFilteredOut-InvalidAttributes", "TopicName", "Count"),
    ("AWS/SNS", "NumberOfNotificationsFilteredOut-InvalidMessageBody", "TopicName", "Count"),
    ("AWS/SNS", "NumberOfNotificationsRedrivenToDlq", "TopicName", "Count"),
    ("AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq", "TopicName", "Count"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "Seconds"),
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "QueueName", "Count"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "Count"),
    ("AWS/SQS", "NumberOfMessagesSent", "QueueName", "Count"),
    ("AWS/Scheduler", "TargetErrorThrottledCount", "", "Count"),
    ("AWS/Scheduler", "InvocationThrottleCount", "", "Count"),
    ("AWS/Scheduler", "InvocationDroppedCount", "", "Count"),
    ("AWS/Scheduler", "InvocationsFailedToBeSentToDeadLetterCount", "", "Count"),
    ("CloudWatchSynthetics", "SuccessPercent", "CanaryName", "Percent"),
    ("AWS/Bedrock", "InvocationLatency", "ModelId", "Milliseconds"),
    ("AWS/Bedrock/Agents", "TotalTime", "Operation AgentAliasArn ModelId", "Milliseconds"),
    ("AWS/Bedrock/Agents", "InvocationThrottles", "Operation AgentAliasArn ModelId", "Count"),
    ("AWS/Bedrock/Agents", "InvocationClientErrors", "Operation AgentAliasArn ModelId", "Count"),
)

METRICS = {f"{fact.namespace} {fact.name}": fact for fact in facts.metrics()}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _most(service: str, shape: str) -> int:
    return int(_model(service).shape_for(shape).metadata["max"])


def _plain(documentation: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", documentation).replace(",", "").split())


def _shape_text(service: str, shape: str, member: str | None = None) -> str:
    found = _model(service).shape_for(shape)
    return _plain((found.members[member] if member else found).documentation)


def _operation_text(service: str, operation: str) -> str:
    return _plain(_model(service).operation_model(operation).documentation)


# --- closed lists -------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["cloudwatch", "logs"])
def test_units_are_the_api_s_own(service: str) -> None:
    assert frozenset(_model(service).shape_for("StandardUnit").metadata["enum"]) == facts.UNITS


def test_retention_days_are_those_of_the_api_text() -> None:
    text = _plain(_model("logs").shape_for("Days").documentation)
    listed = text.partition("Possible values are:")[2].partition(".")[0]
    assert tuple(map(int, re.findall(r"\d+", listed))) == facts.RETENTION_DAYS


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "service", "shape"),
    [
        ("alarm_name_chars", "cloudwatch", "AlarmName"),
        ("alarm_description_chars", "cloudwatch", "AlarmDescription"),
        ("alarm_actions_per_state", "cloudwatch", "ResourceList"),
        ("alarm_dimensions", "cloudwatch", "Dimensions"),
        ("metric_name_chars", "cloudwatch", "MetricName"),
        ("namespace_chars", "cloudwatch", "Namespace"),
        ("dimension_name_chars", "cloudwatch", "DimensionName"),
        ("dimension_value_chars", "cloudwatch", "DimensionValue"),
        ("composite_rule_chars", "cloudwatch", "AlarmRule"),
        ("tag_key_chars", "cloudwatch", "TagKey"),
        ("tag_value_chars", "cloudwatch", "TagValue"),
        ("tag_key_chars", "logs", "TagKey"),
        ("tag_value_chars", "logs", "TagValue"),
        ("tag_key_chars", "sns", "TagKey"),
        ("tag_value_chars", "sns", "TagValue"),
        ("tag_key_chars", "lambda", "TagKey"),
        ("tag_value_chars", "lambda", "TagValue"),
        ("tags_per_resource", "logs", "Tags"),
        ("filter_name_chars", "logs", "FilterName"),
        ("filter_pattern_chars", "logs", "FilterPattern"),
        ("filter_transformations", "logs", "MetricTransformations"),
        ("filter_value_chars", "logs", "MetricValue"),
        ("log_group_name_chars", "logs", "LogGroupName"),
        ("query_name_chars", "logs", "QueryDefinitionName"),
        ("query_chars", "logs", "QueryDefinitionString"),
        ("role_name_chars", "iam", "roleNameType"),
        ("secret_name_chars", "secretsmanager", "NameType"),
        ("schedule_name_chars", "scheduler", "Name"),
        ("schedule_group_name_chars", "scheduler", "ScheduleGroupName"),
        ("event_source_concurrency_max", "lambda", "MaximumConcurrency"),
        ("tag_key_chars", "secretsmanager", "TagKeyType"),
        ("tag_value_chars", "secretsmanager", "TagValueType"),
        ("tag_key_chars", "scheduler", "TagKey"),
        ("tag_value_chars", "scheduler", "TagValue"),
        ("tag_key_chars", "iam", "tagKeyType"),
        ("tag_value_chars", "iam", "tagValueType"),
    ],
)
def test_limit_is_the_api_s_bound(name: str, service: str, shape: str) -> None:
    assert facts.limit(name) == _most(service, shape)


@pytest.mark.parametrize(
    ("name", "service", "shape", "member", "sentence"),
    [
        ("alarm_window_seconds", "cloudwatch", "PutMetricAlarmInput", "Period", "more than {} seconds"),
        (
            "alarm_window_seconds_short_period",
            "cloudwatch",
            "PutMetricAlarmInput",
            "Period",
            "longer than one day ({} seconds)",
        ),
        (
            "alarm_short_period_below_seconds",
            "cloudwatch",
            "PutMetricAlarmInput",
            "Period",
            "less than one hour ({} seconds)",
        ),
        ("tags_per_resource", "cloudwatch", "PutMetricAlarmInput", "Tags", "as many as {} tags"),
        (
            "composite_children",
            "cloudwatch",
            "PutCompositeAlarmInput",
            "AlarmRule",
            'as many as {} "children"',
        ),
        ("composite_elements", "cloudwatch", "PutCompositeAlarmInput", "AlarmRule", "as many as {} elements"),
        (
            "alarm_metric_queries",
            "cloudwatch",
            "MetricDataQuery",
            None,
            "up to {} MetricDataQuery structures",
        ),
        (
            "alarm_metrics",
            "cloudwatch",
            "MetricDataQuery",
            None,
            "as many as {} structures that contain a MetricStat",
        ),
        (
            "alarm_expressions",
            "cloudwatch",
            "MetricDataQuery",
            None,
            "as many as {} structures that contain the",
        ),
        ("query_log_groups", "logs", "StartQueryRequest", "logGroupNames", "up to {} log groups"),
        ("topic_name_chars", "sns", "CreateTopicInput", "Name", "between 1 and {} characters"),
        (
            "lambda_timeout_seconds_max",
            "lambda",
            "CreateFunctionRequest",
            "Timeout",
            "maximum allowed value is {} seconds",
        ),
        (
            "lambda_timeout_seconds_default",
            "lambda",
            "CreateFunctionRequest",
            "Timeout",
            "The default is {} seconds",
        ),
        (
            "lambda_name_chars",
            "lambda",
            "CreateFunctionRequest",
            "FunctionName",
            "only the function name it is limited to {} characters",
        ),
        ("queue_name_chars", "sqs", "CreateQueueRequest", "QueueName", "up to {} characters"),
        (
            "queue_retention_seconds_max",
            "sqs",
            "SetQueueAttributesRequest",
            "Attributes",
            "from 60 (1 minute) to {} (14 days)",
        ),
        (
            "queue_retention_seconds_default",
            "sqs",
            "SetQueueAttributesRequest",
            "Attributes",
            "(14 days). Default: {} (4 days)",
        ),
        (
            "queue_visibility_seconds_default",
            "sqs",
            "SetQueueAttributesRequest",
            "Attributes",
            "from 0 to 43200 (12 hours). Default: {}.",
        ),
    ],
)
def test_limit_stands_in_the_api_text(
    name: str, service: str, shape: str, member: str | None, sentence: str
) -> None:
    assert sentence.format(facts.limit(name)) in _shape_text(service, shape, member)


@pytest.mark.parametrize(
    ("name", "service", "operation", "sentence"),
    [
        ("filters_per_log_group", "logs", "PutMetricFilter", "with a log group is {}."),
        ("composites_per_child", "cloudwatch", "PutCompositeAlarm", "as many as {} composite alarms"),
    ],
)
def test_limit_stands_in_the_operation_s_text(name: str, service: str, operation: str, sentence: str) -> None:
    assert sentence.format(facts.limit(name)) in _operation_text(service, operation)


def test_least_concurrency_of_a_queue_is_the_api_s_bound() -> None:
    least = _model("lambda").shape_for("MaximumConcurrency").metadata["min"]
    assert facts.limit("event_source_concurrency_min") == least


def test_filter_dimensions_are_those_of_the_api_text() -> None:
    words = {"three": 3}
    found = re.search(
        r"as many as (\w+) dimensions", _shape_text("logs", "MetricTransformation", "dimensions")
    )
    assert found is not None
    assert facts.limit("filter_dimensions") == words[found[1]]


def test_the_provider_takes_no_longer_expression_than_the_api() -> None:
    assert facts.limit("expression_chars") <= _most("cloudwatch", "MetricExpression")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dashboard_name_chars", 255),
        ("dashboard_widgets", 500),
        ("dashboard_columns", 24),
        ("dashboard_metrics_per_widget", 500),
        ("dashboard_metrics", 2500),
        ("lambda_concurrency_default", 1000),
    ],
)
def test_limit_that_no_installed_model_states(name: str, value: int) -> None:
    assert facts.limit(name) == value


def test_unknown_limit_is_refused_with_its_kin() -> None:
    with pytest.raises(KeyError, match="alarm_name_chars"):
        facts.limit("alarm_name_char")


def test_limits_are_named_once_are_positive_and_cited() -> None:
    groups = read("limits.yaml")
    names = [name for group in groups for name in group["limits"]]
    assert len(names) == len(set(names))
    assert all(value > 0 for group in groups for value in group["limits"].values())
    assert all(group["source"].startswith("https://") for group in groups)


# --- metrics ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("namespace", "name", "dimensions", "unit"), RECOMMENDED)
def test_metric_of_a_recommended_alarm(namespace: str, name: str, dimensions: str, unit: str) -> None:
    fact = facts.metric(namespace, name)
    assert fact is not None
    assert fact.has_dimensions(dimensions.split())
    assert fact.unit == unit


@pytest.mark.parametrize("fact", METRICS.values(), ids=METRICS)
def test_metric_is_consistent(fact: facts.MetricFact) -> None:
    assert fact.unit in facts.UNITS
    assert fact.dimension_sets
    assert fact.statistics
    assert all(facts.is_statistic("p99" if name == "p" else name) for name in fact.statistics)
    assert fact.worse in {"higher", "lower", "either"}
    assert fact.source.startswith("https://docs.aws.amazon.com/")
    assert len(fact.namespace) <= _most("cloudwatch", "Namespace")
    assert len(fact.name) <= _most("cloudwatch", "MetricName")
    assert fact.minimum is None or fact.maximum is None or fact.minimum < fact.maximum
    assert facts.metric(fact.namespace, fact.name) is fact


@pytest.mark.parametrize("fact", [f for f in METRICS.values() if f.activity], ids=lambda f: f.name)
def test_activity_is_a_metric_of_the_same_resource_that_any_use_publishes(fact: facts.MetricFact) -> None:
    activity = facts.metric(fact.namespace, fact.activity or "")
    assert activity is not None
    assert activity.dimension_sets >= fact.dimension_sets
    assert activity.activity is None


@pytest.mark.parametrize("fact", [f for f in METRICS.values() if f.unit == "Percent"], ids=lambda f: f.name)
def test_percentage_lies_between_0_and_100(fact: facts.MetricFact) -> None:
    assert (fact.minimum, fact.maximum) == (0, 100)


def test_no_metric_is_described_twice() -> None:
    assert len(METRICS) == len(facts.metrics())


@pytest.mark.parametrize("file", [*metric_files(), "limits.yaml", "regions.yaml", "tags.yaml", "values.yaml"])
def test_no_key_is_written_twice(file: str) -> None:
    # YAML lets the last of two equal keys win without a word.
    for node in _mappings(yaml.compose((FOLDER / file).read_text(encoding="utf-8"))):
        keys = [key.value for key, _ in node.value]
        assert sorted(set(keys)) == sorted(keys)


def _mappings(node: Any) -> list[yaml.MappingNode]:
    below = [
        child
        for item in getattr(node, "value", ())
        for child in (item if isinstance(item, tuple) else (item,))
    ]
    found = [inner for child in below if isinstance(child, yaml.Node) for inner in _mappings(child)]
    return [node, *found] if isinstance(node, yaml.MappingNode) else found


@pytest.mark.parametrize("namespace", ["AWS/Bedrock", "AWS/Bedrock/Agents", "AWS/Bedrock/Guardrails"])
@pytest.mark.parametrize("name", ["Errors", "Throttles"])
def test_bedrock_publishes_no_such_metric(namespace: str, name: str) -> None:
    assert facts.metric(namespace, name) is None
    assert any(fact.namespace == namespace for fact in facts.metrics())


def test_agents_have_no_series_without_dimensions() -> None:
    agents = [fact for fact in facts.metrics() if fact.namespace == "AWS/Bedrock/Agents"]
    assert agents
    assert not any(fact.has_dimensions([]) for fact in agents)


@pytest.mark.parametrize(
    "name",
    ["InvocationCount", "InvocationThrottles", "InvocationClientErrors", "InvocationServerErrors", "TTFT"],
)
def test_agent_invocations_are_not_told_apart_by_model_alone(name: str) -> None:
    fact = facts.metric("AWS/Bedrock/Agents", name)
    assert fact is not None
    assert not fact.has_dimensions(["Operation", "ModelId"])
    assert fact.has_dimensions(["ModelId", "AgentAliasArn", "Operation"])


def test_dimensions_are_matched_as_a_whole() -> None:
    fact = facts.metric("AWS/SQS", "ApproximateAgeOfOldestMessage")
    assert fact is not None
    assert fact.has_dimensions(["QueueName"])
    assert not fact.has_dimensions([])
    assert not fact.has_dimensions(["QueueName", "Region"])


def test_account_wide_metrics_are_those_of_the_account_itself() -> None:
    wide = {fact.name for fact in facts.metrics() if fact.account_wide and fact.namespace == "AWS/Lambda"}
    assert wide == {"ConcurrentExecutions", "ClaimedAccountConcurrency", "UnreservedConcurrentExecutions"}
    assert {fact.namespace for fact in facts.metrics() if fact.account_wide} == {
        "AWS/Lambda",
        "AWS/Scheduler",
    }
    assert all(fact.has_dimensions([]) for fact in facts.metrics() if fact.account_wide)


def test_duration_ends_with_the_longest_timeout() -> None:
    fact = facts.metric("AWS/Lambda", "Duration")
    assert fact is not None
    assert fact.maximum == facts.limit("lambda_timeout_seconds_max") * 1000


def test_connections_end_with_the_widest_setting_of_postgresql() -> None:
    fact = facts.metric("AWS/RDS", "DatabaseConnections")
    assert fact is not None
    assert (fact.minimum, fact.maximum) == (0, 0x3FFFF)


def test_age_of_a_message_ends_with_its_retention() -> None:
    fact = facts.metric("AWS/SQS", "ApproximateAgeOfOldestMessage")
    text = _operation_text("sqs", "CreateQueue") + _shape_text("sqs", "CreateQueueRequest", "Attributes")
    assert fact is not None
    assert f"to {fact.maximum} seconds" in text or f"to {fact.maximum} (14 days)" in text


# --- statistics ---------------------------------------------------------------------------------


def test_plain_statistics_are_the_api_s_own() -> None:
    assert all(map(facts.is_statistic, _model("cloudwatch").shape_for("Statistic").metadata["enum"]))


@pytest.mark.parametrize(
    "text",
    ["p50", "p99.9", "p100", "p99.99", "tm90", "IQM", "PR(100:2000)", "TM(10%:90%)", "TC(:0.5)", "WM(5%:)"],
)
def test_extended_statistic_is_known(text: str) -> None:
    assert facts.is_statistic(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p",
        "p101",
        "p-1",
        "P99",
        "p99.999",
        "p99\n",
        "avg",
        "sum",
        "iqm",
        "tm(10%:90%)",
        "PR(1)",
        "TM(a:b)",
    ],
)
def test_other_text_is_no_statistic(text: str) -> None:
    assert not facts.is_statistic(text)


@given(st.integers(0, 100), st.sampled_from(["p", "tm", "tc", "ts", "wm"]))
def test_every_whole_percentile_is_a_statistic(percent: int, kind: str) -> None:
    assert facts.is_statistic(f"{kind}{percent}")


# --- tags ---------------------------------------------------------------------------------------


def _types() -> list[str]:
    tags = read("tags.yaml")
    return [*tags["taggable"], *tags["not_taggable"]]


def _takes_tags(resource_type: str) -> bool:
    """Whether the binding's constructor has a map `tags`; read from its text, for an import is slow."""
    spec = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert spec is not None
    assert spec.submodule_search_locations
    module = resource_type.removeprefix("aws_")
    text = (Path(spec.submodule_search_locations[0]) / module / "__init__.py").read_text(encoding="utf-8")
    start = re.search(r"^class \w+\(\n    _cdktf_\w+\.TerraformResource,", text, re.MULTILINE)
    assert start is not None
    body = text[text.index("    def __init__(", start.start()) :]
    signature = body[: body.index(") -> None:")] + ") -> None: ..."
    function = ast.parse("class Resource:\n" + signature).body[0].body[0]  # type: ignore[attr-defined]  # what stands in the class is a function
    arguments = {argument.arg: ast.unparse(argument.annotation) for argument in function.args.kwonlyargs}
    return "typing.Mapping[builtins.str, builtins.str]" in arguments.get("tags", "")


@pytest.mark.parametrize("resource_type", _types())
def test_taggable_is_what_has_the_argument(resource_type: str) -> None:
    assert facts.is_taggable(resource_type) is _takes_tags(resource_type)


def test_no_type_is_listed_twice() -> None:
    assert len(_types()) == len(set(_types()))


@pytest.mark.parametrize(
    ("resource_type", "name"),
    [
        ("aws_cloudwatch_metric_alarm", "cloudwatch:alarm"),
        ("aws_cloudwatch_composite_alarm", "cloudwatch:alarm"),
        ("aws_cloudwatch_log_group", "logs:log-group"),
        ("aws_sns_topic", "sns:topic"),
        ("aws_lambda_function", "lambda:function"),
        ("aws_sqs_queue", "sqs:queue"),
        ("aws_iam_role", "iam:role"),
        ("aws_scheduler_schedule_group", "scheduler:schedule-group"),
        ("aws_lambda_event_source_mapping", None),
        ("aws_kinesis_firehose_delivery_stream", "firehose:deliverystream"),
        ("aws_cloudwatch_dashboard", None),
        ("aws_no_such_thing", None),
    ],
)
def test_name_in_tag_policies(resource_type: str, name: str | None) -> None:
    assert facts.tag_policy_type(resource_type) == name


def test_names_in_tag_policies_are_service_and_type() -> None:
    names = [name for name in read("tags.yaml")["taggable"].values() if name]
    assert names
    assert all(re.fullmatch(r"[a-z0-9]+:[a-z-]+", name) for name in names)


@pytest.mark.parametrize(
    "text", ["", "Zürich", "Île-de-France", "東京 2", "Ωμέγα", "Москва", "a_.:/=+-@", "٣", "½", "\u2028"]
)
def test_tags_take_letters_numbers_and_separators_of_every_script(text: str) -> None:
    assert facts.is_tag_text(text)


@pytest.mark.parametrize(
    "text", ["50 %", "a,b", "a*", "a\tb", "a\n", "Zu\u0308rich", "👍", "€", "\u200b", "a#"]
)
def test_tags_take_no_other_characters(text: str) -> None:
    assert not facts.is_tag_text(text)


@pytest.mark.parametrize(
    ("service", "shape"),
    [
        *(("logs", "TagKey"), ("logs", "TagValue"), ("lambda", "TagKey"), ("lambda", "TagValue")),
        *(("iam", "tagKeyType"), ("iam", "tagValueType"), ("organizations", "TagValue")),
    ],
)
def test_characters_of_tags_are_those_of_the_api(service: str, shape: str) -> None:
    assert r"[\p{L}\p{Z}\p{N}_.:/=+\-@]" in _model(service).shape_for(shape).metadata["pattern"]


def test_type_unknown_to_the_facts_is_neither() -> None:
    assert facts.is_taggable("aws_no_such_thing") is None


# --- regions ------------------------------------------------------------------------------------


@cache
def _data(name: str) -> Any:
    """A file of botocore's own data."""
    return botocore.session.get_session().get_component("data_loader").load_data(name)


def _partitions() -> dict[str, Any]:
    known = {partition.name for partition in facts.partitions()}
    return {part["id"]: part for part in _data("partitions")["partitions"] if part["id"] in known}


def _regions_with(endpoint: str) -> set[str]:
    """The regions in which endpoints.json has a service."""
    return {
        region
        for part in _data("endpoints")["partitions"]
        for region in part["services"].get(endpoint, {}).get("endpoints", {})
        if region in part["regions"]
    }


def test_regions_and_partitions_are_botocore_s() -> None:
    """A region that is new there belongs into regions.yaml, with the services that it lacks."""
    listed = {
        name: [region for region in sorted(part["regions"]) if not region.endswith("-global")]
        for name, part in _partitions().items()
    }
    assert {part.name: list(part.regions) for part in facts.partitions()} == listed
    suffixes = {name: part["outputs"]["dnsSuffix"] for name, part in _partitions().items()}
    assert {part.name: part.dns_suffix for part in facts.partitions()} == suffixes


def test_partitions_that_are_left_out_are_those_without_public_regions() -> None:
    everything = {part["id"] for part in _data("partitions")["partitions"]}
    assert everything - _partitions().keys() == {"aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}


def test_partition_of_a_region() -> None:
    assert facts.partition_of("us-gov-west-1").name == "aws-us-gov"
    assert facts.partition_of("us-west-1").name == "aws"
    with pytest.raises(KeyError):
        facts.partition_of("us-esat-1")


@pytest.mark.parametrize("service", read("regions.yaml")["services"])
def test_service_exists_where_botocore_has_it(service: str) -> None:
    entry = read("regions.yaml")["services"][service]
    if "endpoint" not in entry:
        # botocore has no list of these, so that AWS's page is the source.
        assert not _regions_with(service)
        assert entry["source"].startswith("https://docs.aws.amazon.com/")
        return
    checked = {region for region in facts.regions() if facts.are_services_known(region)}
    found = {region for region in checked if facts.is_available(service, region)}
    assert found == checked & _regions_with(entry["endpoint"])


def test_services_are_unknown_where_botocore_has_none() -> None:
    unknown = {region for region in facts.regions() if not facts.are_services_known(region)}
    assert unknown == set(facts.regions()) - _regions_with("monitoring")


def test_exceptions_of_services_are_known_regions_and_named_once() -> None:
    for entry in read("regions.yaml")["services"].values():
        assert not {"only_in", "not_in"} <= entry.keys()
        listed = [*entry.get("only_in", ()), *entry.get("not_in", ())]
        assert len(set(listed)) == len(listed)
        assert set(listed) <= set(facts.regions())


def test_every_namespace_of_a_metric_belongs_to_one_service() -> None:
    entries = read("regions.yaml")["services"].values()
    namespaces = [namespace for entry in entries for namespace in entry.get("namespaces", ())]
    assert len(set(namespaces)) == len(namespaces)
    assert {fact.namespace for fact in facts.metrics()} <= set(namespaces)
    assert facts.service_of("AWS/Bedrock/Agents") == "bedrock-agents"
    assert facts.service_of("SchedulingAgent") is None


def test_agents_exist_in_fewer_regions_than_models() -> None:
    assert facts.is_available("bedrock-agents", "us-gov-west-1")
    assert not facts.is_available("bedrock-agents", "us-gov-east-1")
    assert not facts.is_available("bedrock-agents", "ca-west-1")
    assert facts.is_available("bedrock", "ca-west-1")
    assert not facts.is_available("bedrock", "cn-north-1")


# --- cost ---------------------------------------------------------------------------------------


def test_import_reads_only_the_short_lists() -> None:
    program = "import modules.facts; from modules.facts import files; print(files.read.cache_info().currsize)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=FOLDER.parents[1], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"
