"""Regions: which ones config/ may name, and what a target gets where a service does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from modules import facts
from modules.catalog import availability, bedrock
from modules.errors import ConfigError
from modules.spec.dashboards import Graph
from modules.spec.metrics import stats_of
from modules.spec.system import Monitoring
from policies import check, errors
from tests.builders import good_context, good_monitoring, good_settings, monitorings, resources, synthesized

# Typed from the Bedrock user guide's list of regions with agents, independently of the facts.
WITH_AGENTS = {
    *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
    *("us-east-1", "us-east-2", "us-gov-west-1", "us-west-2"),
}
AGENT_ALARMS = {"bedrock-throttles", "high-error-rate", "high-latency"}
WITHOUT_AGENTS = "eu-south-1"
BOTH = {"targets": [{"region": "us-east-1"}, {"region": WITHOUT_AGENTS}]}


def messages(changes: dict[str, Any], **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        monitorings(good_settings(changes, environ=environ))
    return [str(problem) for problem in caught.value.problems]


def namespaces_of(found: Monitoring) -> set[str]:
    """The namespaces of every metric in alarms and graphs."""
    signals = [alarm.signal for alarm in found.alarms]
    signals += [
        line.signal
        for page in found.dashboards
        for widget in page.widgets
        if isinstance(widget, Graph)
        for line in widget.lines
    ]
    return {stat.metric.namespace for signal in signals for stat in stats_of(signal)}


# Which regions there are.


@pytest.mark.parametrize(
    ("changes", "environ", "place"),
    [
        ({"targets": [{"region": "us-esat-1"}]}, {}, "config/prod.yaml: targets[0].region"),
        ({}, {"AWS_REGION": "us-esat-1"}, "AWS_REGION"),
        (
            {"terraform": {"backend": {"type": "s3", "bucket": "state", "region": "us-esat-1"}}},
            {},
            "config/prod.yaml: terraform.backend.region",
        ),
    ],
    ids=["target", "variable", "state"],
)
def test_unknown_region_is_rejected_with_a_suggestion(
    changes: dict[str, Any], environ: dict[str, str], place: str
) -> None:
    assert messages(changes, **environ) == [
        f"{place}: 'us-esat-1' is not a known AWS region. Did you mean 'us-east-1'? "
        "If AWS has added it recently, add it to modules/facts/regions.yaml"
    ]


def test_region_that_resembles_none_is_rejected_without_a_suggestion() -> None:
    (text,) = messages({"targets": [{"region": "zz-qqqqqqq-9"}]})
    assert "Did you mean" not in text
    assert "modules/facts/regions.yaml" in text


@pytest.mark.parametrize(
    ("region", "partition", "right"),
    [
        ("us-gov-east-1", "aws", "aws-us-gov"),
        ("cn-northwest-1", "aws-us-gov", "aws-cn"),
        ("eusc-de-east-1", "aws", "aws-eusc"),
        ("eu-central-1", "aws-eusc", "aws"),
    ],
)
def test_partition_has_to_be_that_of_the_region(region: str, partition: str, right: str) -> None:
    (text,) = messages({"targets": [{"region": region, "partition": partition}]})
    assert text.startswith("config/prod.yaml: targets[0].partition: ")
    assert f"set {right}" in text


def test_partition_has_to_be_that_of_the_region_in_the_environment() -> None:
    (text,) = messages({"targets": [{"partition": "aws"}]}, AWS_REGION="cn-north-1")
    assert "'aws' does not hold cn-north-1; set aws-cn" in text


def test_unknown_partition_is_rejected() -> None:
    (text,) = messages({"targets": [{"region": "us-east-1", "partition": "aws-moon"}]})
    assert text.startswith("config/prod.yaml: targets[0].partition: 'aws-moon' is not one of 'aws'")


def test_account_without_partition_names_the_one_of_its_region() -> None:
    (text,) = messages({"targets": [{"region": "cn-north-1", "account": "111122223333"}]})
    assert text.endswith("add partition: aws-cn")


@pytest.mark.parametrize(
    ("region", "console"),
    [
        ("eu-west-1", "https://eu-west-1.console.aws.amazon.com/"),
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/"),
        ("eusc-de-east-1", "https://eusc-de-east-1.console.amazonaws-eusc.eu/"),
    ],
)
def test_dashboards_are_in_the_console_of_the_partition(region: str, console: str) -> None:
    (stack,) = synthesized(good_settings({"targets": [{"region": region}]})).values()
    urls = stack["output"]["dashboard_urls"]["value"].values()
    assert urls
    assert all(url.startswith(console) for url in urls)


# What exists in them.


@pytest.fixture(scope="module")
def everywhere() -> dict[str, Monitoring]:
    """A target in each region, all of one run."""
    settings = good_settings({"targets": [{"region": region} for region in facts.regions()]})
    return {found.place.region: found for found in monitorings(settings)}


def test_every_region_gets_a_stack(everywhere: dict[str, Monitoring]) -> None:
    assert len(everywhere) == len(facts.regions()) > len(WITH_AGENTS)
    assert len({found.stack for found in everywhere.values()}) == len(everywhere)


def test_no_alarm_or_graph_reads_a_service_that_its_region_lacks(everywhere: dict[str, Monitoring]) -> None:
    lacking = {
        (region, namespace)
        for region, found in everywhere.items()
        for namespace in namespaces_of(found)
        if (service := facts.service_of(namespace)) and not facts.is_available(service, region)
    }
    assert lacking == set()


def test_agents_are_monitored_where_aws_has_them_and_nowhere_else(everywhere: dict[str, Monitoring]) -> None:
    for region, found in everywhere.items():
        has_agents = region in WITH_AGENTS
        alarms = {alarm.key for alarm in found.alarms}
        assert alarms & AGENT_ALARMS == (AGENT_ALARMS if has_agents else set()), region
        assert (bedrock.NAMESPACE in namespaces_of(found)) == has_agents, region
        assert any(group.component == "bedrock" for group in found.log_groups) == has_agents, region
        assert (found.agent_metrics_policy is not None) == has_agents, region


def test_stack_without_agents_passes_the_policies_and_mentions_none() -> None:
    settings = good_settings({"targets": [{"region": WITHOUT_AGENTS}]})
    (found,) = monitorings(settings)
    (stack,) = synthesized(settings).values()
    assert not errors(check(stack, good_context(settings, found)))
    assert "agent_metrics_policy" not in stack["output"]
    assert bedrock.NAMESPACE not in str(stack)
    for page in resources(stack, "aws_cloudwatch_dashboard").values():
        assert "high-error-rate" not in str(page)


def test_target_without_agents_has_a_warning_instead_of_the_one_about_aliases() -> None:
    found = {target.place.region: target for target in monitorings(good_settings(BOTH))}
    with_agents, without = (" ".join(found[region].warnings) for region in ("us-east-1", WITHOUT_AGENTS))
    assert "Amazon Bedrock Agents does not exist in eu-south-1" in without
    assert "bedrock-throttles, high-error-rate, high-latency are left out" in without
    assert "alias_arn" not in without
    assert "alias_arn" in with_agents
    assert "does not exist" not in with_agents


def test_configuration_of_agents_serves_the_targets_that_have_them() -> None:
    settings = good_settings(
        {
            **BOTH,
            "alarms": {"high-latency": {"threshold": 8000}},
            "retention": {"overrides": {"bedrock-agent/notes": 90}},
            "maintenance": [
                {"alarms": ["bedrock-*"], "severity": "info", "until": "2026-12-01", "reason": "move"}
            ],
        }
    )
    first, second = monitorings(settings)
    assert {alarm.key: alarm.condition.threshold for alarm in first.alarms}["high-latency"] == 8000
    assert "high-latency" not in {alarm.key for alarm in second.alarms}


def test_services_of_a_region_that_nobody_checked_are_a_warning() -> None:
    warnings = good_monitoring({"targets": [{"region": "me-west-1"}]}).warnings
    assert any(
        text.startswith("modules/facts/regions.yaml does not say which services exist in me-west-1")
        for text in warnings
    )


def lacks(monkeypatch: pytest.MonkeyPatch, lacking: str) -> None:
    real = facts.is_available
    monkeypatch.setattr(
        facts, "is_available", lambda service, region: service != lacking and real(service, region)
    )


@pytest.mark.parametrize(
    ("service", "text"),
    [
        ("scheduler", "us-east-1 has no Amazon EventBridge Scheduler, which schedules need"),
        ("kms", "us-east-1 has no AWS KMS, which keys need"),
        ("logs", "us-east-1 has no Amazon CloudWatch Logs, which log groups need"),
        ("lambda", "us-east-1 has no AWS Lambda, which functions need"),
    ],
)
def test_region_without_a_service_that_every_stack_needs_is_rejected(
    monkeypatch: pytest.MonkeyPatch, service: str, text: str
) -> None:
    lacks(monkeypatch, service)
    (problem,) = messages({"targets": [{"region": "us-east-1"}]})
    assert problem.startswith(f"config/prod.yaml: targets: {text}; choose another region")


def test_alarms_and_graphs_of_any_service_are_left_out_where_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lacks(monkeypatch, "rds")
    found = good_monitoring()
    assert "AWS/RDS" not in namespaces_of(found)
    assert "db-connections-high" not in {alarm.key for alarm in found.alarms}
    assert any("Amazon RDS does not exist in us-east-1" in text for text in found.warnings)


def test_every_part_that_needs_a_service_is_a_part_of_the_monitoring() -> None:
    assert set(availability._SERVICES) <= set(Monitoring.__dataclass_fields__)
    for service in availability._SERVICES.values():
        assert facts.service_title(service)


# A quota that is not the same in every account.


def test_quota_of_functions_that_is_assumed_is_a_warning() -> None:
    assumed, configured = (
        " ".join(good_monitoring(changes).warnings)
        for changes in ({}, {"lambda": {"account_concurrency": 1000}})
    )
    assert "lambda.account_concurrency is not set, and 1000 is assumed" in assumed
    assert "aws lambda get-account-settings" in assumed
    assert "account_concurrency" not in configured
