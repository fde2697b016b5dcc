"""The function that counts business metrics, as Terraform gets it, and its archive before a real database."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.errors import ToolError
from modules.settings import Settings
from modules.settings.sql import checked
from modules.spec.system import Monitoring
from modules.synthesis import terraform
from ops.local.postgres import HOST, Postgres
from ops.terraform import Terraform
from ops.validate import validate_all
from policies import check, errors
from policies.context import Context
from tests.builders import ROOT, good_context, good_settings, monitorings, resources, synthesized
from tests.lambdas.loader import load_folder
from tests.queries import QUERIES, SPELLINGS, TABLES
from tests.tools import without

Tree = dict[str, Any]
PLACE = {"region": "eu-west-1", "account": "111122223333", "partition": "aws"}
KEY = "metrics-publisher"
METRICS = {
    "ActiveSessions": {"dimensions": {"Team": "chat", "Channel": "web"}, "maximum": 5000},
    "P95Wait": {
        "sql": "SELECT coalesce(max(wait_seconds), 0) FROM waits\nWHERE created_at >= :start_of_day\n",
        "unit": "Seconds",
        "alarm": {"below": 1, "severity": "warning", "because": "somebody always waits a second"},
    },
}
CONNECTION = {
    "auth": "iam",
    "host": "main.abc123.eu-west-1.rds.amazonaws.com",
    "port": 6432,
    "name": "scheduling",
    "user": "metrics",
    "resource_id": "cluster-ABCDEFGHIJKL01234",
    "ca_file": "tests/authorities.pem",
    "vpc": {
        "subnet_ids": ["subnet-0a1b2c3d", "subnet-0b1c2d3e"],
        "security_group_ids": ["sg-0a1b2c3d4e5f60718"],
    },
}


@pytest.fixture(scope="module")
def made() -> Settings:
    """With everything that can be told."""
    return good_settings(
        {
            "targets": [PLACE],
            "business_metrics": {"every_minutes": 10, "time_zone": "Europe/Berlin", "metrics": METRICS},
            "database": {"connection": CONNECTION},
        }
    )


@pytest.fixture(scope="module")
def spec(made: Settings) -> Monitoring:
    (found,) = monitorings(made)
    return found


@pytest.fixture(scope="module")
def folder(made: Settings, spec: Monitoring, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    terraform({spec.stack: (made, spec)}, out)
    return out


@pytest.fixture(scope="module")
def stack(folder: Path, spec: Monitoring) -> Tree:
    found: Tree = json.loads((folder / "stacks" / spec.stack / "cdk.tf.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def context(made: Settings, spec: Monitoring) -> Context:
    return good_context(made, spec)


def _role(stack: Tree, name: str = KEY) -> dict[str, Tree]:
    policy = resources(stack, "aws_iam_role_policy")[f"role-policy-{name}"]["policy"]
    return {one["Sid"]: one for one in json.loads(policy)["Statement"]}


# Field by field.


def test_function_runs_in_the_vpc_and_keeps_what_failed_for_good(stack: Tree) -> None:
    function = resources(stack, "aws_lambda_function")[f"function-{KEY}"]
    assert function["function_name"] == "scheduling-agent-metrics-publisher"
    assert function["vpc_config"] == {
        "subnet_ids": ["subnet-0a1b2c3d", "subnet-0b1c2d3e"],
        "security_group_ids": ["sg-0a1b2c3d4e5f60718"],
    }
    assert function["dead_letter_config"] == {"target_arn": f"${{aws_sqs_queue.queue-{KEY}-dead.arn}}"}
    assert function["logging_config"] == {
        "log_format": "JSON",
        "log_group": f"${{aws_cloudwatch_log_group.group-business-{KEY}.name}}",
    }
    assert function["environment"]["variables"] == {
        "ENVIRONMENT": "prod",
        "DB_AUTH": "iam",
        "DB_HOST": "main.abc123.eu-west-1.rds.amazonaws.com",
        "DB_PORT": "6432",
        "DB_NAME": "scheduling",
        "DB_USER": "metrics",
        "DB_CA_FILE": "authorities.pem",
        "HEARTBEAT": "PublisherHeartbeat",
    }


def test_log_group_is_kept_and_encrypted_like_every_other(stack: Tree) -> None:
    groups = resources(stack, "aws_cloudwatch_log_group")
    ours, another = groups[f"group-business-{KEY}"], groups["group-backend"]
    assert ours["name"] == f"/aws/scheduling-agent/business/{KEY}"
    assert ours["retention_in_days"] == another["retention_in_days"]
    assert ours["kms_key_id"] == another["kms_key_id"]


def test_schedule_starts_the_function_and_keeps_what_it_could_not_start(stack: Tree) -> None:
    schedule = resources(stack, "aws_scheduler_schedule")[f"schedule-{KEY}"]
    assert schedule["schedule_expression"] == "rate(10 minutes)"
    assert schedule["target"]["arn"] == f"${{aws_lambda_function.function-{KEY}.arn}}"
    assert schedule["target"]["dead_letter_config"] == {"arn": f"${{aws_sqs_queue.queue-{KEY}-dead.arn}}"}
    assert schedule["target"]["retry_policy"] == {"maximum_event_age_in_seconds": 600}
    assert set(_role(stack, f"{KEY}-schedule")) == {"Invoke", "KeepDeadLetters", "UseKey"}


def test_call_that_waits_is_given_up_when_the_next_is_due(stack: Tree) -> None:
    waiting = resources(stack, "aws_lambda_function_event_invoke_config")[f"invoke-{KEY}"]
    assert waiting["function_name"] == f"${{aws_lambda_function.function-{KEY}.function_name}}"
    assert waiting["maximum_event_age_in_seconds"] == 600


def test_role_may_connect_as_one_user_publish_into_one_namespace_and_run_in_a_vpc(stack: Tree) -> None:
    role = _role(stack)
    assert set(role) == {
        *("WriteLogs", "KeepDeadLetters", "PutMetrics", "UseKey", "Connect"),
        *("RunInVpc", "NotFromCode"),
    }
    assert role["RunInVpc"]["Effect"] == "Allow"
    assert role["NotFromCode"] == {
        "Sid": "NotFromCode",
        "Effect": "Deny",
        "Action": role["RunInVpc"]["Action"],
        "Resource": ["*"],
        "Condition": {
            "ArnEquals": {
                "lambda:SourceFunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:scheduling-agent-"
                "metrics-publisher"
            }
        },
    }
    assert role["Connect"] == {
        "Sid": "Connect",
        "Effect": "Allow",
        "Action": ["rds-db:connect"],
        "Resource": ["arn:aws:rds-db:eu-west-1:111122223333:dbuser:cluster-ABCDEFGHIJKL01234/metrics"],
    }
    assert role["PutMetrics"] == {
        "Sid": "PutMetrics",
        "Effect": "Allow",
        "Action": ["cloudwatch:PutMetricData"],
        "Resource": ["*"],
        "Condition": {"StringEquals": {"cloudwatch:namespace": "SchedulingAgent"}},
    }
    assert role["WriteLogs"]["Resource"] == [f"${{aws_cloudwatch_log_group.group-business-{KEY}.arn}}:*"]
    assert f"secret-{KEY}" not in resources(stack, "aws_secretsmanager_secret")


def test_alarm_on_a_counted_metric_has_its_dimensions_and_side(stack: Tree) -> None:
    alarms = resources(stack, "aws_cloudwatch_metric_alarm")
    sessions, wait = alarms["active-sessions"], alarms["p-95-wait"]
    assert sessions["dimensions"] == {"Channel": "web", "Team": "chat"}
    assert (sessions["statistic"], sessions["comparison_operator"]) == ("Maximum", "GreaterThanThreshold")
    assert (wait["statistic"], wait["comparison_operator"]) == ("Minimum", "LessThanThreshold")
    assert {one["period"] for one in (sessions, wait)} == {600}
    assert {one["treat_missing_data"] for one in (sessions, wait)} == {"notBreaching"}


def test_heartbeat_that_is_missing_breaches(stack: Tree) -> None:
    alarm = resources(stack, "aws_cloudwatch_metric_alarm")[f"{KEY}-silent"]
    assert (alarm["namespace"], alarm["metric_name"]) == ("SchedulingAgent", "PublisherHeartbeat")
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert alarm["treat_missing_data"] == "breaching"
    assert (alarm["datapoints_to_alarm"], alarm["evaluation_periods"], alarm["period"]) == (3, 3, 600)


# The archive.


def _packed(folder: Path, spec: Monitoring) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / "stacks" / spec.stack / "functions" / "metrics_publisher.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_archive_holds_the_plan_the_authorities_and_the_driver(folder: Path, spec: Monitoring) -> None:
    files = _packed(folder, spec)
    plan = json.loads(files["metrics.json"])
    assert [one["name"] for one in plan["metrics"]] == [
        "ActiveSessions", "AppointmentsCreated", "P95Wait", "TotalMessages"
    ]  # fmt: skip
    assert plan["metrics"][2] == {
        "name": "P95Wait",
        "sql": METRICS["P95Wait"]["sql"],
        "unit": "Seconds",
        "dimensions": {},
        "minimum": 0,
        "maximum": None,
    }
    assert plan["metrics"][0]["dimensions"] == {"Channel": "web", "Team": "chat"}
    assert (plan["namespace"], plan["time_zone"]) == ("SchedulingAgent", "Europe/Berlin")
    assert files["authorities.pem"] == (ROOT / "tests" / "authorities.pem").read_bytes()
    assert {"handler.py", "pg8000/native.py", "tzdata/zoneinfo/Europe/Berlin"} <= files.keys()
    assert "requirements.txt" not in files


def test_metric_changes_the_archive_and_nothing_else_of_the_function(made: Settings, stack: Tree) -> None:
    metrics = dict(made.business_metrics.metrics)
    metrics["TotalMessages"] = metrics["TotalMessages"].model_copy(update={"maximum": 9.0})
    counted = made.business_metrics.model_copy(update={"metrics": metrics})
    (other,) = synthesized(made.model_copy(update={"business_metrics": counted})).values()
    name = "aws_lambda_function"
    before, after = (copy.deepcopy(resources(one, name)) for one in (stack, other))
    assert before[f"function-{KEY}"].pop("source_code_hash") != after[f"function-{KEY}"].pop(
        "source_code_hash"
    )
    assert before == after


# The policies.

BROKEN: dict[str, Callable[[Tree], object]] = {
    "the function is gone": lambda found: found["aws_lambda_function"].pop(f"function-{KEY}"),
    "the schedule is gone": lambda found: found["aws_scheduler_schedule"].pop(f"schedule-{KEY}"),
    "the schedule is disabled": lambda found: found["aws_scheduler_schedule"][f"schedule-{KEY}"].update(
        state="DISABLED"
    ),
    "the schedule starts another": lambda found: found["aws_scheduler_schedule"][f"schedule-{KEY}"][
        "target"
    ].update(arn="${aws_lambda_function.function-digest.arn}"),
    "the function is another": lambda found: found["aws_lambda_function"][f"function-{KEY}"].update(
        function_name="scheduling-agent-metrics"
    ),
}


def test_stack_breaks_no_policy(stack: Tree, context: Context) -> None:
    assert errors(check(stack, context)) == ()


@pytest.mark.parametrize("how", BROKEN)
def test_alarm_whose_publisher_is_not_at_work_is_refused(how: str, stack: Tree, context: Context) -> None:
    # given
    broken = copy.deepcopy(stack)

    # when
    BROKEN[how](broken["resource"])

    # then
    found = [one for one in errors(check(broken, context)) if one.rule == "MON-MET-001"]
    alarms = ("active-sessions", "p-95-wait", f"{KEY}-silent")
    assert {one.address for one in found} == {f"aws_cloudwatch_metric_alarm.{name}" for name in alarms}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"dimensions": {"Team": "chat"}}, "MON-MET-002"),
        ({"dimensions": {"Team": "chat", "Channel": "mail"}}, "MON-MET-002"),
        ({"metric_name": "ActiveSession"}, "MON-MET-001"),
        ({"threshold": 5000}, "MON-THR-003"),
        ({"comparison_operator": "LessThanThreshold", "threshold": 0}, "MON-THR-003"),
        ({"comparison_operator": "GreaterThanOrEqualToThreshold", "threshold": 0}, "MON-THR-004"),
        ({"unit": "Seconds"}, "MON-MET-004"),
    ],
)
def test_alarm_that_is_not_about_what_is_counted_is_refused(
    change: Tree, rule: str, stack: Tree, context: Context
) -> None:
    broken = copy.deepcopy(stack)
    resources(broken, "aws_cloudwatch_metric_alarm")["active-sessions"].update(change)
    assert {one.rule for one in errors(check(broken, context))} >= {rule}


def test_role_that_may_publish_anywhere_is_refused(stack: Tree, context: Context) -> None:
    broken = copy.deepcopy(stack)
    policy = resources(broken, "aws_iam_role_policy")[f"role-policy-{KEY}"]
    policy["policy"] = policy["policy"].replace(
        ',"Condition":{"StringEquals":{"cloudwatch:namespace":"SchedulingAgent"}}', ""
    )
    assert "MON-IAM-001" in {one.rule for one in errors(check(broken, context))}


def test_without_metrics_the_stack_has_nothing_of_it() -> None:
    metrics = dict.fromkeys(("ActiveSessions", "TotalMessages", "AppointmentsCreated"), "absent")
    (found,) = synthesized(good_settings({"business_metrics": {"metrics": metrics}})).values()
    assert "publisher" not in json.dumps(found["resource"]).lower()


# Terraform.


def test_terraform_takes_iam_vpc_and_dimensions(folder: Path, spec: Monitoring) -> None:
    try:
        real = Terraform.found(ROOT)
        real.init(folder / "stacks" / spec.stack)
    except ToolError as error:
        without(str(error))
    assert list(validate_all(folder, real)) == [spec.stack]


# A real database.


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    try:
        server = Postgres().__enter__()
    except ToolError as error:
        without(str(error))
    try:
        page = (ROOT / "docs" / "business-metrics.md").read_text("utf-8")
        role = page.split("```sql\nCREATE ROLE metrics")[1].split("```")[0]
        server.sql("CREATE TABLE appointments (created_at timestamptz, patient text)", *TABLES)
        server.sql("CREATE DATABASE scheduling", f"CREATE ROLE metrics{role}")
        server.sql(
            "ALTER ROLE metrics PASSWORD 'a-pass-word-of-tests'", "CREATE ROLE counter LOGIN PASSWORD 'b'"
        )
        server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO counter")
        yield server
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def function(folder: Path, spec: Monitoring, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The modules of the archive that ships."""
    task = tmp_path_factory.mktemp("task")
    for name, content in _packed(folder, spec).items():
        (task / name).parent.mkdir(parents=True, exist_ok=True)
        (task / name).write_bytes(content)
    return load_folder(task)


def _session(function: Any, database: Postgres, user: str, password: str) -> Any:
    login = function.logins.Login(
        host=HOST, port=database.port, database="postgres", user=user, password=password
    )
    trust = function.sessions.trust(database.ca_file)
    return function.sessions.Session(login, trust, lock_timeout_ms=1000, step_seconds=10)


MOMENTS = {
    "start_of_day": "2026-03-29T00:00:00+01:00",
    "end_of_day": "2026-03-30T00:00:00+02:00",
    "now": "2026-03-29T12:00:00+02:00",
}


def _number(function: Any, session: Any, query: str) -> float:
    asked = function.statements.statement(query)
    found = session.rows(asked, [MOMENTS[name] for name in asked.parameters], 10_000)
    metric = function.plan.Metric(name="A", sql=query, unit="Count")
    value: float = function.results.number(metric, found.columns, found.rows)
    return value


def test_every_shape_of_query_that_is_taken_gives_a_number(function: Any, database: Postgres) -> None:
    session = _session(function, database, "counter", "b")
    for query in QUERIES:
        for spelled in SPELLINGS:
            text = spelled(query.replace("{word}", "it''s :now").replace("{number}", "5"))
            assert _number(function, session, checked(text)) >= -1, text
    session.close()


def test_user_of_the_page_can_count_what_ships_and_read_nothing_else(
    made: Settings, function: Any, database: Postgres
) -> None:
    session = _session(function, database, "metrics", "a-pass-word-of-tests")
    for name in ("ActiveSessions", "TotalMessages", "AppointmentsCreated"):
        assert _number(function, session, made.business_metrics.metrics[name].sql) == 0
    for query in ("SELECT max(length(patient)) FROM appointments", "SELECT count(*) FROM payments"):
        with pytest.raises(function.faults.Fault) as refused:
            _number(function, session, query)
        assert refused.value.kind == "permission"
    session.close()
