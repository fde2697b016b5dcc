"""What holds for the plain values of any valid configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modules import facts
from modules.catalog import publisher
from modules.catalog.business import alarm_key
from modules.catalog.delivery import LONGEST_DIGEST_WAIT_SECONDS
from modules.render.dashboards import dashboard_body
from modules.settings import Settings
from modules.settings.business import BusinessMetric
from modules.spec.alarms import Alarm, Comparison, Role, Route
from modules.spec.metrics import Math, Metric, Stat, stats_of
from modules.spec.system import Monitoring
from tests.builders import ROOT, monitorings
from tests.strategies import all_settings, functions, replaced_settings, shuffled, slugs, trees

MONITORINGS = all_settings.map(lambda found: (found, monitorings(found)[0]))
GUIDE_ALARMS = {"high-error-rate", "high-latency", "lambda-errors", "lambda-throttles", "db-connections-high"}
SILENT, SLOW = "metrics-publisher-silent", "metrics-publisher-slow"
REFERENCE = re.compile(r"\$\{data\.[a-z_.]+\}")


def _has_agents(found: Monitoring) -> bool:
    return facts.is_available("bedrock-agents", found.place.region)


@given(MONITORINGS)
def test_every_alarm_of_the_guide_is_there(made: tuple[Settings, Monitoring]) -> None:
    _, found = made
    expected = GUIDE_ALARMS if _has_agents(found) else GUIDE_ALARMS - {"high-error-rate", "high-latency"}
    assert {alarm.key for alarm in found.alarms} & GUIDE_ALARMS == expected
    assert all(alarm.name == f"{found.prefix}-{alarm.key}" for alarm in found.alarms)


@given(MONITORINGS)
def test_thresholds_are_finite_positive_and_within_what_the_metric_can_reach(
    made: tuple[Settings, Monitoring],
) -> None:
    """Positive, unless a figure of the business may itself be negative."""
    settings, found = made
    business = _business(settings)
    ceilings = {_identity(one.metric): one.maximum for one in found.ceilings}
    for alarm in found.alarms:
        threshold, metric = alarm.condition.threshold, business.get(alarm.key)
        assert (metric.minimum if metric and metric.minimum else 0) <= threshold < float("inf")
        assert alarm.condition.comparison is _side(alarm, metric)
        if alarm.condition.comparison is Comparison.BELOW:
            assert threshold > (metric.minimum if metric and metric.minimum is not None else 0)
            continue
        for stat in stats_of(alarm.signal):
            assert threshold < ceilings.get(_identity(stat.metric), float("inf")), alarm.key
            if metric and metric.maximum is not None:
                assert threshold < metric.maximum, alarm.key
            fact = facts.metric(stat.metric.namespace, stat.metric.name)
            if fact and fact.maximum is not None:
                assert threshold < fact.maximum, alarm.key


def _side(alarm: Alarm, metric: BusinessMetric | None) -> Comparison:
    """Everything is too much, except a heartbeat and what configuration wants to be enough."""
    too_few = metric is not None and metric.alarm is not None and metric.alarm.below is not None
    return Comparison.BELOW if too_few or alarm.key == SILENT else Comparison.ABOVE


def _business(settings: Settings) -> dict[str, BusinessMetric]:
    """The metrics that are counted, by the keys that their alarms have."""
    return {alarm_key(name): metric for name, metric in settings.business_metrics.metrics.items()}


def _identity(metric: Metric) -> tuple[str, str, frozenset[tuple[str, str]]]:
    return metric.namespace, metric.name, frozenset(metric.dimensions.items())


@given(MONITORINGS)
def test_every_metric_is_published_with_exactly_its_dimensions(made: tuple[Settings, Monitoring]) -> None:
    settings, found = made
    published: dict[str, Mapping[str, str]] = {item.metric.name: {} for item in found.filters}
    published |= {name: {} for name in settings.published_outside}
    if found.schedules[1:]:
        published |= {name: one.dimensions for name, one in settings.business_metrics.metrics.items()}
        published[publisher.HEARTBEAT] = {}
    for alarm in found.alarms:
        for stat in stats_of(alarm.signal):
            metric = stat.metric
            if metric.namespace == found.namespace:
                assert metric.dimensions == published[metric.name]
            else:
                fact = facts.metric(metric.namespace, metric.name)
                assert fact is not None, metric
                assert fact.has_dimensions(metric.dimensions), metric
                assert metric.dimensions or fact.account_wide, metric


@given(MONITORINGS)
def test_evaluation_is_within_the_limits_of_cloudwatch(made: tuple[Settings, Monitoring]) -> None:
    _, found = made
    for alarm in found.alarms:
        evaluation = alarm.evaluation
        assert 1 <= evaluation.datapoints <= evaluation.of
        assert evaluation.period_seconds % 60 == 0
        assert evaluation.of * evaluation.period_seconds <= facts.limit("alarm_window_seconds_short_period")
        assert len(alarm.name) <= facts.limit("alarm_name_chars")
        assert len(stats_of(alarm.signal)) <= facts.limit("alarm_metrics")


@given(MONITORINGS)
def test_math_uses_each_of_its_inputs_once(made: tuple[Settings, Monitoring]) -> None:
    _, found = made
    for alarm in found.alarms:
        if isinstance(alarm.signal, Math):
            assert sorted(re.findall(r"m\d+", alarm.signal.expression)) == sorted(alarm.signal.inputs)
            metrics = [_identity(stat.metric) for stat in alarm.signal.inputs.values()]
            assert len(set(metrics)) == len(metrics)


@given(MONITORINGS)
def test_agents_are_watched_by_alias_once_all_are_told(made: tuple[Settings, Monitoring]) -> None:
    settings, found = made
    assume(_has_agents(found))
    told = all(agent.alias_arn for agent in settings.bedrock.agents.values())
    (alarm,) = [alarm for alarm in found.alarms if alarm.key == "high-latency"]
    dimensions = [set(stat.metric.dimensions) for stat in stats_of(alarm.signal)]
    if told:
        assert dimensions == [{"Operation", "AgentAliasArn", "ModelId"}] * len(settings.bedrock.agents)
    else:
        assert dimensions == [{"Operation"}]
        assert any("alias_arn" in warning for warning in found.warnings)


@given(MONITORINGS)
def test_log_groups_are_one_per_part_and_keep_what_is_configured(made: tuple[Settings, Monitoring]) -> None:
    settings, found = made
    names = [group.name for group in found.log_groups]
    agents = len(settings.bedrock.agents) if _has_agents(found) else 0
    parts = 1 + len(settings.lambda_.functions) + agents + len(found.functions)
    assert len(set(names)) == len(names) == parts
    assert {group.retention_days for group in found.log_groups} == {settings.retention.days}
    for key, function in settings.lambda_.functions.items():
        (group,) = [group for group in found.log_groups if group.key == f"lambda/{key}"]
        dedicated = f"/aws/{found.prefix}/lambda/{key}"
        assert group.name == (
            dedicated if function.log_group == "dedicated" else f"/aws/lambda/{found.prefix}-{key}"
        )


@given(MONITORINGS)
def test_widgets_fit_into_the_grid_and_never_overlap(made: tuple[Settings, Monitoring]) -> None:
    _, found = made
    for dashboard in found.dashboards:
        taken: set[tuple[int, int]] = set()
        for widget in json.loads(dashboard_body(dashboard, "us-east-1"))["widgets"]:
            assert widget["x"] + widget["width"] <= 24
            cells = {
                (x, y)
                for x in range(widget["x"], widget["x"] + widget["width"])
                for y in range(widget["y"], widget["y"] + widget["height"])
            }
            assert not cells & taken
            taken |= cells


@given(MONITORINGS)
def test_threshold_of_an_alarm_is_a_line_on_the_real_time_page(made: tuple[Settings, Monitoring]) -> None:
    """Of the delivery the wait for Slack alone is drawn; of the publisher nothing."""
    settings, found = made
    business = _business(settings)
    undrawn = {key for key, metric in business.items() if not metric.widget} | {SILENT, SLOW}
    for dashboard in found.dashboards:
        if dashboard.key == "real-time":
            lines = {
                (line["value"])
                for widget in json.loads(dashboard_body(dashboard, "us-east-1"))["widgets"]
                for line in widget["properties"].get("annotations", {}).get("horizontal", [])
            }
            pages = {
                alarm.condition.threshold
                for alarm in found.alarms
                if alarm.key not in undrawn and (alarm.condition.threshold or alarm.key in business)
            }
            assert pages - {LONGEST_DIGEST_WAIT_SECONDS} == lines


@given(trees(), slugs, functions())
@settings(max_examples=50)
def test_adding_a_function_only_adds(tree: dict, name: str, function: dict) -> None:
    known = tree["lambda"]["functions"]
    if name in known or len(known) == 10:
        return
    more = tree | {"lambda": tree["lambda"] | {"functions": known | {name: function}}}
    before, after = (monitorings(replaced_settings(one))[0] for one in (tree, more))
    old, new = ({alarm.key: alarm for alarm in one.alarms} for one in (before, after))
    assert set(new) - set(old) == {f"lambda-duration-{name}"}
    assert set(old) <= set(new)
    for key, alarm in old.items():
        assert _without_inputs(alarm) == _without_inputs(new[key])
        assert {_stat(stat) for stat in stats_of(alarm.signal)} <= {
            _stat(stat) for stat in stats_of(new[key].signal)
        }
    assert {group.name for group in after.log_groups} > {group.name for group in before.log_groups}


def _without_inputs(alarm: Alarm) -> tuple[object, ...]:
    return alarm.name, alarm.condition, alarm.evaluation, alarm.missing, alarm.severity, alarm.runbook


def _stat(stat: Stat) -> tuple[object, ...]:
    return (*_identity(stat.metric), stat.statistic)


@given(trees(), st.randoms())
def test_order_of_the_input_changes_nothing(tree: dict, random) -> None:
    assert monitorings(replaced_settings(shuffled(tree, random))) == monitorings(replaced_settings(tree))


@given(MONITORINGS)
def test_every_alarm_has_a_runbook_a_reason_and_a_route_with_a_topic(
    made: tuple[Settings, Monitoring],
) -> None:
    _, found = made
    routes = {topic.route for topic in found.topics}
    assert routes == set(Route)
    for alarm in found.alarms:
        assert (ROOT / "docs" / "runbooks" / f"{alarm.runbook}.md").is_file()
        assert len(alarm.condition.because) > 10
        assert alarm.role is Role.DELIVERY or alarm.route.value == alarm.severity.value
        assert alarm.role is not Role.DELIVERY or alarm.route is Route.DELIVERY


@given(MONITORINGS)
def test_no_placeholder_reaches_the_output(made: tuple[Settings, Monitoring]) -> None:
    """No data source is asked for what configuration tells."""
    settings, found = made
    text = repr(found)
    for dashboard in found.dashboards:
        text += dashboard_body(dashboard, "us-east-1")
    told = settings.targets[0].account is not None
    assert bool(REFERENCE.search(text)) != told or not found.dashboards
    assert not re.search(
        r"YOUR[-_]|example\.com|CHANGE_?ME|<[a-z-]+>|arn:aws:[a-z]+:[a-z0-9-]+:123456789012", text
    )
