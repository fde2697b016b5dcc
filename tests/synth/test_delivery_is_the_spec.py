"""The path of notifications, as Terraform gets it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings
from modules.spec.queues import LONGEST_RETENTION_SECONDS
from modules.spec.system import Monitoring
from modules.synthesis import terraform
from tests.builders import good_settings, monitorings, resources, shipped, synthesized

Tree = dict[str, Any]
PLACE = {"region": "eu-west-1", "account": "111122223333", "partition": "aws"}
SECRET_LIKE = re.compile(r"hooks\.slack\.com/services|events\.pagerduty\.com|AKIA[0-9A-Z]{16}")


@pytest.fixture(scope="module")
def made() -> Settings:
    changes = {"targets": [PLACE], "routes": {name: {"pagerduty": True} for name in ("critical", "delivery")}}
    return good_settings(changes, environ={"SNS_EMAIL": "ops@team.example"})


@pytest.fixture(scope="module")
def spec(made: Settings) -> Monitoring:
    (found,) = monitorings(made)
    return found


@pytest.fixture(scope="module")
def folder(made: Settings, spec: Monitoring, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    terraform({spec.stack: (made, spec)}, out)
    return out / "stacks" / spec.stack


@pytest.fixture(scope="module")
def stack(folder: Path) -> Tree:
    found: Tree = json.loads((folder / "cdk.tf.json").read_text("utf-8"))
    return found


def _document(text: str) -> dict[str, Tree]:
    return {one["Sid"]: one for one in json.loads(text)["Statement"]}


def test_every_subscription_keeps_what_its_subscriber_did_not_take(stack: Tree) -> None:
    found = resources(stack, "aws_sns_topic_subscription")
    assert len(found) == 9
    for one in found.values():
        route = one["topic_arn"].removeprefix("${aws_sns_topic.topic-").removesuffix(".arn}")
        wanted = {"deadLetterTargetArn": f"${{aws_sqs_queue.queue-{route}-undelivered.arn}}"}
        assert json.loads(one["redrive_policy"]) == wanted
        assert one["raw_message_delivery"] is False


def test_slack_has_a_queue_a_function_and_a_secret_for_each_of_its_routes(stack: Tree) -> None:
    queues, functions = resources(stack, "aws_sqs_queue"), resources(stack, "aws_lambda_function")
    for route in ("critical", "warning"):
        key = f"slack-{route}"
        subscription = resources(stack, "aws_sns_topic_subscription")[f"subscription-{key}"]
        assert subscription["topic_arn"] == f"${{aws_sns_topic.topic-{route}.arn}}"
        assert subscription["endpoint"] == f"${{aws_sqs_queue.queue-{key}.arn}}"
        reading = resources(stack, "aws_lambda_event_source_mapping")[f"events-{key}"]
        assert reading["event_source_arn"] == f"${{aws_sqs_queue.queue-{key}.arn}}"
        assert reading["function_response_types"] == ["ReportBatchItemFailures"]
        function = functions[f"function-{key}"]
        variables = function["environment"]["variables"]
        assert variables["SLACK_SECRET_ARN"] == f"${{aws_secretsmanager_secret.secret-{key}.arn}}"
        assert variables["SEVERITY"] == route
        assert queues[f"queue-{key}"]["visibility_timeout_seconds"] >= 6 * function["timeout"]


def test_dead_letters_outlive_the_queue_that_they_come_from(stack: Tree) -> None:
    queues = resources(stack, "aws_sqs_queue")
    dead = {
        name: json.loads(one["redrive_policy"])["deadLetterTargetArn"].split(".")[1]
        for name, one in queues.items()
        if "redrive_policy" in one
    }
    assert set(dead) == {"queue-slack-critical", "queue-slack-warning", "queue-digest"}
    for name, target in dead.items():
        assert queues[target]["message_retention_seconds"] == LONGEST_RETENTION_SECONDS
        allowed = json.loads(queues[target]["redrive_allow_policy"])
        source = f"arn:aws:sqs:eu-west-1:111122223333:{queues[name]['name']}"
        assert allowed == {"redrivePermission": "byQueue", "sourceQueueArns": [source]}


def test_only_its_topic_may_send_to_a_queue_and_nothing_without_tls(stack: Tree, spec: Monitoring) -> None:
    topics = {topic.route: topic.name for topic in spec.topics}
    for queue in spec.queues:
        policy = _document(resources(stack, "aws_sqs_queue")[f"queue-{queue.key}"]["policy"])
        deny = policy.pop("DenyPlainTransport")
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
        arn = f"arn:aws:sqs:eu-west-1:111122223333:{queue.name}"
        senders = {one["Condition"]["ArnEquals"]["aws:SourceArn"]: one["Resource"] for one in policy.values()}
        named = f"arn:aws:sns:eu-west-1:111122223333:{topics[queue.fed_by]}" if queue.fed_by else None
        assert senders == ({named: arn} if named else {})


def test_pagerduty_gets_envelopes_at_an_address_that_stands_nowhere(stack: Tree) -> None:
    variable = stack["variable"]["pagerduty_integration_url"]
    assert (variable["sensitive"], variable["nullable"]) == (True, False)
    assert "default" not in variable
    for route in ("critical", "delivery"):
        one = resources(stack, "aws_sns_topic_subscription")[f"pagerduty-{route}"]
        assert one["endpoint"] == "${var.pagerduty_integration_url}"
        assert (one["protocol"], one["endpoint_auto_confirms"]) == ("https", True)
        assert "filter_policy" not in one
    assert not SECRET_LIKE.search(json.dumps(stack))


def test_nothing_is_created_before_its_predecessor_is_destroyed(stack: Tree) -> None:
    """AWS answers many creations with what exists already; destroying the predecessor then removes both.

    Terraform extends `create_before_destroy` to what a resource needs: here also to topics and queues.
    """
    lifecycles = {
        f"{kind}.{name}": body["lifecycle"]
        for kind, named in stack["resource"].items()
        for name, body in named.items()
        if "lifecycle" in body
    }
    assert lifecycles == {}


def test_without_pagerduty_no_address_is_asked_for() -> None:
    (found,) = synthesized(good_settings()).values()
    assert "variable" not in found
    assert not [name for name in resources(found, "aws_sns_topic_subscription") if "pagerduty" in name]


def test_retries_of_pagerduty_end_within_the_hour_that_sns_grants(stack: Tree) -> None:
    one = resources(stack, "aws_sns_topic_subscription")["pagerduty-critical"]
    policy = json.loads(one["delivery_policy"])["healthyRetryPolicy"]
    backing_off = policy["numRetries"] - policy["numNoDelayRetries"] - policy["numMinDelayRetries"]
    most = policy["numMinDelayRetries"] * policy["minDelayTarget"] + backing_off * policy["maxDelayTarget"]
    assert most <= 3600
    assert policy["minDelayTarget"] <= policy["maxDelayTarget"]


def test_functions_run_the_archive_beside_them(stack: Tree, folder: Path) -> None:
    for one in resources(stack, "aws_lambda_function").values():
        content = (folder / one["filename"]).read_bytes()
        assert one["source_code_hash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert "handler.py" in zipfile.ZipFile(BytesIO(content)).namelist()
        assert one["handler"] == "handler.handler"


def test_functions_log_json_into_a_group_of_the_stack(stack: Tree, spec: Monitoring) -> None:
    groups = {
        f"${{aws_cloudwatch_log_group.{name}.name}}" for name in resources(stack, "aws_cloudwatch_log_group")
    }
    for function in spec.functions:
        config = resources(stack, "aws_lambda_function")[f"function-{function.key}"]["logging_config"]
        assert config["log_format"] == "JSON"
        assert config["log_group"] in groups


def test_variables_of_a_function_fit_into_what_lambda_takes(spec: Monitoring) -> None:
    for function in spec.functions:
        assert sum(len(key) + len(value) for key, value in function.environment.items()) < 4096


def test_roles_may_do_single_things_to_single_resources(stack: Tree) -> None:
    """PutMetricData supports no resources, but a condition on the namespace.

    Neither do the actions by which Lambda manages network interfaces. The publisher's role denies these to
    the function's own code.
    """
    roles = resources(stack, "aws_iam_role")
    wanted = ("slack-critical", "slack-warning", "digest", "digest-schedule")
    wanted += ("metrics-publisher", "metrics-publisher-schedule")
    assert set(roles) == {f"role-{name}" for name in wanted}
    for name, policy in resources(stack, "aws_iam_role_policy").items():
        for statement in _document(policy["policy"]).values():
            assert all("*" not in action for action in statement["Action"]), name
            if statement["Action"] == ["cloudwatch:PutMetricData"]:
                assert statement["Condition"] == {"StringEquals": {"cloudwatch:namespace": "SchedulingAgent"}}
                continue
            if all(action.startswith("ec2:") for action in statement["Action"]):
                assert name == "role-policy-metrics-publisher"
                assert statement["Effect"] == "Allow" or "lambda:SourceFunctionArn" in str(statement)
                continue
            assert all(resource.removesuffix(":*").count("*") == 0 for resource in statement["Resource"])
            assert all(resource.startswith(("${aws_", "arn:")) for resource in statement["Resource"])


def test_notifier_reads_its_own_secret_and_queue_alone(stack: Tree) -> None:
    policies = resources(stack, "aws_iam_role_policy")
    policy = _document(policies["role-policy-slack-critical"]["policy"])
    assert policy["ReadSecret"]["Resource"] == ["${aws_secretsmanager_secret.secret-slack-critical.arn}"]
    assert policy["ReadQueue"]["Resource"] == ["${aws_sqs_queue.queue-slack-critical.arn}"]
    assert set(policy) == {"WriteLogs", "ReadQueue", "ReadSecret", "UseKey"}


def test_secrets_have_no_value_in_terraform(stack: Tree) -> None:
    assert set(resources(stack, "aws_secretsmanager_secret")) == {
        "secret-slack-critical",
        "secret-slack-warning",
        "secret-metrics-publisher",
    }
    assert not resources(stack, "aws_secretsmanager_secret_version")


def test_digest_runs_every_day_at_the_local_time_of_the_configuration() -> None:
    wish = {"digest": {"time": "07:05", "time_zone": "Europe/Berlin", "all_clear": "mail"}}
    (found,) = synthesized(good_settings(wish)).values()
    one = resources(found, "aws_scheduler_schedule")["schedule-digest"]
    assert one["schedule_expression"] == "cron(5 7 * * ? *)"
    assert one["schedule_expression_timezone"] == "Europe/Berlin"
    variables = resources(found, "aws_lambda_function")["function-digest"]["environment"]["variables"]
    assert (variables["TIME_ZONE"], variables["ALL_CLEAR"]) == ("Europe/Berlin", "mail")
    assert variables["TOPIC_ARN"] == "${aws_sns_topic.topic-digest.arn}"


def test_schedule_is_created_after_the_policy_of_its_role(stack: Tree) -> None:
    for name, one in resources(stack, "aws_scheduler_schedule").items():
        role = one["target"]["role_arn"].removeprefix("${aws_iam_role.").removesuffix(".arn}")
        policies = resources(stack, "aws_iam_role_policy").items()
        assert one["depends_on"] == [
            f"aws_iam_role_policy.{policy}" for policy, body in policies if f".{role}." in body["role"]
        ], name


def test_info_notices_wait_in_a_queue_and_nobody_is_mailed_each(stack: Tree) -> None:
    found = resources(stack, "aws_sns_topic_subscription").values()
    of_info = [one for one in found if one["topic_arn"] == "${aws_sns_topic.topic-info.arn}"]
    assert [one["endpoint"] for one in of_info] == ["${aws_sqs_queue.queue-digest.arn}"]


def test_route_without_slack_has_nothing_of_it() -> None:
    (found,) = synthesized(good_settings({"routes": {"warning": {"slack": False}}})).values()
    text = json.dumps(found["resource"])
    assert "slack-warning" not in text
    assert "slack-critical" in text


def test_committed_environments_hold_no_secret() -> None:
    for environment in ("prod", "staging", "dev", "local"):
        (found,) = synthesized(shipped(environment)).values()
        assert not SECRET_LIKE.search(json.dumps(found))


def test_alarm_of_our_own_functions_leads_to_their_logs(spec: Monitoring) -> None:
    (function,) = [one for one in spec.functions if one.key == "slack-warning"]
    queries = json.loads(function.environment["LOG_QUERIES"])
    groups = {word: one["groups"] for one in queries for word in one.get("alarms", ["others"])}

    assert groups["metrics-publisher"] == [f"/aws/{spec.prefix}/business/metrics-publisher"]
    assert groups["delivery-"] == [
        f"/aws/{spec.prefix}/delivery/{name}" for name in ("slack-critical", "slack-warning", "digest")
    ]
    assert groups["others"] == [f"/aws/{spec.prefix}/backend"]
    known = {group.name for group in spec.log_groups}
    assert {name for names in groups.values() for name in names} <= known
