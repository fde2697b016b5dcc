"""What holds for any business metrics that configuration may have, from the query to the policies."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from modules.catalog import publisher
from modules.catalog.business import alarm_key
from modules.packaging import archive_file
from modules.settings import Settings
from modules.settings.business import BusinessMetric
from modules.spec.alarms import Alarm, Comparison, Missing
from modules.spec.dashboards import Graph
from modules.spec.functions import OwnFunction
from modules.spec.metrics import Stat
from modules.spec.system import Monitoring
from modules.synthesis import terraform
from policies import check, errors
from tests.builders import good_context, monitorings, resources, synthesized
from tests.strategies import all_settings, replaced_settings, shuffled, trees

MADE = all_settings.map(lambda found: (found, monitorings(found)[0]))
few = settings(max_examples=8, suppress_health_check=list(HealthCheck))
ALARM = "aws_cloudwatch_metric_alarm"


def metrics_of(found: Settings) -> Mapping[str, BusinessMetric]:
    return found.business_metrics.metrics


def function_of(found: Monitoring) -> OwnFunction | None:
    return next((one for one in found.functions if one.key == publisher.KEY), None)


def alarms_of(found: Monitoring) -> dict[str, Alarm]:
    return {alarm.key: alarm for alarm in found.alarms}


@given(MADE)
def test_there_is_a_publisher_exactly_if_there_is_something_to_publish(
    made: tuple[Settings, Monitoring],
) -> None:
    configured, found = made
    parts = (found.functions, found.schedules, found.queues, found.log_groups, found.alarms)
    counted = [sum("metrics-publisher" in one.key for one in part) for part in parts]
    assert counted == ([1, 1, 1, 1, 4] if metrics_of(configured) else [0, 0, 0, 0, 0])
    assert ("publisher" in repr(found).lower()) == bool(metrics_of(configured))


@given(MADE)
def test_plan_holds_exactly_what_is_configured(made: tuple[Settings, Monitoring]) -> None:
    configured, found = made
    function = function_of(found)
    assume(function is not None)
    assert function
    plan = json.loads(function.files["metrics.json"])
    told = {one.pop("name"): one for one in plan["metrics"]}
    assert told == {
        name: {
            "sql": metric.sql,
            "unit": metric.unit,
            "dimensions": metric.dimensions,
            "minimum": metric.minimum,
            "maximum": metric.maximum,
        }
        for name, metric in metrics_of(configured).items()
    }
    assert list(told) == sorted(told)
    assert (plan["namespace"], plan["time_zone"]) == (found.namespace, configured.business_metrics.time_zone)
    assert set(plan) == {"namespace", "time_zone", "metrics"}


@given(MADE)
def test_each_wish_is_an_alarm_on_what_is_published_and_nothing_else_is(
    made: tuple[Settings, Monitoring],
) -> None:
    configured, found = made
    alarms = alarms_of(found)
    for name, metric in metrics_of(configured).items():
        alarm = alarms.get(alarm_key(name))
        assert (alarm is None) == (metric.alarm is None)
        if alarm is None or metric.alarm is None:
            continue
        assert isinstance(alarm.signal, Stat)
        watched = alarm.signal.metric
        assert (watched.namespace, watched.name, watched.unit) == (found.namespace, name, metric.unit)
        assert watched.dimensions == metric.dimensions
        too_few = metric.alarm.below is not None
        assert alarm.condition.comparison is (Comparison.BELOW if too_few else Comparison.ABOVE)
        assert alarm.signal.statistic == ("Minimum" if too_few else "Maximum")
        assert alarm.missing is Missing.NOT_BREACHING
        assert alarm.evaluation.period_seconds >= 60 * configured.business_metrics.every_minutes


@given(MADE)
def test_each_metric_that_wants_to_be_drawn_is_with_its_own_dimensions(
    made: tuple[Settings, Monitoring],
) -> None:
    configured, found = made
    wanted = {name: metric for name, metric in metrics_of(configured).items() if metric.widget}
    for page in found.dashboards:
        drawn = {
            one.title.removeprefix("Business: "): one
            for one in page.widgets
            if isinstance(one, Graph) and one.title.startswith("Business: ")
        }
        assert set(drawn) == (set(wanted) if page.key != "logs" else set())
        for name, graph in drawn.items():
            (line,) = graph.lines
            assert isinstance(line.signal, Stat)
            assert line.signal.metric.dimensions == wanted[name].dimensions
            assert len(graph.limits) == (wanted[name].alarm is not None)


@given(MADE)
def test_policies_hear_of_each_metric_and_of_who_publishes_it(made: tuple[Settings, Monitoring]) -> None:
    configured, found = made
    known = {one.name: one for one in good_context(configured, found).published_outside}
    function = function_of(found)
    assert set(known) == (set(metrics_of(configured)) | {publisher.HEARTBEAT} if function else set())
    for name, metric in metrics_of(configured).items():
        one = known[name]
        assert function
        low = -math.inf if metric.minimum is None else metric.minimum
        high = metric.maximum
        assert (one.minimum, one.maximum, one.unit) == (low, high, metric.unit)
        assert (one.namespace, one.dimensions) == (found.namespace, metric.dimensions)
        assert one.function == function.name


@given(MADE)
def test_role_may_log_in_one_way_and_publish_into_one_namespace(made: tuple[Settings, Monitoring]) -> None:
    configured, found = made
    function = function_of(found)
    assume(function is not None)
    assert function
    grants = {grant.name: grant for grant in function.grants}
    connection = configured.database.connection
    assert ("Connect" in grants, "ReadSecret" in grants) == (
        connection.auth == "iam",
        connection.auth == "secret",
    )
    assert (connection.vpc is not None) == bool(function.subnets)
    assert grants["PutMetrics"].conditions == {"StringEquals": {"cloudwatch:namespace": found.namespace}}
    everywhere = {name for name, grant in grants.items() if "*" in grant.resources}
    assert everywhere == {"PutMetrics", "RunInVpc", "NotFromCode"}
    for name in grants.keys() & {"Connect", "ReadSecret"}:
        assert [resource for resource in grants[name].resources if "*" in resource] == []
        assert len(grants[name].resources) == 1
    ours = any(secret.key == publisher.KEY for secret in found.secrets)
    assert ours == (connection.auth == "secret" and connection.secret_arn is None)
    assert not any("password" in value.lower() for value in function.environment.values())


@given(trees(), st.randoms())
@settings(max_examples=50)
def test_order_of_the_configuration_changes_no_byte_of_the_plan(tree: dict[str, Any], random: Any) -> None:
    one, other = (
        function_of(monitorings(replaced_settings(each))[0]) for each in (tree, shuffled(tree, random))
    )
    assert (one and one.files) == (other and other.files)
    assert one == other


@given(trees())
@settings(max_examples=50)
def test_each_environment_publishes_into_a_namespace_of_its_own(tree: dict[str, Any]) -> None:
    found = [monitorings(replaced_settings(tree, environment=name))[0] for name in ("prod", "staging", "dev")]
    functions = [function for function in map(function_of, found) if function]
    namespaces = [json.loads(one.files["metrics.json"])["namespace"] for one in functions]
    granted = [
        grant.conditions["StringEquals"]["cloudwatch:namespace"]
        for one in functions
        for grant in one.grants
        if grant.name == "PutMetrics"
    ]
    assert namespaces == granted
    assert len(set(namespaces)) == len(functions)


# Through jsii and the policies.


@given(all_settings)
@few
def test_archive_holds_the_plan_byte_for_byte(configured: Settings) -> None:
    (found,) = monitorings(configured)
    function = function_of(found)
    assume(function is not None)
    assert function
    with TemporaryDirectory() as folder:
        terraform({found.stack: (configured, found)}, Path(folder))
        with zipfile.ZipFile(Path(folder, "stacks", found.stack, archive_file(function.source))) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    assert files["metrics.json"] == function.files["metrics.json"].encode()
    assert ("authorities.pem" in files) == (configured.database.connection.ca_file is not None)


@given(trees(), st.data())
@few
def test_alarm_that_its_metric_cannot_reach_is_refused(tree: dict[str, Any], data: st.DataObject) -> None:
    """Above the highest that it can be, below the lowest, or beyond it always."""
    # given: a metric between 10 and 20
    side, threshold, rule = data.draw(
        st.sampled_from(
            [
                ("above", 20, "MON-THR-003"),
                ("above", 21.5, "MON-THR-003"),
                ("below", 10, "MON-THR-003"),
                ("below", -1, "MON-THR-003"),
                ("above", 9, "MON-THR-004"),
                ("below", 21, "MON-THR-004"),
            ]
        )
    )
    wish = {side: threshold, "severity": "info", "because": "somebody wished so"}
    bounded = {"sql": "SELECT 1", "unit": "Count", "minimum": 10, "maximum": 20, "alarm": wish}
    metrics = tree["business_metrics"]["metrics"] | {"Bounded": bounded}
    configured = replaced_settings(
        tree | {"business_metrics": tree["business_metrics"] | {"metrics": metrics}}
    )

    # when
    findings = _findings(configured)

    # then
    assert {(one.rule, one.address) for one in findings} == {(rule, f"{ALARM}.bounded")}


def _findings(configured: Settings) -> Any:
    (stack,) = synthesized(configured).values()
    (found,) = monitorings(configured)
    return errors(check(stack, good_context(configured, found)))


@given(trees())
@few
def test_without_function_or_schedule_no_alarm_on_what_it_publishes_passes(tree: dict[str, Any]) -> None:
    # given
    configured = replaced_settings(tree)
    assume(metrics_of(configured))
    (stack,) = synthesized(configured).values()
    (found,) = monitorings(configured)
    context = good_context(configured, found)
    wanted = {f"{ALARM}.{alarm_key(name)}" for name, metric in metrics_of(configured).items() if metric.alarm}
    wanted |= {f"{ALARM}.metrics-publisher-silent"}
    assert errors(check(stack, context)) == ()

    # when
    resources(stack, "aws_scheduler_schedule")["schedule-metrics-publisher"]["state"] = "DISABLED"
    asleep = errors(check(stack, context))
    del resources(stack, "aws_lambda_function")["function-metrics-publisher"]
    gone = errors(check(stack, context))

    # then
    for findings in (asleep, gone):
        assert {one.address for one in findings if one.rule == "MON-MET-001"} == wanted
