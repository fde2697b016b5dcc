"""What would overwrite, hide or outlive something else is refused before it is generated."""

from __future__ import annotations

from typing import Any

import pytest

from modules.catalog import every_target
from modules.errors import ConfigError, Problem
from modules.settings import Settings
from tests.builders import good_monitoring, good_settings, monitorings

COUNT = {"sql": "SELECT count(*) FROM sessions", "unit": "Count"}
ALARM = {"above": 5, "severity": "info", "because": "more is too many for us"}
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/database-AbCdEf"


def _mistakes(changes: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        monitorings(good_settings(changes))
    return caught.value.problems


def _counted(name: str, *, alarm: bool = True) -> dict[str, Any]:
    return {"business_metrics": {"metrics": {name: COUNT | ({"alarm": ALARM} if alarm else {})}}}


def test_two_targets_of_one_stack_are_refused_across_environments() -> None:
    places = [{"region": "us-east-1"}, {"region": "us-west-2", "name": "staging-us-east-1"}]
    environments: list[Settings] = [
        good_settings({"targets": places}),
        good_settings({"targets": [{"region": "us-east-1"}]}, environment="staging"),
    ]

    with pytest.raises(ConfigError, match="'scheduling-agent-staging-us-east-1', as one of prod is"):
        every_target(environments)


@pytest.mark.parametrize(
    "name", ["TopicCritical", "Current", "AWS", "QueueDigest", "KeyLogs", "DashboardLogs"]
)
def test_metric_whose_alarm_would_be_another_resource_is_refused(name: str) -> None:
    (problem,) = _mistakes(_counted(name))

    assert problem.path == f"business_metrics.metrics.{name}"
    assert "means something else in Terraform" in problem.text


@pytest.mark.parametrize("name", ["PublisherHeartbeat", "ErrorCount", "ResponseTime", "DigestErrors"])
@pytest.mark.parametrize("alarm", [True, False])
def test_metric_that_this_project_makes_itself_is_counted_by_nobody_else(name: str, alarm: bool) -> None:
    (problem,) = _mistakes(_counted(name, alarm=alarm))
    assert "is the name of a metric that this project makes" in problem.text

    outside = {"published_outside": {name: {"by": "a job", "unit": "Count"}}}
    (problem,) = _mistakes(outside)
    assert problem.path == f"published_outside.{name}"


def test_metrics_whose_alarms_would_have_one_key_are_refused() -> None:
    metrics = {name: COUNT | {"alarm": ALARM} for name in ("OpenOrders", "Open_Orders")}
    (problem,) = _mistakes({"business_metrics": {"metrics": metrics}})

    assert "which is the key of the alarm of OpenOrders" in problem.text


def test_absent_takes_out_what_the_base_says() -> None:
    changes = {
        "business_metrics": {"metrics": {"ActiveSessions": "absent"}},
        "lambda": {"functions": {"notes-actions": "absent"}},
    }
    found = good_monitoring(changes)

    keys = {alarm.key for alarm in found.alarms}
    assert "active-sessions" not in keys
    assert "lambda-duration-notes-actions" not in keys
    assert "lambda-duration-scheduling-actions" in keys


def test_environment_without_business_metrics_has_nothing_of_the_publisher() -> None:
    names = ("ActiveSessions", "TotalMessages", "AppointmentsCreated")
    found = good_monitoring({"business_metrics": {"metrics": dict.fromkeys(names, "absent")}})

    assert "metrics-publisher" not in repr(found)


def test_dashboards_draw_no_graph_of_nothing() -> None:
    routes = {name: {"slack": False} for name in ("critical", "warning")}
    found = good_monitoring({"routes": routes})

    graphs = [widget for page in found.dashboards for widget in page.widgets if hasattr(widget, "lines")]
    assert graphs
    assert all(graph.lines for graph in graphs)


@pytest.mark.parametrize("name", ["slack-critical-dead", "digest-failing"])
def test_severity_that_would_route_nothing_is_refused(name: str) -> None:
    (problem,) = _mistakes({"alarms": {name: {"severity": "info"}}})

    assert (problem.path, problem.text.split(":")[0]) == (f"alarms.{name}.severity", "routes nothing")


@pytest.mark.parametrize(
    ("target", "arn"),
    [
        ({"region": "eu-west-1"}, SECRET),
        ({"region": "us-east-1", "account": "999988887777", "partition": "aws"}, SECRET),
        ({"region": "us-east-1"}, SECRET.replace("arn:aws:", "arn:aws-us-gov:")),
    ],
)
def test_secret_of_another_place_is_refused(target: dict[str, str], arn: str) -> None:
    (problem,) = _mistakes({"targets": [target], "database": {"connection": {"secret_arn": arn}}})

    assert problem.path == "database.connection.secret_arn"


def test_secret_without_the_characters_that_aws_adds_is_refused() -> None:
    (problem,) = _mistakes({"database": {"connection": {"secret_arn": SECRET.removesuffix("-AbCdEf")}}})

    assert "NAME-AbCdEf" in problem.text


def test_network_of_one_region_serves_targets_of_no_other() -> None:
    vpc = {"subnet_ids": ["subnet-0a1b2c3d"], "security_group_ids": ["sg-0a1b2c3d"]}
    targets = [{"region": "us-east-1"}, {"region": "eu-west-1"}]
    (problem,) = _mistakes({"targets": targets, "database": {"connection": {"vpc": vpc}}})

    assert problem.path == "database.connection.vpc"


def test_digest_at_a_time_that_clocks_jump_over_is_refused() -> None:
    (problem,) = _mistakes({"digest": {"time": "02:30", "time_zone": "Europe/Berlin"}})

    assert "clocks jump over it" in problem.text
    assert good_settings({"digest": {"time": "02:30", "time_zone": "UTC"}})


def test_counted_metric_without_bounds_may_be_anything() -> None:
    from policies import check
    from tests.builders import good_context, synthesized

    metric = COUNT | {
        "minimum": None,
        "alarm": {"below": -5, "severity": "info", "because": "a debt of five"},
    }
    settings = good_settings({"business_metrics": {"metrics": {"Balance": metric}}})
    (found,) = monitorings(settings)
    (stack,) = synthesized(settings).values()

    assert check(stack, good_context(settings, found)) == ()
