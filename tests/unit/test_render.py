"""Queries, descriptions, policies and dashboard bodies as text."""

from __future__ import annotations

import json

import pytest

from modules.constructs.routing import NOT_THE_FIRST_OK
from modules.render import policies, queries
from modules.render.dashboards import dashboard_body, laid_out
from modules.render.descriptions import alarm_description
from modules.render.patterns import all_of, at_least, equals
from modules.spec.alarms import Route
from modules.spec.dashboards import Dashboard, Graph, Line, Note
from modules.spec.metrics import Math, Metric, Stat
from modules.spec.routing import Topic
from modules.spec.system import Place
from tests.builders import good_monitoring, good_settings

PLACE = Place(environment="prod", region="eu-west-1", account="111122223333", partition="aws")
LOG = good_settings().backend.log
CRITICAL = Topic(route=Route.CRITICAL, name="scheduling-agent-critical", display_name="P1")


def test_pattern_joins_conditions_in_braces() -> None:
    assert all_of(equals("level", "INFO"), at_least("ms", 0)) == '{ ($.level = "INFO") && ($.ms >= 0) }'


def test_key_with_a_dot_is_no_nested_field() -> None:
    fields = ("level", "event", "duration", "session", "error", "error_type")
    log = good_settings({"backend": {"log": {f"{name}_field": f"['log.{name}']" for name in fields}}})
    text = "\n".join(
        [
            queries.recent_errors(log.backend.log, 20),
            queries.response_time(log.backend.log),
            queries.requests_by_session(log.backend.log),
            queries.slow_requests(log.backend.log, 3000),
            queries.error_distribution(log.backend.log),
            queries.log_levels(log.backend.log),
        ]
    )
    assert text.count("log.") == text.count("`log.") > 0
    assert "['" not in text
    assert '| filter `log.level` in ["CRITICAL", "ERROR"]' in text
    pattern = all_of(equals("['log.level']", "INFO"), at_least("['log.ms']", 0))
    assert pattern == "{ ($.['log.level'] = \"INFO\") && ($.['log.ms'] >= 0) }"


@pytest.mark.parametrize(
    "query", [queries.requests_by_session(LOG), queries.error_distribution(LOG), queries.log_levels(LOG)]
)
def test_a_count_is_sorted_by_the_name_it_was_given(query: str) -> None:
    """`sort count desc` after `count()` sorts by a column that does not exist."""
    name = query.split(" as ")[1].split(" ", maxsplit=1)[0]
    assert f"| sort {name} desc" in query


def test_slow_requests_ask_for_the_field_that_the_log_has() -> None:
    query = queries.slow_requests(LOG, 3000)
    assert 'filter message = "chat_response_sent" and processing_time_ms > 3000' in query
    assert "latency_ms" not in query


def test_description_keeps_the_runbook_however_long_the_summary() -> None:
    from dataclasses import replace

    alarm = replace(good_monitoring().alarms[0], summary="x" * 2000)
    text = alarm_description(alarm, "https://wiki.example/runbooks/")
    assert len(text) <= 1024
    assert text.endswith(f"Runbook: https://wiki.example/runbooks/{alarm.runbook}.md")


def _statements(text: str) -> dict[str, dict]:
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def test_topic_admits_cloudwatch_of_its_account_and_denies_plain_transport() -> None:
    statements = _statements(policies.topic(PLACE, CRITICAL))
    publish, deny = statements["PublishAlarms"], statements["DenyPlainTransport"]
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert publish["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:*"},
        "StringEquals": {"aws:SourceAccount": "111122223333"},
    }
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert {one["Resource"] for one in statements.values()} == {
        "arn:aws:sns:eu-west-1:111122223333:scheduling-agent-critical"
    }


def test_keys_admit_their_service_and_keep_their_owner() -> None:
    logs = _statements(policies.key_of_logs(PLACE))
    notifications = _statements(policies.key_of_notifications(PLACE, "scheduling-agent"))
    for statements in (logs, notifications):
        assert statements["Owner"]["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert logs["UseForLogGroups"]["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert notifications["PublishAlarms"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    sender = notifications["SendToQueues"]
    assert sender["Principal"] == {"Service": "sns.amazonaws.com"}
    assert sender["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:scheduling-agent-*"
    }


def test_agents_may_publish_into_their_namespace_alone() -> None:
    (statement,) = json.loads(good_monitoring().agent_metrics_policy)["Statement"]
    assert statement["Condition"] == {"StringEquals": {"cloudwatch:namespace": "AWS/Bedrock/Agents"}}


@pytest.mark.parametrize(
    ("old", "new", "mailed"),
    [
        ("INSUFFICIENT_DATA", "OK", False),
        ("INSUFFICIENT_DATA", "ALARM", True),
        ("OK", "ALARM", True),
        ("ALARM", "OK", True),
        ("ALARM", "INSUFFICIENT_DATA", True),
        (None, None, True),
    ],
)
def test_only_the_first_ok_of_an_alarm_is_not_mailed(old: str | None, new: str | None, mailed: bool) -> None:
    message = {"OldStateValue": old, "NewStateValue": new} if old else {"text": "budget"}
    assert any(_passes(branch, message) for branch in NOT_THE_FIRST_OK["$or"]) is mailed


def _passes(branch: dict, message: dict) -> bool:
    """SNS's rule: every key must fit one of its conditions (SNS guide, "Subscription filter policies")."""
    return all(any(_fits(one, key, message) for one in conditions) for key, conditions in branch.items())


def _fits(condition: dict, key: str, message: dict) -> bool:
    if "exists" in condition:
        return (key in message) is condition["exists"]
    return key in message and message[key] not in condition["anything-but"]


def _body(*widgets: object) -> dict:
    return json.loads(
        dashboard_body(Dashboard(key="d", name="d", widgets=widgets, start="-PT3H"), "eu-west-1")
    )


def test_expression_hides_its_inputs_and_keeps_ids_apart() -> None:
    inputs = {f"m{at}": Stat(Metric("N", f"M{at}", {"D": "v"}), "Sum") for at in range(1, 12)}
    signal = Math("SUM([" + ", ".join(inputs) + "])", inputs, "All")
    (widget,) = _body(Graph(title="t", lines=(Line(signal, "a"), Line(signal, "b"))))["widgets"]
    metrics = widget["properties"]["metrics"]
    ids = [entry[-1]["id"] for entry in metrics]
    assert len(set(ids)) == len(ids) == 24
    assert metrics[11][0]["expression"] == "SUM([" + ", ".join(f"l0m{at}" for at in range(1, 12)) + "])"
    assert [entry[-1]["visible"] for entry in metrics[:11]] == [False] * 11


def test_row_is_as_high_as_its_highest_widget() -> None:
    notes = [
        Note(markdown="a", width=12, height=2),
        Note(markdown="b", width=12, height=5),
        Note(markdown="c"),
    ]
    assert [(place["x"], place["y"]) for _, place in laid_out(notes)] == [(0, 0), (12, 0), (0, 5)]


def test_every_page_names_its_region_and_starts_with_the_alarms() -> None:
    for page in good_monitoring().dashboards:
        first, *others = json.loads(dashboard_body(page, "eu-west-1"))["widgets"]
        assert first["type"] == "alarm"
        assert len(first["properties"]["alarms"]) == len(good_monitoring().alarms)
        assert all(one["properties"].get("region", "eu-west-1") == "eu-west-1" for one in others)


def test_widgets_of_the_guide_and_of_its_script_are_on_the_real_time_page() -> None:
    (page,) = [page for page in good_monitoring().dashboards if page.key == "real-time"]
    titles = {widget.title for widget in page.widgets if not isinstance(widget, Note)}
    assert titles >= {
        "Bedrock agents: invocations, errors, throttles",
        "Bedrock agents: time of a turn",
        "Lambda functions: overview",
        "Recent errors",
        "Business: ActiveSessions",
        "Lambda functions: duration",
        "Log levels",
    }


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3000, "3000"),
        (3000.0, "3000"),
        (0.5, "0.5"),
        (1e-9, "0.000000001"),
        (1234567, "1234567"),
        (12345.678, "12345.678"),
    ],
)
def test_threshold_stands_in_the_query_with_all_its_digits(number: float, text: str) -> None:
    assert f"processing_time_ms > {text}\n" in queries.slow_requests(LOG, number)


def test_description_says_what_happened_when_it_fires_and_why() -> None:
    (alarm,) = [one for one in good_monitoring().alarms if one.key == "db-connections-high"]
    assert alarm_description(alarm, None) == (
        "Connections of scheduling-agent-db are nearly used up, or it stopped reporting. "
        "Fires above 80 in 2 of 2 periods of 5 min: 80 % of max_connections, which is 100, "
        "as in the setup guide. "
        "Runbook: docs/runbooks/db-connections-high.md"
    )
