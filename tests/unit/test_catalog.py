"""With the shipped base, the figures are the setup guide's."""

from __future__ import annotations

import pytest

from modules.errors import ConfigError
from modules.spec.alarms import Alarm, Missing, Role, Route, Severity, route_of
from modules.spec.dashboards import Graph
from modules.spec.metrics import Math, Stat, stats_of
from tests.builders import good_monitoring, good_settings, monitorings, shipped

# key: threshold, severity, statistic, datapoints, of, missing. Typed by hand from the guide.
GUIDE = {
    "high-error-rate": (10, "critical", "Sum", 2, 2, "notBreaching"),
    "high-latency": (5000, "warning", "p99", 2, 2, "notBreaching"),
    "bedrock-throttles": (5, "warning", "Sum", 1, 1, "notBreaching"),
    "lambda-errors": (5, "critical", "Sum", 1, 1, "notBreaching"),
    "lambda-throttles": (1, "warning", "Sum", 1, 1, "notBreaching"),
    "lambda-duration-scheduling-actions": (25_000, "warning", "p99", 2, 2, "notBreaching"),
    "lambda-duration-information-actions": (25_000, "warning", "p99", 2, 2, "notBreaching"),
    "lambda-duration-notes-actions": (25_000, "warning", "p99", 2, 2, "notBreaching"),
    "lambda-concurrency": (800, "warning", "Maximum", 1, 1, "notBreaching"),
    "error-count": (10, "critical", "Sum", 1, 1, "notBreaching"),
    "response-time": (3000, "warning", "Average", 2, 2, "notBreaching"),
    "active-sessions": (1000, "info", "Maximum", 1, 1, "notBreaching"),
    "db-connections-high": (80, "critical", "Average", 2, 2, "breaching"),
}
DELIVERY = {
    "critical-undelivered", "delivery-lost", "delivery-undelivered", "digest-dead", "digest-errors",
    "digest-failing", "digest-runs-dead", "digest-undelivered", "digest-waiting", "info-undelivered",
    "notifications-lost", "slack-critical-dead", "slack-critical-errors", "slack-critical-failing",
    "slack-critical-waiting", "slack-warning-dead", "slack-warning-errors", "slack-warning-failing",
    "slack-warning-waiting", "warning-undelivered",
}  # fmt: skip
PUBLISHER = {f"metrics-publisher-{trouble}" for trouble in ("silent", "failing", "slow", "dead")}


def _by_key(changes: dict | None = None, *, environment: str = "prod") -> dict[str, Alarm]:
    return {alarm.key: alarm for alarm in good_monitoring(changes, environment=environment).alarms}


def test_prod_yields_the_alarms_of_the_guide_those_of_our_functions_and_no_others() -> None:
    (found,) = monitorings(shipped())
    assert {alarm.key for alarm in found.alarms} == set(GUIDE) | DELIVERY | PUBLISHER


@pytest.mark.parametrize("key", GUIDE)
def test_alarm_has_the_figures_of_the_guide(key: str) -> None:
    alarm = _by_key()[key]
    (statistic,) = {stat.statistic for stat in stats_of(alarm.signal)}
    found = (
        alarm.condition.threshold,
        alarm.severity.value,
        statistic,
        alarm.evaluation.datapoints,
        alarm.evaluation.of,
        alarm.missing.value,
    )
    assert found == GUIDE[key]
    assert alarm.evaluation.period_seconds == 300
    assert alarm.name == f"scheduling-agent-{key}"


def test_nine_log_groups_of_the_script_and_those_of_our_own_functions() -> None:
    parts = ["backend"]
    parts += [f"lambda/{name}-actions" for name in ("scheduling", "information", "notes")]
    parts += [
        f"bedrock-agent/{name}" for name in ("supervisor", "scheduling", "information", "notes", "chitchat")
    ]
    parts += [f"delivery/{name}" for name in ("slack-critical", "slack-warning", "digest")]
    parts += ["business/metrics-publisher"]
    groups = good_monitoring().log_groups
    assert {group.name for group in groups} == {f"/aws/scheduling-agent/{part}" for part in parts}
    assert {group.retention_days for group in groups} == {30}


def test_agent_errors_are_client_and_server_errors_of_the_operation() -> None:
    signal = _by_key()["high-error-rate"].signal
    assert isinstance(signal, Math)
    assert signal.expression == "SUM([m1, m2])"
    assert [stat.metric.name for stat in signal.inputs.values()] == [
        "InvocationClientErrors",
        "InvocationServerErrors",
    ]
    assert {tuple(stat.metric.dimensions.items()) for stat in signal.inputs.values()} == {
        (("Operation", "InvokeAgent"),)
    }


def test_lambda_alarms_watch_the_configured_functions_alone() -> None:
    signal = _by_key()["lambda-errors"].signal
    assert [stat.metric.dimensions for stat in stats_of(signal)] == [
        {"FunctionName": f"scheduling-agent-{name}-actions"}
        for name in ("information", "notes", "scheduling")
    ]


def test_a_single_function_needs_no_math() -> None:
    tree = {"lambda": {"functions": {}}}
    settings = good_settings(tree)
    one = settings.lambda_.model_copy(
        update={"functions": {"solo": next(iter(settings.lambda_.functions.values()))}}
    )
    (found,) = monitorings(settings.model_copy(update={"lambda_": one}))
    (alarm,) = [alarm for alarm in found.alarms if alarm.key == "lambda-errors"]
    assert isinstance(alarm.signal, Stat)


@pytest.mark.parametrize(
    ("changes", "key", "threshold"),
    [
        (
            {"lambda": {"functions": {"notes-actions": {"timeout_seconds": 60}}}},
            "lambda-duration-notes-actions",
            50_000,
        ),
        ({"lambda": {"account_concurrency": 5000}}, "lambda-concurrency", 4000),
        ({"database": {"max_connections": 405}}, "db-connections-high", 324),
        ({"alarms": {"high-latency": {"threshold": 8000}}}, "high-latency", 8000),
    ],
)
def test_threshold_follows_the_configuration(changes: dict, key: str, threshold: float) -> None:
    assert _by_key(changes)[key].condition.threshold == threshold


def test_severity_from_configuration_moves_the_alarm_to_its_route() -> None:
    alarm = _by_key({"alarms": {"lambda-throttles": {"severity": "critical"}}})["lambda-throttles"]
    assert (alarm.severity, alarm.route) == (Severity.CRITICAL, Route.CRITICAL)


@pytest.mark.parametrize("severity", Severity)
def test_evidence_acts_on_info_and_delivery_on_its_own_route(severity: Severity) -> None:
    assert route_of(severity, Role.EVIDENCE) is Route.INFO
    assert route_of(severity, Role.DELIVERY) is Route.DELIVERY
    assert route_of(severity, Role.PAGE).value == severity.value


def test_change_of_an_alarm_that_does_not_exist_names_its_file_and_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        good_monitoring({"alarms": {"high-latancy": {"threshold": 1}}})
    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("config/prod.yaml", "alarms.high-latancy")
    assert "high-latency" in problem.text


def test_retention_of_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"retention\.overrides\.back: there is no such log group"):
        good_monitoring({"retention": {"overrides": {"back": 30}}})


def test_retention_can_differ_by_group() -> None:
    groups = good_monitoring({"retention": {"overrides": {"backend": 90}}}).log_groups
    assert {group.key: group.retention_days for group in groups}["backend"] == 90


def test_sessions_that_nobody_publishes_have_neither_an_alarm_nor_a_graph() -> None:
    settings = good_settings()
    none = settings.business_metrics.model_copy(update={"metrics": {}})
    (found,) = monitorings(settings.model_copy(update={"business_metrics": none}))
    assert "active-sessions" not in {alarm.key for alarm in found.alarms}
    assert "ActiveSessions" not in repr(found.dashboards)


def test_metric_that_something_else_publishes_is_drawn_and_has_no_alarm() -> None:
    found = good_monitoring({"published_outside": {"Refunds": {"by": "the shop", "unit": "Count"}}})
    titles = [widget.title for widget in found.dashboards[0].widgets if isinstance(widget, Graph)]
    assert "Business: Refunds" in titles
    assert "refunds" not in {alarm.key for alarm in found.alarms}


def test_critical_route_without_subscriber_is_the_first_and_loudest_warning() -> None:
    silent = {"routes": {"critical": {"slack": False}}}
    first, *_ = good_monitoring(silent).warnings
    assert first.startswith("CRITICAL ALARMS REACH NOBODY")
    first, *_ = good_monitoring().warnings
    assert first.startswith("critical alarms wake nobody")
    told = good_monitoring({"routes": {"critical": {"emails": ["ops@team.example"]}}})
    assert not any("critical" in warning.lower() for warning in told.warnings)


def test_database_that_stops_reporting_breaches() -> None:
    assert _by_key()["db-connections-high"].missing is Missing.BREACHING


def test_names_outside_of_prod_carry_the_environment() -> None:
    found = good_monitoring(environment="staging")
    assert found.namespace == "SchedulingAgent/Staging"
    assert all(alarm.name.startswith("scheduling-agent-staging-") for alarm in found.alarms)
    assert all(group.name.startswith("/aws/scheduling-agent-staging/") for group in found.log_groups)


def test_dashboards_outside_of_the_first_region_carry_the_region() -> None:
    (found,) = monitorings(good_settings({"targets": [{"region": "eu-west-1"}]}))
    assert {page.name for page in found.dashboards} == {
        f"scheduling-agent-{page}-eu-west-1" for page in ("real-time", "historical", "logs")
    }


def test_database_is_watched_under_the_name_that_rds_keeps() -> None:
    alarm = _by_key({"database": {"identifier": "Prod-DB"}})["db-connections-high"]
    assert [stat.metric.dimensions for stat in stats_of(alarm.signal)] == [
        {"DBInstanceIdentifier": "prod-db"}
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"targets": [{"region": "cn-north-1", "account": "111122223333", "partition": "aws"}]},
            r"targets\[0\]\.partition: 'aws' does not hold cn-north-1; set aws-cn",
        ),
        (
            {
                "targets": [{"region": "us-east-1"}, {"region": "us-west-2"}],
                "tags": {"organizations_policy": {"enabled": True}},
            },
            r"tags\.organizations_policy\.enabled: true would make the policy 2 times",
        ),
        (
            {"backend": {"log": {"level_field": "in"}}},
            r"backend\.log\.level_field: 'in' is a word of Logs Insights",
        ),
        (
            {"backend": {"log": {"session_field": "['requests']"}}},
            r"backend\.log\.session_field: \"\['requests'\]\" is a word of Logs Insights",
        ),
        (
            {
                "targets": [{"region": "us-east-1", "name": "x" * 40}],
                "project": "p" * 40,
                "terraform": {"backend": {"type": "cloud", "organization": "o"}},
            },
            None,
        ),
    ],
)
def test_configuration_that_could_not_work_is_refused(changes: dict, said: str | None) -> None:
    if said is None:  # 81 characters are still a workspace
        good_settings(changes)
        return
    with pytest.raises(ConfigError, match=said):
        good_settings(changes)


def test_workspace_name_that_is_too_long_is_refused() -> None:
    backend = {"terraform": {"backend": {"type": "cloud", "organization": "o"}}, "project": "p" * 40}
    target = {"targets": [{"region": "us-east-1", "name": "x" * 40}]}
    with pytest.raises(ConfigError, match=r"targets\[0\]: its workspace would be .* over 90 characters"):
        good_settings(backend | target, environment="staging-of-tenant")


def test_database_whose_name_is_a_guess_is_warned_of() -> None:
    guessed = "database alarms watch scheduling-agent-db, which is a guess; set database.identifier"
    assert guessed in good_monitoring().warnings
    named = good_monitoring({"database": {"identifier": "scheduling-agent-db"}}).warnings
    assert not any("is a guess" in warning for warning in named)
