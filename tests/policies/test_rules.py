"""The finer points of single rules: what they leave alone, and what they say."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from modules.resources.views import Resource
from policies import Ceiling, PublishedOutside, check
from policies.tags import tag_keys_differ_in_more_than_case
from tests.policies.alarms import alarm, metric
from tests.policies.mutations import ALARM, DASHBOARD, FILTER, GROUP, POLICY, TOPIC, first, fitting
from tests.policies.stacks import good_context, good_stack, topic_policy


def found_in(stack: dict[str, Any], **context: Any) -> set[str]:
    return {finding.rule for finding in check(stack, good_context(**context))}


def with_alarm(name: str, **values: Any) -> dict[str, Any]:
    stack = good_stack()
    stack["resource"][ALARM][name].update(values)
    return stack


def with_new_alarm(**values: Any) -> dict[str, Any]:
    stack = good_stack()
    stack["resource"][ALARM]["new"] = alarm("new", "info", **values)
    return stack


def with_first(kind: str, **values: Any) -> dict[str, Any]:
    stack = good_stack()
    first(stack, kind).update(values)
    return stack


@pytest.mark.parametrize(
    "values",
    [
        {"treat_missing_data": "missing"},
        {"period": 60, "evaluation_periods": 1440},
        {"period": 3600, "evaluation_periods": 168},
        {"period": 10},
        {"datapoints_to_alarm": 3},
        {"threshold": "10"},
        {"unit": "Count"},
        {"actions_enabled": True},
        {"tags": {"Severity": "critical", "Role": "page", "Owner": "backend"}},
        {"alarm_description": "Why. Runbook: https://example.com/runbooks/errors"},
        {"alarm_name": "scheduling-agent-${var.suffix}"},
        {"threshold": 1e9 - 1},
    ],
    ids=str,
)
def test_legal_alarm_is_left_alone(values: dict[str, Any]) -> None:
    assert found_in(with_alarm("errors", **values)) == set()


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"period": 3600, "evaluation_periods": 169}, "MON-EVL-004"),
        ({"period": 0}, "MON-EVL-003"),
        ({"period": "minute"}, "MON-EVL-003"),
        ({"datapoints_to_alarm": 1.5}, "MON-EVL-002"),
        ({"datapoints_to_alarm": True}, "MON-EVL-002"),
        ({"actions_enabled": "false"}, "MON-ACT-003"),
        ({"alarm_actions": "not a list"}, "MON-ACT-002"),
        ({"threshold_metric_id": "ad1"}, "MON-THR-001"),
        ({"alarm_description": "There is no runbook."}, "MON-ALM-003"),
    ],
    ids=str,
)
def test_illegal_alarm_is_found(values: dict[str, Any], rule: str) -> None:
    assert rule in found_in(with_alarm("errors", **values))


@pytest.mark.parametrize(
    ("operator", "threshold", "rule"),
    [
        ("GreaterThanThreshold", 100, "MON-THR-003"),
        ("GreaterThanOrEqualToThreshold", 100, None),
        ("GreaterThanOrEqualToThreshold", 100.5, "MON-THR-003"),
        ("LessThanThreshold", 0, "MON-THR-003"),
        ("LessThanOrEqualToThreshold", 0, None),
        ("LessThanThreshold", 101, "MON-THR-004"),
        ("LessThanOrEqualToThreshold", 100, "MON-THR-004"),
        ("GreaterThanThreshold", 0, None),
        ("GreaterThanOrEqualToThreshold", 0, "MON-THR-004"),
    ],
)
def test_threshold_at_a_bound(operator: str, threshold: float, rule: str | None) -> None:
    load = PublishedOutside(namespace="Own", name="Load", dimensions={}, unit="Percent", by="an agent")
    values = metric("Own", "Load", "Average") | {"comparison_operator": operator, "threshold": threshold}

    assert found_in(with_new_alarm(**values), published_outside=published(load)) == (
        {rule} if rule else set()
    )


def published(*more: PublishedOutside) -> tuple[PublishedOutside, ...]:
    return (*good_context().published_outside, *more)


@pytest.mark.parametrize(
    ("expression", "threshold", "rules"),
    [
        ("SUM([m1, m2])", 199, set()),
        ("SUM([m1, m2])", 200, {"MON-THR-003"}),
        ("MAX([m1, m2])", 99, set()),
        ("MAX([m1, m2])", 100, {"MON-THR-003"}),
        ("m1 + m2", 200, {"MON-THR-003"}),
        ("AVG([m1, m2]) * 2", 200, {"MON-THR-003"}),
        ("m1 - m2", 99, set()),
        ("m1 - m2", 100, {"MON-THR-003"}),
        ("-m1 - m2", 0, {"MON-THR-003"}),
        ("100 * m1 / m2", -1, {"MON-THR-004"}),
        ("IF(m1 > 5, m2, 0)", 100, {"MON-THR-003"}),
        ("FILL(m1, 0) + FILL(m2, REPEAT)", 200, {"MON-THR-003"}),
        ("SUM(METRICS())", 199, set()),
        ("SUM(METRICS())", 200, {"MON-THR-003"}),
        ("m1 AND m2", 1, {"MON-THR-003"}),
        ("SUM([m1, m2]) WHO KNOWS", 1e30, set()),
        ("ANOMALY(m1, m2)", 1e30, set()),
    ],
)
def test_bounds_of_metric_math(expression: str, threshold: float, rules: set[str]) -> None:
    load = PublishedOutside(namespace="Own", name="Load", dimensions={}, unit="Percent", by="an agent")
    read = {"namespace": "Own", "metric_name": "Load", "stat": "Average", "period": 60}
    queries = [
        {"id": "e1", "expression": expression, "return_data": True},
        {"id": "m1", "metric": read},
        {"id": "m2", "metric": read},
    ]

    stack = with_new_alarm(metric_query=queries, threshold=threshold)

    assert found_in(stack, published_outside=published(load)) == rules


def test_bounds_follow_an_expression_through_others() -> None:
    read = {"namespace": "Own", "metric_name": "Load", "stat": "Average", "period": 60}
    queries = [
        {"id": "e1", "expression": "e2 * 2", "return_data": True},
        {"id": "e2", "expression": "m1 / 100"},
        {"id": "m1", "metric": read},
    ]
    load = PublishedOutside(namespace="Own", name="Load", dimensions={}, unit="Percent", by="an agent")

    found = [
        found_in(with_new_alarm(metric_query=queries, threshold=threshold), published_outside=published(load))
        for threshold in (1.9, 2)
    ]

    assert found == [set(), {"MON-THR-003"}]


@pytest.mark.parametrize(
    ("expression", "operator", "is_right"),
    [
        ("100 * m1", "GreaterThanThreshold", True),
        ("m1 / 60", "GreaterThanThreshold", True),
        ("m1 / 60", "LessThanThreshold", False),
        ("1000 - m1", "LessThanThreshold", True),
        ("1000 - m1", "GreaterThanThreshold", False),
        ("100 / m1", "LessThanThreshold", True),  # either side may hurt
        ("IF(m1 > 2, m1, 0)", "LessThanThreshold", True),
    ],
)
def test_side_of_a_threshold_follows_the_math(expression: str, operator: str, is_right: bool) -> None:
    errors = {"namespace": "AWS/Lambda", "metric_name": "Errors", "stat": "Sum", "period": 60}
    query = {"id": "m1", "metric": errors | {"dimensions": {"FunctionName": "notes"}}}
    result = {"id": "e1", "expression": expression, "return_data": True}
    alarm = with_new_alarm(metric_query=[result, query], threshold=10, comparison_operator=operator)

    assert ("MON-THR-005" not in found_in(alarm)) == is_right


def of_queries(expression: str, *ids: str, **more: Any) -> dict[str, Any]:
    """An alarm on metric math over some failures of functions."""
    errors = {"namespace": "AWS/Lambda", "metric_name": "Errors", "stat": "Sum", "period": 60}
    read = errors | {"dimensions": {"FunctionName": "notes"}}
    queries = [{"id": key, "metric": read} for key in ids]
    result = {"id": "e1", "expression": expression, "return_data": True, **more}
    return with_new_alarm(metric_query=[result, *queries], threshold=0)


@pytest.mark.parametrize(
    ("expression", "unused"),
    [
        ("SUM(METRICS())", ""),
        ('SUM(METRICS("m"))', "x1"),
        ('SUM([METRICS("m1"), METRICS("x")])', "m2"),
        ("m1 + FILL(m2, REPEAT)", "x1"),
        ("SUM(METRICS('m')) + x1", ""),
    ],
)
def test_metrics_function_uses_the_metrics_that_it_selects(expression: str, unused: str) -> None:
    found = check(of_queries(expression, "m1", "m2", "x1"), good_context())

    assert [(finding.rule, finding.found) for finding in found] == (
        [("MON-SIG-005", f"unused: {unused}")] if unused else []
    )


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        (
            of_queries("SEARCH('{AWS/SNS,TopicName} MetricName=\"x\"', 'Sum', 300)"),
            ["SEARCH in e1"],
        ),
        (of_queries("SUM(SEARCH('{AWS/SNS}', 'Sum', 300)) + m1", "m1"), ["SEARCH in e1"]),
        (of_queries('SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda")'), ["e1 without a period"]),
        (of_queries('SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda")', period=0), ["e1 without a period"]),
        (of_queries("select sum(errors) from lambda", period=60), []),
        (of_queries("INSIGHT_RULE_METRIC('rule', 'UniqueContributors')"), ["e1 without a period"]),
        (of_queries("INSIGHT_RULE_METRIC('rule', 'UniqueContributors')", period=60), []),
        (of_queries("TIME_SERIES(0) + INSIGHT_RULE_METRIC('rule', 'Sum') / m1", "m1"), []),
        (of_queries("METRICS()", "m1"), []),
        (of_queries("METRICS() / 100", "m1", "m2"), ["several series from METRICS() / 100"]),
        (of_queries("[m1, m2]", "m1", "m2"), ["several series from [m1, m2]"]),
        (of_queries("FILL(METRICS(), 0)", "m1", "m2"), ["several series from FILL(METRICS(), 0)"]),
        (of_queries("AVG(m1)", "m1"), ["one number from AVG(m1)"]),
        (of_queries("m1 - AVG(m1)", "m1"), []),
        (of_queries("TIME_SERIES(MAX(m1))", "m1"), []),
        (of_queries("MAX(METRICS())", "m1", "m2"), []),
        (of_queries("FIRST(SORT(METRICS(), AVG, DESC))", "m1", "m2"), []),
        (of_queries("SUM([m1 m2])", "m1", "m2"), []),  # what the parser does not read is not judged
    ],
)
def test_alarm_takes_one_series_and_no_search(stack: dict[str, Any], found: list[str]) -> None:
    findings = check(stack, good_context())

    assert [each.found for each in findings if each.rule == "MON-SIG-009"] == found


@pytest.mark.parametrize(("threshold", "rules"), [(29_999, set()), (30_000, {"MON-THR-006"})])
def test_ceiling_of_this_system(threshold: float, rules: set[str]) -> None:
    assert found_in(with_alarm("duration", threshold=threshold)) == rules


def test_ceiling_of_another_function_says_nothing() -> None:
    other = Ceiling(
        namespace="AWS/Lambda", name="Duration", dimensions={"FunctionName": "x"}, maximum=1, because="slow"
    )

    assert found_in(good_stack(), ceilings=(other,)) == set()


def test_ceiling_says_its_reason() -> None:
    (finding,) = check(with_alarm("duration", threshold=30_000), good_context())

    assert "the timeout of notes is 30000 ms" in finding.wanted


@pytest.mark.parametrize(
    ("dimensions", "rule"),
    [({"Agent": "notes"}, None), ({}, "MON-MET-002"), ({"Agent": "x", "Level": "y"}, "MON-MET-002")],
)
def test_filter_publishes_with_all_its_dimensions(dimensions: dict[str, str], rule: str | None) -> None:
    stack = good_stack()
    errors = stack["resource"][FILTER]["errors"]
    errors["pattern"] = '{ ($.level = "ERROR") && ($.agent = *) }'
    errors["metric_transformation"]["dimensions"] = {"Agent": "$.agent"}
    errors["metric_transformation"].pop("default_value")
    stack["resource"][ALARM]["errors"]["dimensions"] = dimensions

    assert found_in(stack) == ({rule} if rule else set())


def test_declared_metric_needs_equal_dimensions() -> None:
    declared = PublishedOutside(namespace="Own", name="Load", dimensions={"Host": "a"}, unit="Count", by="x")
    stack = with_new_alarm(**metric("Own", "Load", "Maximum", Host="b"), threshold=1)

    assert found_in(stack, published_outside=published(declared)) == {"MON-MET-002"}


def test_account_wide_metric_needs_no_dimensions() -> None:
    values = metric("AWS/Lambda", "ConcurrentExecutions", "Maximum") | {"threshold": 800}

    assert found_in(with_new_alarm(**values)) == set()


def test_roll_up_of_a_region_is_refused() -> None:
    values = metric("AWS/Lambda", "Errors", "Sum") | {"threshold": 5}

    assert found_in(with_new_alarm(**values)) == {"MON-MET-002"}


def test_metric_that_bedrock_does_not_have_is_refused() -> None:
    values = metric("AWS/Bedrock", "Errors", "Sum", ModelId="m") | {"threshold": 5}

    assert found_in(with_new_alarm(**values)) == {"MON-MET-001"}


def test_filters_of_two_groups_may_share_a_name() -> None:
    stack = good_stack()
    other = copy.deepcopy(stack["resource"][FILTER]["errors"])
    other["log_group_name"] = "/aws/scheduling-agent/lambda/notes"
    stack["resource"][FILTER]["other"] = other

    assert found_in(stack) == set()


def test_composite_and_metric_alarm_share_their_names() -> None:
    stack = good_stack()
    stack["resource"]["aws_cloudwatch_composite_alarm"]["outage"]["alarm_name"] = "scheduling-agent-errors"

    assert found_in(stack) == {"MON-NAM-001"}


@pytest.mark.parametrize(
    ("days", "rules"), [(7, set()), ("30", set()), (5, {"MON-RET-002"}), (8, {"MON-RET-001"})]
)
def test_retention(days: Any, rules: set[str]) -> None:
    assert found_in(with_first(GROUP, retention_in_days=days)) == rules


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("prod", set()),
        ("dev-7", set()),
        ("Dev", {"MON-TAG-002"}),
        ("${var.name}", set()),
        ("Zürich-1", set()),
    ],
)
def test_allowed_values_of_tags(value: str, rules: set[str]) -> None:
    stack = with_first(GROUP, tags={"Environment": value})

    assert found_in(stack) == rules


@pytest.mark.parametrize(
    ("tags", "rules"),
    [
        ({"Team": "Zürich", "Ort": "Åre 2"}, set()),
        ({"Größe": "東京"}, set()),
        ({"Team": "Zu\u0308rich"}, {"MON-TAG-003"}),
        ({"Team": "a\tb"}, {"MON-TAG-003"}),
        ({"Team": "a\nb"}, {"MON-TAG-003"}),
        ({"Team": "50 %"}, {"MON-TAG-003"}),
        ({"Team": "👍"}, {"MON-TAG-003"}),
        ({"Team": "a", "Teams": "b"}, set()),
        ({"Team": "a", "team": "b"}, {"MON-TAG-005"}),
        ({"Größe": "1", "GRÖSSE": "2", "GRÖßE": "3"}, {"MON-TAG-005"}),
        ({"owner": "next to Owner of the provider"}, {"MON-TAG-005"}),
    ],
)
def test_characters_and_case_of_tags(tags: dict[str, str], rules: set[str]) -> None:
    assert found_in(with_first(GROUP, tags=tags)) == rules


def test_case_of_tags_counts_in_a_plan_with_the_tags_of_the_provider() -> None:
    tags = {"owner": "x"}
    values = {"name": "/aws/x", "tags": tags, "tags_all": {"Owner": "platform", **tags}}
    resource = Resource("aws_iam_role", "aws_iam_role.a", values)
    (breach,) = tag_keys_differ_in_more_than_case(resource)
    assert breach.found == "Owner and owner"


def test_case_of_tags_does_not_count_where_nothing_is_tagged() -> None:
    inherited = {"Owner": "platform", "owner": "x"}
    policy = Resource("aws_sns_topic_policy", "aws_sns_topic_policy.a", {}, inherited_tags=inherited)
    assert list(tag_keys_differ_in_more_than_case(policy)) == []


def test_tags_of_another_provider_configuration_are_used() -> None:
    stack = with_first(GROUP, provider="aws.other")
    stack["provider"]["aws"].append({"alias": "other", "default_tags": {"tags": {"Environment": "prod"}}})

    (finding,) = check(stack, good_context())

    assert (finding.rule, finding.found) == ("MON-TAG-001", "no tag Owner")


def test_untaggable_resource_needs_no_tags() -> None:
    stack = good_stack()
    stack["resource"] = {
        "aws_cloudwatch_query_definition": {"a": {"name": "a", "query_string": "fields @message"}}
    }
    stack["provider"] = {}

    assert not {rule for rule in found_in(stack) if rule.startswith("MON-TAG")}


def test_route_with_two_topics_is_ambiguous() -> None:
    stack = good_stack()
    stack["resource"][TOPIC]["second"] = {**stack["resource"][TOPIC]["info"], "name": "second"}

    assert found_in(stack) == {"MON-TOP-001", "MON-TOP-004"}


def test_source_account_of_everybody_is_no_limit() -> None:
    policy = topic_policy()
    policy["Statement"][0]["Condition"]["StringEquals"]["aws:SourceAccount"] = "*"
    assert found_in(with_first(POLICY, policy=json.dumps(policy))) == {"MON-TOP-005"}


def test_policy_that_cannot_be_read_is_not_trusted() -> None:
    stack = with_first(POLICY, policy="${data.aws_iam_policy_document.topic.json}")

    assert found_in(stack) == {"MON-TOP-005", "MON-TOP-006"}


def test_empty_stack_has_no_findings() -> None:
    assert check({}, good_context()) == ()


def test_dashboard_is_optional() -> None:
    stack = good_stack()
    del stack["resource"][DASHBOARD]

    assert found_in(stack) == set()


def test_finding_reads_in_at_most_three_lines() -> None:
    (finding,) = check(with_first(GROUP, retention_in_days=17), good_context())

    lines = str(finding).splitlines()

    assert lines[0].startswith(
        "error MON-RET-001 aws_cloudwatch_log_group.backend: found 17; wanted 1, 3, 5, 7"
    )
    assert "retention.days" in lines[1]
    assert len(lines) <= 3


def test_control_characters_do_not_reach_the_message() -> None:
    findings = check(with_alarm("errors", alarm_name="a\x1b[31m\nb"), good_context())

    assert findings
    assert all(line.isprintable() for finding in findings for line in str(finding).splitlines())


def test_findings_are_in_order() -> None:
    stack = good_stack()
    for _, item in fitting(stack, ALARM):
        item.pop("treat_missing_data")
    first(stack, GROUP)["retention_in_days"] = 17

    found = check(stack, good_context())

    assert [(item.rule, item.address) for item in found] == sorted(
        (item.rule, item.address) for item in found
    )


def test_metric_in_a_finding_reads_as_text() -> None:
    dimensions = {"StateMachineArn": "arn:aws:states:us-east-1:111122223333:stateMachine:idp"}
    stack = with_alarm(
        "errors", namespace="AWS/States", metric_name="NoSuchMetric", dimensions=dimensions, unit=None
    )
    (found,) = [item.found for item in check(stack, good_context()) if item.rule == "MON-MET-001"]

    assert found == f"Sum of AWS/States NoSuchMetric (StateMachineArn={dimensions['StateMachineArn']})"
