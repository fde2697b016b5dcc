"""From a few lines of configuration: the metric, its alarm, its widget, and the function that counts it."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
import yaml

from modules.catalog.business import alarm_key
from modules.errors import ConfigError
from modules.naming import FIRST_REGION
from modules.settings import Settings
from modules.settings.load import assemble
from modules.spec.alarms import Alarm, Comparison, Missing, Severity
from modules.spec.dashboards import Graph
from modules.spec.functions import Grant, OwnFunction
from modules.spec.metrics import Stat
from modules.spec.system import Monitoring
from tests.builders import BASE, ROOT, good_context, good_settings, monitorings

Tree = dict[str, Any]
PAGE = (ROOT / "docs" / "business-metrics.md").read_text("utf-8")
EXAMPLE = "CancelledAppointments"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:main-a1b2c3"
IAM = {"auth": "iam", "host": "db.example", "name": "main", "user": "metrics", "resource_id": "db-ABC123"}
VPC = {"subnet_ids": ["subnet-0b2c3d4e", "subnet-0a1b2c3d"], "security_group_ids": ["sg-0a1b2c3d"]}


def good_metric(**changes: Any) -> Tree:
    """A metric with an alarm, changed."""
    alarm = {"above": 50, "severity": "warning", "because": "a usual day has fewer"}
    return {"sql": "SELECT count(*) FROM t", "unit": "Count", "alarm": alarm} | changes


def wish(**changes: Any) -> Tree:
    """An alarm's wish, changed; without a threshold."""
    return {"severity": "warning", "because": "a usual day has fewer"} | changes


def settings_of(
    metrics: Tree, *, environment: str = "prod", connection: Tree | None = None, **more: Any
) -> Settings:
    """Settings that count these metrics alone."""
    base = copy.deepcopy(BASE)
    base["business_metrics"]["metrics"] = {}
    top = {"business_metrics": {"metrics": metrics, **more}, "database": {"connection": connection or {}}}
    return assemble(environment, base, top, {})


def made(metrics: Tree, **more: Any) -> Monitoring:
    """What the target gets."""
    (found,) = monitorings(settings_of(metrics, **more))
    return found


def alarm_of(found: Monitoring, key: str) -> Alarm:
    (alarm,) = [alarm for alarm in found.alarms if alarm.key == key]
    return alarm


def stat_of(alarm: Alarm) -> Stat:
    assert isinstance(alarm.signal, Stat)
    return alarm.signal


def publisher_of(found: Monitoring) -> OwnFunction:
    (function,) = [function for function in found.functions if function.key == "metrics-publisher"]
    return function


def grants_of(function: OwnFunction) -> dict[str, Grant]:
    return {grant.name: grant for grant in function.grants}


def problems(metrics: Tree, **more: Any) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        made(metrics, **more)
    return [str(problem) for problem in refused.value.problems]


# The page's example.


def block() -> str:
    """The first YAML on the page."""
    found = re.search(r"```yaml\n(business_metrics:.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_page_adds_a_metric_by_five_lines_beneath_the_headings() -> None:
    lines = [line for line in block().splitlines() if line.startswith("      ") or EXAMPLE in line]
    folded = sum(line.startswith("        ") for line in lines)  # one line of SQL, shown as several
    assert len(lines) - folded + 1 <= 5


def test_example_of_the_page_gives_what_the_page_says() -> None:
    # given, when
    (found,) = monitorings(good_settings(yaml.safe_load(block())))
    (before,) = monitorings(good_settings())

    # then
    new = {alarm.key for alarm in found.alarms} - {alarm.key for alarm in before.alarms}
    assert new == {alarm_key(EXAMPLE)} == {"cancelled-appointments"}
    alarm = alarm_of(found, "cancelled-appointments")
    assert (alarm.name, alarm.runbook) == ("scheduling-agent-cancelled-appointments", "business-metrics")
    assert EXAMPLE in publisher_of(found).files["metrics.json"]
    for page in found.dashboards[:2]:
        assert f"Business: {EXAMPLE}" in [one.title for one in page.widgets if isinstance(one, Graph)]


def test_other_blocks_of_the_page_are_configurations() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 5
    for one in blocks:
        assert good_settings(yaml.safe_load(one))


def test_message_that_the_page_shows_is_the_message() -> None:
    sql = "SELECT count(*) FROM appointments WHERE date(cancelled_at) = :start_of_day"
    (said,) = problems({EXAMPLE: good_metric(sql=sql)})
    shown = re.search(r"```text\n(config/prod.yaml: .*?)```", PAGE, re.DOTALL)
    assert shown
    assert " ".join(shown[1].split()) == said


# The alarm.


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ActiveSessions", "active-sessions"),
        ("SLABreaches", "sla-breaches"),
        ("P95Wait", "p-95-wait"),
        ("open_orders", "open-orders"),
        ("Queue.Depth/Max", "queue-depth-max"),
        ("Open Orders", "open-orders"),
        ("A", "a"),
    ],
)
def test_key_of_an_alarm_follows_from_the_name(name: str, key: str) -> None:
    assert alarm_key(name) == key


def test_alarm_above_looks_at_the_highest_and_one_below_at_the_lowest() -> None:
    found = made(
        {
            "High": good_metric(alarm=wish(above=50)),
            "Low": good_metric(alarm=wish(below=5)),
        }
    )
    high, low = alarm_of(found, "high"), alarm_of(found, "low")
    assert (stat_of(high).statistic, high.condition.comparison) == ("Maximum", Comparison.ABOVE)
    assert (stat_of(low).statistic, low.condition.comparison) == ("Minimum", Comparison.BELOW)
    assert (high.condition.threshold, low.condition.threshold) == (50, 5)
    assert {alarm.missing for alarm in (high, low)} == {Missing.NOT_BREACHING}
    assert high.condition.because == "a usual day has fewer"


def test_threshold_of_zero_is_zero() -> None:
    assert alarm_of(made({"A": good_metric(alarm=wish(above=0))}), "a").condition.threshold == 0


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 300), (5, 300), (7, 420), (60, 3600)])
def test_period_has_room_for_a_run_and_so_have_the_publishers_alarms(minutes: int, seconds: int) -> None:
    found = made({"A": good_metric(alarm=wish(above=5, periods=3))}, every_minutes=minutes)
    evaluation = alarm_of(found, "a").evaluation
    assert (evaluation.datapoints, evaluation.of, evaluation.period_seconds) == (3, 3, seconds)
    assert alarm_of(found, "metrics-publisher-silent").evaluation.period_seconds == seconds
    (schedule,) = [one for one in found.schedules if one.key == "metrics-publisher"]
    assert schedule.expression == f"rate({minutes} {'minute' if minutes == 1 else 'minutes'})"


def test_silence_of_the_publisher_breaches_and_silence_of_a_metric_does_not() -> None:
    found = made({"A": good_metric()})
    heartbeat = alarm_of(found, "metrics-publisher-silent")
    assert heartbeat.missing is Missing.BREACHING
    assert (heartbeat.condition.comparison, heartbeat.condition.threshold) == (Comparison.BELOW, 1)
    assert heartbeat.severity is Severity.WARNING
    assert alarm_of(found, "a").missing is Missing.NOT_BREACHING


def test_severity_and_runbook_are_those_of_the_wish_and_can_be_changed_like_any() -> None:
    metric = good_metric(alarm=wish(above=5, severity="info", runbook="active-sessions"))
    found = made({"A": metric})
    assert alarm_of(found, "a").severity is Severity.INFO
    assert alarm_of(found, "a").runbook == "active-sessions"
    (changed,) = monitorings(
        good_settings(
            {
                "business_metrics": {"metrics": {"A": metric}},
                "alarms": {"a": {"threshold": 9, "severity": "critical"}},
            }
        )
    )
    assert alarm_of(changed, "a").severity is Severity.CRITICAL
    assert alarm_of(changed, "a").condition.threshold == 9


def test_metric_without_a_wish_has_no_alarm() -> None:
    found = made({"A": good_metric(alarm=None)})
    assert "a" not in {alarm.key for alarm in found.alarms}
    assert "A" in publisher_of(found).files["metrics.json"]


# Keys that somebody has.


def test_key_of_an_alarm_of_ours_is_refused_with_its_place() -> None:
    (said,) = problems({"LambdaErrors": good_metric()})
    path = "config/prod.yaml: business_metrics.metrics.LambdaErrors: "
    because = "its alarm would be 'lambda-errors', which is the key of an alarm of ours"
    assert said == f"{path}{because}; name the metric otherwise"


@pytest.mark.parametrize("name", ["MetricsPublisherSilent", "Metrics publisher dead", "digest.waiting"])
def test_no_alarm_of_ours_can_be_taken(name: str) -> None:
    (said,) = problems({name: good_metric()})
    assert f"business_metrics.metrics.{name}: its alarm would be {alarm_key(name)!r}" in said


def test_two_names_of_one_key_are_refused_and_told_once() -> None:
    (said,) = problems({"OpenOrders": good_metric(), "open_orders": good_metric()})
    assert "business_metrics.metrics.open_orders: its alarm would be 'open-orders'" in said
    assert "which is the key of the alarm of OpenOrders" in said


def test_two_names_of_one_key_are_no_trouble_if_one_has_no_alarm() -> None:
    found = made({"OpenOrders": good_metric(), "open_orders": good_metric(alarm=None)})
    assert stat_of(alarm_of(found, "open-orders")).metric.name == "OpenOrders"


def test_longest_name_still_makes_a_key_that_can_be_changed() -> None:
    name = "A1" * 30
    changes = {
        "business_metrics": {"metrics": {name: good_metric()}},
        "alarms": {alarm_key(name): {"threshold": 7}},
    }
    (found,) = monitorings(good_settings(changes))
    assert alarm_of(found, alarm_key(name)).condition.threshold == 7


# The widget.


def test_widget_draws_the_maximum_with_its_dimensions_and_the_threshold() -> None:
    found = made({"A": good_metric(dimensions={"Team": "x", "Channel": "chat"})})
    for page in found.dashboards[:2]:
        (graph,) = [one for one in page.widgets if isinstance(one, Graph) and one.title == "Business: A"]
        (line,) = graph.lines
        assert isinstance(line.signal, Stat)
        assert line.signal.statistic == "Maximum"
        assert dict(line.signal.metric.dimensions) == {"Channel": "chat", "Team": "x"}
        assert [limit.value for limit in graph.limits] == [50]


def test_widget_can_be_left_out() -> None:
    found = made({"A": good_metric(widget=False), "B": good_metric()})
    titles = [one.title for page in found.dashboards for one in page.widgets if isinstance(one, Graph)]
    assert "Business: A" not in titles
    assert titles.count("Business: B") == 2


# The function.


def test_plan_is_what_the_function_reads() -> None:
    found = made(
        {
            "B": {"sql": "SELECT 1", "unit": "Percent", "minimum": None, "maximum": 100},
            "A": {"sql": "SELECT count(*)\n  FROM t\n", "unit": "Count", "dimensions": {"Y": "2", "X": "1"}},
        },
        time_zone="Europe/Berlin",
        environment="staging",
    )
    assert json.loads(publisher_of(found).files["metrics.json"]) == {
        "namespace": "SchedulingAgent/Staging",
        "time_zone": "Europe/Berlin",
        "metrics": [
            {
                "name": "A",
                "sql": "SELECT count(*)\n  FROM t\n",
                "unit": "Count",
                "dimensions": {"X": "1", "Y": "2"},
                "minimum": 0,
                "maximum": None,
            },
            {
                "name": "B",
                "sql": "SELECT 1",
                "unit": "Percent",
                "dimensions": {},
                "minimum": None,
                "maximum": 100,
            },
        ],
    }


def test_function_reads_the_secret_that_terraform_makes() -> None:
    found = made({"A": good_metric()})
    reference = "${aws_secretsmanager_secret.secret-metrics-publisher.arn}"
    function = publisher_of(found)
    assert function.environment == {
        "ENVIRONMENT": "prod",
        "DB_AUTH": "secret",
        "DB_SECRET_ARN": reference,
        "HEARTBEAT": "PublisherHeartbeat",
    }
    assert grants_of(function)["ReadSecret"].resources == (reference,)
    assert [one.name for one in found.secrets if one.key == "metrics-publisher"] == [
        "scheduling-agent/metrics-publisher"
    ]


def test_secret_that_exists_is_read_and_none_is_made() -> None:
    connection = {"secret_arn": SECRET, "host": "db.example", "port": 6432, "name": "main"}
    found = made({"A": good_metric()}, connection=connection)
    function = publisher_of(found)
    assert function.environment["DB_SECRET_ARN"] == SECRET
    assert (function.environment["DB_HOST"], function.environment["DB_PORT"]) == ("db.example", "6432")
    assert function.environment["DB_NAME"] == "main"
    assert grants_of(function)["ReadSecret"].resources == (SECRET,)
    assert "metrics-publisher" not in {secret.key for secret in found.secrets}


def test_with_iam_the_role_may_connect_as_its_one_user_and_there_is_no_secret() -> None:
    found = made({"A": good_metric()}, connection=IAM)
    function = publisher_of(found)
    grants = grants_of(function)
    assert "ReadSecret" not in grants
    assert grants["Connect"].actions == ("rds-db:connect",)
    (resource,) = grants["Connect"].resources
    assert resource.endswith(
        f":rds-db:{FIRST_REGION}:${{data.aws_caller_identity.current.account_id}}:dbuser:db-ABC123/metrics"
    )
    assert function.environment["DB_USER"] == "metrics"
    assert "DB_SECRET_ARN" not in function.environment
    assert "metrics-publisher" not in {secret.key for secret in found.secrets}


def test_role_may_put_metrics_into_its_namespace_and_nothing_else_everywhere() -> None:
    grants = grants_of(publisher_of(made({"A": good_metric()}, environment="dev")))
    assert set(grants) == {
        *("WriteLogs", "KeepDeadLetters", "PutMetrics", "ReadSecret", "UseKey"),
        *("RunInVpc", "NotFromCode"),
    }
    assert grants["PutMetrics"].conditions == {
        "StringEquals": {"cloudwatch:namespace": "SchedulingAgent/Dev"}
    }
    assert [name for name, grant in grants.items() if "*" in grant.resources] == [
        "PutMetrics",
        "RunInVpc",
        "NotFromCode",
    ]


def test_role_keeps_its_permissions_when_the_function_leaves_the_vpc() -> None:
    """Lambda deletes the network interfaces later, with the function's role."""
    inside, outside = (made({"A": good_metric()}, connection=one) for one in ({"vpc": VPC}, {}))
    function = publisher_of(inside)
    assert function.subnets == ("subnet-0a1b2c3d", "subnet-0b2c3d4e")
    assert function.security_groups == ("sg-0a1b2c3d",)
    assert "ec2:DeleteNetworkInterface" in grants_of(function)["RunInVpc"].actions
    assert grants_of(publisher_of(outside)) == grants_of(function)
    assert (publisher_of(outside).subnets, publisher_of(outside).security_groups) == ((), ())


def test_code_of_the_function_may_not_do_what_lambda_does_with_its_role() -> None:
    function = publisher_of(made({"A": good_metric()}))
    allowed, denied = (grants_of(function)[name] for name in ("RunInVpc", "NotFromCode"))
    assert (allowed.effect, denied.effect) == ("Allow", "Deny")
    assert (allowed.actions, allowed.resources) == (denied.actions, denied.resources)
    (arn,) = (test["lambda:SourceFunctionArn"] for test in [denied.conditions["ArnEquals"]])
    assert arn.endswith(f":function:{function.name}")


def test_authorities_travel_in_the_archive() -> None:
    function = publisher_of(made({"A": good_metric()}, connection={"ca_file": "config/rds.pem"}))
    assert function.copied == {"authorities.pem": "config/rds.pem"}
    assert function.environment["DB_CA_FILE"] == "authorities.pem"
    assert publisher_of(made({"A": good_metric()})).copied == {}


# Nothing to count.


def test_without_metrics_there_is_nothing_of_the_publisher() -> None:
    found = made({}, connection={"vpc": VPC})
    assert "publisher" not in repr(found).lower()
    assert good_context(settings_of({}), found).published_outside == ()


def test_environment_adds_its_own_metrics_to_those_of_all() -> None:
    (found,) = monitorings(good_settings({"business_metrics": {"metrics": {"Own": good_metric()}}}))
    names = [one["name"] for one in json.loads(publisher_of(found).files["metrics.json"])["metrics"]]
    assert names == ["ActiveSessions", "AppointmentsCreated", "Own", "TotalMessages"]


# What the policies hear.


def test_policies_know_each_metric_its_bounds_and_the_function_that_publishes_it() -> None:
    settings = settings_of({"A": good_metric(maximum=80, dimensions={"Team": "x"})})
    (found,) = monitorings(settings)
    known = {one.name: one for one in good_context(settings, found).published_outside}
    assert set(known) == {"A", "PublisherHeartbeat"}
    assert (known["A"].minimum, known["A"].maximum, known["A"].dimensions) == (0, 80, {"Team": "x"})
    assert {one.function for one in known.values()} == {"scheduling-agent-metrics-publisher"}
    assert {one.namespace for one in known.values()} == {"SchedulingAgent"}
