"""Parts of a plan that its expressions do not list: dynamic blocks, generated names, keys of instances.

Plans by real Terraform: of new resources, and of the same ones once they exist.
"""

from __future__ import annotations

from typing import Any

import pytest

from modules.resources.stacks import read_plan
from modules.resources.views import MetricAlarm
from modules.terraform.values import Unknown
from ops.review import Plan, review
from ops.review.json_report import as_json
from ops.review.values import at
from ops.terraform import Terraform
from policies import check_plan
from tests.policies.stacks import good_context
from tests.review.labs import PROVIDER, REGION, Lab, Tree, state_of

ALARM = "aws_cloudwatch_metric_alarm"
KEYS = ["a]b", 'c"d']
HOOK = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
METRIC = {"namespace": "AWS/Lambda", "metric_name": "Errors", "period": 60, "stat": "Sum"}
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def dynamic(name: str, each: list[str], content: Tree) -> Tree:
    return {"dynamic": {name: {"for_each": each, "content": content}}}


def alarm(name: str, **parts: Any) -> Tree:
    condition = {"comparison_operator": "GreaterThanThreshold", "evaluation_periods": 1, "threshold": 5}
    return {"alarm_name": name} | condition | parts


def math(name: str, *ids: str) -> Tree:
    query = {"id": "${metric_query.value}", "return_data": True, "metric": METRIC}
    return alarm(name, **dynamic("metric_query", list(ids), query))


def dynamic_of_unknown_number() -> Tree:
    each = '${toset(split("-", aws_sns_topic.one.arn))}'
    content = {"id": "m1", "expression": "1"}
    return {"dynamic": {"metric_query": {"for_each": each, "content": content}}}


def stack() -> Tree:
    one_queue = {
        "for_each": f"${{toset({KEYS})}}".replace("'a]b'", '"a]b"').replace("'c\"d'", '"c\\"d"'),
        "alarm_name": "${each.key}",
        "namespace": "AWS/SQS",
        "metric_name": "ApproximateAgeOfOldestMessage",
        "statistic": "Maximum",
        "period": 60,
        "dimensions": {"QueueName": "${aws_sqs_queue.work[each.key].name}"},
    }
    role = {"name_prefix": "example-", "assume_role_policy": TRUST}
    function = {
        "function_name": "one",
        "role": f"arn:aws:iam::111122223333:role/{REGION}",
        "s3_bucket": "archives",
        "s3_key": "one.zip",
        "handler": "one.handler",
        "runtime": "python3.12",
    }
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {"aws": [PROVIDER]},
        "resource": {
            ALARM: {
                "one": math("one", "m1"),
                "two": math("two", "m1", "m2"),
                "open": math("open") | dynamic_of_unknown_number(),
                "queue": alarm("unused") | one_queue,
            },
            "aws_iam_role": {"one": role},
            "aws_cloudwatch_log_group": {"one": {"name_prefix": "example-", "retention_in_days": 30}},
            "aws_sns_topic": {"one": {}},
            "aws_sqs_queue": {"work": {"for_each": one_queue["for_each"], "name_prefix": "work"}},
            "aws_lambda_function": {
                "one": function | dynamic("environment", ["x"], {"variables": {"HOOK": HOOK}}),
                "plain": function | {"function_name": "plain"},
            },
        },
    }


def rules(plan: Tree, address: str) -> set[str]:
    return {item.rule for item in check_plan(plan, good_context()) if item.address == address}


@pytest.fixture(scope="module")
def new(terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    lab = Lab(tmp_path_factory.mktemp("dynamic") / "stack", terraform)
    lab.prepare(stack(), {})
    return lab.plan(stack())


@pytest.fixture(scope="module")
def existing(new: Tree, terraform: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    lab = Lab(tmp_path_factory.mktemp("existing") / "stack", terraform)
    lab.prepare(stack(), {})
    literal = {**stack(), "resource": {}}
    state = state_of(literal, new)
    for item in state["resources"]:
        attributes = item["instances"][0]["attributes"]
        if item["name"] == "plain":
            attributes["logging_config"] = [
                {"log_format": "Text", "log_group": "/aws/lambda/plain", "application_log_level": ""}
            ]
    changed = stack()
    changed["resource"][ALARM]["one"]["threshold"] = 6
    return lab.plan(changed, state)


@pytest.mark.parametrize("fixture", ["new", "existing"])
def test_metric_math_in_a_dynamic_block_is_read(fixture: str, request: pytest.FixtureRequest) -> None:
    plan = request.getfixturevalue(fixture)

    assert not rules(plan, f"{ALARM}.one") & {"MON-SIG-001", "MON-SIG-003"}
    assert "MON-SIG-003" in rules(plan, f"{ALARM}.two")


def test_unknown_number_of_dynamic_blocks_claims_nothing(new: Tree) -> None:
    assert not rules(new, f"{ALARM}.open") & {"MON-SIG-001", "MON-SIG-003"}
    assert read_plan(new).at(MetricAlarm, "open", "alarm_name").get("metric_query") == Unknown()


@pytest.mark.parametrize("fixture", ["new", "existing"])
def test_webhook_in_a_dynamic_environment_is_reported(fixture: str, request: pytest.FixtureRequest) -> None:
    plan = request.getfixturevalue(fixture)

    assert "MON-FUN-002" in rules(plan, "aws_lambda_function.one")
    assert HOOK not in str(as_json(review(Plan("plan.json", plan))))


def test_block_that_the_provider_fills_in_does_not_count_as_set(existing: Tree) -> None:
    values = {item.address: item.values for item in read_plan(existing).resources}
    planned = {
        item["address"]: item["values"] for item in existing["planned_values"]["root_module"]["resources"]
    }

    assert at(planned["aws_lambda_function.plain"], "logging_config.log_group") == "/aws/lambda/plain"
    assert "logging_config" not in values["aws_lambda_function.plain"]


def test_generated_name_is_unknown_and_not_missing(new: Tree) -> None:
    found = {item.address: item.get("name") for item in read_plan(new).resources}
    names = ["aws_iam_role.one", "aws_cloudwatch_log_group.one", "aws_sns_topic.one"]

    assert [found[name] for name in names] == [Unknown()] * len(names)
    assert not [item for item in check_plan(new, good_context()) if item.rule == "MON-NAM-002"]


def test_keys_of_instances_with_brackets_and_quotes_are_read(new: Tree) -> None:
    alarms = [item for item in read_plan(new).of(MetricAlarm) if item.address.startswith(f"{ALARM}.queue")]

    assert [item.address for item in alarms] == [f'{ALARM}.queue["a]b"]', f'{ALARM}.queue["c\\"d"]']
    for item in alarms:
        assert item.get("metric_query") is None
        assert not rules(new, item.address) & {"MON-SIG-001", "MON-SIG-003"}


def test_generated_name_is_described_by_what_is_known(new: Tree) -> None:
    found = {verdict.address: verdict.new for verdict in review(Plan("plan.json", new)).verdicts}

    assert found["aws_cloudwatch_log_group.one"] == "generated name, prefix example-, kept 30 days"
    assert found["aws_iam_role.one"] == "generated name, prefix example-"
    assert found["aws_sns_topic.one"] == "known after apply"


def test_alarm_on_an_instance_that_is_not_known_yet_counts_as_its_alarm(new: Tree) -> None:
    assert "MON-QUE-007" not in rules(new, 'aws_sqs_queue.work["a]b"]')
