"""What configuration changes of an alarm, outside of production and for a while."""

from __future__ import annotations

from datetime import date

import pytest

from modules.errors import ConfigError
from modules.settings.load import assemble
from modules.spec.alarms import Alarm, Route, Severity
from tests.builders import BASE, good_monitoring, good_settings, monitorings

WINDOW = {"alarms": ["lambda-*"], "severity": "info", "until": "2026-12-01", "reason": "migration"}


def _alarms(changes: dict, environment: str = "prod") -> dict[str, Alarm]:
    return {alarm.key: alarm for alarm in good_monitoring(changes, environment=environment).alarms}


def test_every_severity_can_be_lowered_outside_of_production() -> None:
    lowered = _alarms({"severities": {"critical": "warning", "warning": "info"}}, "dev")
    shipped = _alarms({}, "dev")
    for key, alarm in shipped.items():
        wanted = {"critical": "warning", "warning": "info", "info": "info"}[alarm.severity.value]
        assert lowered[key].severity.value == wanted
        assert alarm.role.value == "delivery" or lowered[key].route.value == wanted


def test_severity_in_the_environments_own_file_holds_as_it_stands() -> None:
    changes = {"severities": {"critical": "info"}, "alarms": {"lambda-errors": {"severity": "critical"}}}
    assert _alarms(changes, "dev")["lambda-errors"].severity is Severity.CRITICAL


def test_severity_of_the_base_is_lowered_like_any_other() -> None:
    base = BASE | {"alarms": {"response-time": {"severity": "critical"}}}
    (found,) = monitorings(assemble("dev", base, {"severities": {"critical": "warning"}}, {}))
    (alarm,) = [alarm for alarm in found.alarms if alarm.key == "response-time"]
    assert alarm.severity is Severity.WARNING


def test_production_keeps_its_severities() -> None:
    with pytest.raises(ConfigError, match="production keeps the severities"):
        good_settings({"severities": {"critical": "warning"}})


def test_severities_are_never_raised() -> None:
    with pytest.raises(ConfigError, match="'critical' is above 'info'"):
        good_settings({"severities": {"info": "critical"}}, environment="dev")


def test_window_lowers_the_named_alarms_and_says_until_when() -> None:
    found, shipped = _alarms({"maintenance": [WINDOW]}), _alarms({})
    for key, alarm in found.items():
        if key.startswith("lambda-"):
            assert (alarm.severity, alarm.route) == (Severity.INFO, Route.INFO)
            assert alarm.maintenance_until == date(2026, 12, 1)
        else:
            assert alarm == shipped[key]
    assert set(found) == set(shipped)


def test_window_never_raises_a_severity() -> None:
    window = WINDOW | {"alarms": ["active-sessions"], "severity": "critical"}
    alarm = _alarms({"maintenance": [window]})["active-sessions"]
    assert (alarm.severity, alarm.maintenance_until) == (Severity.INFO, None)


def test_of_two_windows_the_lowest_severity_counts_as_long_as_it_lasts() -> None:
    longer = WINDOW | {"severity": "warning", "until": "2026-12-24", "alarms": ["*"]}
    alarm = _alarms({"maintenance": [longer, WINDOW]})["lambda-errors"]
    assert (alarm.severity, alarm.maintenance_until) == (Severity.INFO, date(2026, 12, 1))


def test_what_watches_the_delivery_is_never_lowered() -> None:
    found = _alarms({"maintenance": [WINDOW | {"alarms": ["*"]}]})
    assert found["slack-critical-dead"] == _alarms({})["slack-critical-dead"]


@pytest.mark.parametrize("pattern", ["no-such-alarm", "lamda-*", "slack-critical-*"])
def test_window_of_no_alarm_is_a_mistake(pattern: str) -> None:
    with pytest.raises(ConfigError, match="names no alarm that can be lowered") as caught:
        good_monitoring({"maintenance": [WINDOW | {"alarms": [pattern]}]})
    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("config/prod.yaml", "maintenance[0].alarms")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"until": "soon"}, "maintenance[0].until"),
        ({"until": None}, "maintenance[0].until"),
        ({"severity": "none"}, "maintenance[0].severity"),
        ({"alarms": []}, "maintenance[0].alarms"),
        ({"alarms": ["A b"]}, "maintenance[0].alarms[0]"),
        ({"reason": ""}, "maintenance[0].reason"),
    ],
)
def test_window_wants_alarms_severity_day_and_reason(change: dict, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        good_settings({"maintenance": [WINDOW | change]})
    (problem,) = caught.value.problems
    assert problem.path == text


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"digest": {"time": "8:00"}}, "digest.time"),
        ({"digest": {"time": "24:00"}}, "digest.time"),
        ({"digest": {"time_zone": "Berlin"}}, "digest.time_zone"),
        ({"digest": {"all_clear": "yes"}}, "digest.all_clear"),
        ({"slack": {"allowed_hosts": []}}, "slack.allowed_hosts"),
        ({"slack": {"allowed_hosts": ["https://hooks.slack.com"]}}, "slack.allowed_hosts[0]"),
        ({"routes": {"delivery": {"slack": True}}}, "routes.delivery.slack"),
        ({"routes": {"critical": {"pagerduty": "https://x"}}}, "routes.critical.pagerduty"),
    ],
)
def test_mistake_in_routing_is_one_problem_at_its_place(change: dict, path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        good_settings(change)
    (problem,) = caught.value.problems
    assert problem.path == path


def test_project_whose_roles_would_have_too_long_names_is_refused() -> None:
    project = "a" * 40
    with pytest.raises(ConfigError, match=r"project: .*over 64 characters"):
        good_settings({"project": project, "targets": [{"region": "ap-southeast-2"}]})
