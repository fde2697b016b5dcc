"""One change for every line of a review: a resource before and after, and what is to be said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ops.review.verdicts import Effect

Tree = dict[str, Any]
Said = tuple[Effect, str, str, str]

WEAKENED, STRENGTHENED, UNCLEAR = Effect.WEAKENED, Effect.STRENGTHENED, Effect.UNCLEAR
ADDED, REMOVED, CHANGED, UNAFFECTED = Effect.ADDED, Effect.REMOVED, Effect.CHANGED, Effect.UNAFFECTED

# What the reverse of a change does.
REVERSED = {
    WEAKENED: STRENGTHENED,
    STRENGTHENED: WEAKENED,
    UNCLEAR: UNCLEAR,
    CHANGED: CHANGED,
    UNAFFECTED: UNAFFECTED,
}

ALARM, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
FILTER, GROUP = "aws_cloudwatch_log_metric_filter", "aws_cloudwatch_log_group"
TOPIC, SUBSCRIPTION = "aws_sns_topic", "aws_sns_topic_subscription"
QUEUE, KEY, FUNCTION = "aws_sqs_queue", "aws_kms_key", "aws_lambda_function"
SCHEDULE, RULE, TARGET = "aws_scheduler_schedule", "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"
MAPPING, DASHBOARD = "aws_lambda_event_source_mapping", "aws_cloudwatch_dashboard"

CRITICAL_ARN = "${aws_sns_topic.topic-critical.arn}"
WARNING_ARN = "${aws_sns_topic.topic-warning.arn}"
INFO_ARN = "${aws_sns_topic.topic-info.arn}"
OUTSIDE = "arn:aws:sns:us-east-1:444455556666:elsewhere"
OUTSIDE_TOO = "arn:aws:sns:us-east-1:444455556666:nowhere"
LOG_KEY = "${aws_kms_key.key-logs.arn}"
DEAD = "arn:aws:sqs:us-east-1:111122223333:dead"


@dataclass(frozen=True)
class Case:
    """A resource before and after; `None` where it is not there."""

    key: str
    kind: str
    before: Tree | None
    after: Tree | None
    says: tuple[Said, ...]
    extra: Tree = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it is in the plan."""
        return f"{self.kind}.{self.key}"


def case(key: str, kind: str, good: Tree, change: Tree, *says: Said, **extra: Any) -> Case:
    """One with some attributes changed; `None` takes an attribute away."""
    after = {name: value for name, value in (good | change).items() if value is not None}
    before = {name: value for name, value in good.items() if value is not None}
    return Case(key, kind, before, after, says, extra)


def good_alarm(key: str, **changes: Any) -> Tree:
    return {
        "alarm_name": f"lab-{key}",
        "alarm_description": "An alarm of the lab",
        "namespace": "AWS/Lambda",
        "metric_name": "Duration",
        "dimensions": {"FunctionName": "booking"},
        "statistic": "Average",
        "period": 300,
        "evaluation_periods": 3,
        "datapoints_to_alarm": 2,
        "threshold": 5000,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "missing",
        "alarm_actions": [CRITICAL_ARN],
        "ok_actions": [CRITICAL_ARN],
        "tags": {"Severity": "critical", "Role": "page"},
    } | changes


def alarm(key: str, change: Tree, *says: Said, **good: Any) -> Case:
    return case(key, ALARM, good_alarm(key, **good), change, *says)


def metric(identity: str, function: str, *, stat: str = "Sum", period: int = 300) -> Tree:
    return {
        "id": identity,
        "metric": {
            "namespace": "AWS/Lambda",
            "metric_name": "Errors",
            "dimensions": {"FunctionName": function},
            "stat": stat,
            "period": period,
        },
    }


def math(expression: str, *inputs: Tree) -> Tree:
    plain = dict.fromkeys(("namespace", "metric_name", "dimensions", "statistic", "period"))
    returned = {"id": "result", "expression": expression, "label": "Result", "return_data": True}
    return {**plain, "metric_query": [*inputs, returned]}


def band(width: float, operator: str = "GreaterThanUpperThreshold") -> Tree:
    plain = dict.fromkeys(("namespace", "metric_name", "dimensions", "statistic", "period", "threshold"))
    expression = f"ANOMALY_DETECTION_BAND(m1, {width})"
    return {
        **plain,
        "comparison_operator": operator,
        "threshold_metric_id": "band",
        "metric_query": [
            {**metric("m1", "booking"), "return_data": True},
            {"id": "band", "expression": expression, "label": "Expected", "return_data": True},
        ],
    }


A, B, C = metric("a", "one"), metric("b", "two"), metric("c", "three")


def composite(key: str, before: str, after: str, *says: Said) -> Case:
    good = {
        "alarm_name": f"lab-{key}",
        "alarm_rule": before,
        "alarm_actions": [CRITICAL_ARN],
        "ok_actions": [CRITICAL_ARN],
        "tags": {"Severity": "critical"},
    }
    return case(key, COMPOSITE, good, {"alarm_rule": after}, *says)


def suppressed(key: str, before: Tree | None, after: Tree | None, *says: Said) -> Case:
    good = {
        "alarm_name": f"lab-{key}",
        "alarm_rule": 'ALARM("x")',
        "alarm_actions": [CRITICAL_ARN],
        "tags": {"Severity": "critical"},
        "actions_suppressor": before,
    }
    return case(key, COMPOSITE, good, {"actions_suppressor": after}, *says)


def suppressor(alarm_name: str = "maintenance", *, wait: int = 60, extension: int = 60) -> Tree:
    return {"alarm": alarm_name, "wait_period": wait, "extension_period": extension}


def log_filter(key: str, change: Tree, *says: Said) -> Case:
    transformation = {"name": "Lab", "namespace": "Lab", "value": "1", "default_value": "0", "unit": "Count"}
    good = {
        "name": f"lab-{key}",
        "log_group_name": "/lab/app",
        "pattern": '{ ($.level = "ERROR") || ($.level = "CRITICAL") }',
        "metric_transformation": transformation,
    }
    if "metric_transformation" in change:
        change = {"metric_transformation": transformation | change["metric_transformation"]}
    return case(key, FILTER, good, change, *says)


def subscription(key: str, change: Tree, *says: Said, **good: Any) -> Case:
    base = {
        "topic_arn": CRITICAL_ARN,
        "protocol": "email",
        "endpoint": "ops@team.example",
    } | good
    return case(key, SUBSCRIPTION, base, change, *says)


def policies(*states: str) -> str:
    return json.dumps({"NewStateValue": list(states)})


def document(*statements: Tree) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(sid: str, **changes: Any) -> Tree:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "*",
    } | changes


def nameless(source: str) -> Tree:
    condition = {"ArnLike": {"aws:SourceArn": source}}
    return {name: value for name, value in statement("", Condition=condition).items() if name != "Sid"}


DENY = statement(
    "DenyPlain", Effect="Deny", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}
)
OPEN = statement("Open", Principal="*")


def topic_policy(key: str, before: list[Tree], after: list[Tree], *says: Said) -> Case:
    good = {"arn": CRITICAL_ARN, "policy": document(*before)}
    return case(key, "aws_sns_topic_policy", good, {"policy": document(*after)}, *says)


def body(*widgets: Tree, **page: Any) -> str:
    return json.dumps({"widgets": list(widgets), **page})


def widget(title: str, *, x: int = 0, **properties: Any) -> Tree:
    shown = {"title": title, "region": "us-east-1", "metrics": [["AWS/Lambda", "Errors"]], "period": 300}
    return {"type": "metric", "x": x, "y": 0, "width": 6, "height": 6, "properties": shown | properties}


def dashboard(key: str, before: str, after: str, *says: Said) -> Case:
    return case(
        key,
        DASHBOARD,
        {"dashboard_name": f"lab-{key}", "dashboard_body": before},
        {"dashboard_body": after},
        *says,
    )


def queue(key: str, change: Tree, *says: Said, **good: Any) -> Case:
    return case(key, QUEUE, {"name": f"lab-{key}", "message_retention_seconds": 345600} | good, change, *says)


def function(key: str, change: Tree, *says: Said, **good: Any) -> Case:
    base = {
        "function_name": f"lab-{key}",
        "role": "arn:aws:iam::111122223333:role/lab",
        "handler": "handler.handler",
        "runtime": "python3.12",
        "s3_bucket": "code",
        "s3_key": "one.zip",
        "timeout": 30,
    } | good
    return case(key, FUNCTION, base, change, *says)


def schedule(key: str, change: Tree, *says: Said, **good: Any) -> Case:
    target = {
        "arn": "arn:aws:lambda:us-east-1:111122223333:function:f",
        "role_arn": "arn:aws:iam::111122223333:role/r",
    }
    base = {
        "name": f"lab-{key}",
        "group_name": "default",
        "schedule_expression": "rate(5 minutes)",
        "flexible_time_window": {"mode": "OFF"},
        "target": {**target, "dead_letter_config": {"arn": DEAD}},
    } | good
    if "target" in change:
        change = {"target": target | change["target"]}
    return case(key, SCHEDULE, base, change, *says)


def mapping(key: str, change: Tree, *says: Said) -> Case:
    good = {
        "event_source_arn": f"arn:aws:sqs:us-east-1:111122223333:{key}",
        "function_name": "arn:aws:lambda:us-east-1:111122223333:function:f",
        "enabled": True,
        "function_response_types": ["ReportBatchItemFailures"],
    }
    return case(key, MAPPING, good, change, *says)


def deleted(key: str, kind: str, good: Tree, effect: Effect = WEAKENED) -> Case:
    return Case(key, kind, good, None, ((effect, "existence", "", "deleted"),))


def added(key: str, kind: str, good: Tree, new: str) -> Case:
    return Case(key, kind, None, good, ((ADDED, "existence", "", new),))


def group(key: str, change: Tree, *says: Said, **good: Any) -> Case:
    return case(key, GROUP, {"name": f"/lab/{key}", "retention_in_days": 30} | good, change, *says)


PERIODS = "2 of 3 periods"
CASES: tuple[Case, ...] = (
    # Thresholds: the direction of the comparison decides.
    alarm("raised", {"threshold": 8000}, (WEAKENED, "threshold", "above 5,000 ms", "above 8,000 ms")),
    alarm(
        "raised-lower",
        {"threshold": 8000},
        (STRENGTHENED, "threshold", "below 5,000 ms", "below 8,000 ms"),
        comparison_operator="LessThanThreshold",
    ),
    alarm(
        "stricter",
        {"comparison_operator": "GreaterThanOrEqualToThreshold"},
        (STRENGTHENED, "threshold", "above 5,000 ms", "at least 5,000 ms"),
    ),
    alarm(
        "flipped",
        {"comparison_operator": "LessThanThreshold"},
        (WEAKENED, "threshold", "above 5,000 ms", "below 5,000 ms"),
        (STRENGTHENED, "threshold", "above 5,000 ms", "below 5,000 ms"),
    ),
    alarm(
        "own-unit",
        {"threshold": 0.5},
        (STRENGTHENED, "threshold", "above 5", "above 0.5"),
        namespace="Lab",
        metric_name="Unheard",
        threshold=5,
    ),
    # Periods, M of N, statistics, missing data.
    alarm("more-of", {"datapoints_to_alarm": 3}, (WEAKENED, "m_of_n", PERIODS, "3 of 3 periods")),
    alarm("wider", {"evaluation_periods": 5}, (STRENGTHENED, "m_of_n", PERIODS, "2 of 5 periods")),
    alarm(
        "fewer-of-fewer",
        {"evaluation_periods": 1, "datapoints_to_alarm": 1},
        (STRENGTHENED, "m_of_n", PERIODS, "1 of 1 periods"),
    ),
    alarm(
        "both-ways",
        {"evaluation_periods": 10, "datapoints_to_alarm": 4},
        (WEAKENED, "m_of_n", "3 of 4 periods", "4 of 10 periods"),
        (STRENGTHENED, "m_of_n", "3 of 4 periods", "4 of 10 periods"),
        evaluation_periods=4,
        datapoints_to_alarm=3,
    ),
    alarm("longer", {"period": 900}, (WEAKENED, "period", "5 min", "15 min")),
    alarm(
        "longer-sum",
        {"period": 3600},
        (STRENGTHENED, "period", "5 min", "1 h"),
        (WEAKENED, "lasting", "10 min", "2 h"),
        metric_name="Errors",
        statistic="Sum",
        threshold=5,
    ),
    alarm(
        "longer-sum-once",
        {"period": 600},
        (STRENGTHENED, "period", "5 min", "10 min"),
        metric_name="Errors",
        statistic="Sum",
        threshold=5,
        evaluation_periods=1,
        datapoints_to_alarm=1,
    ),
    alarm(
        "longer-sum-below",
        {"period": 600},
        (WEAKENED, "period", "5 min", "10 min"),
        metric_name="Invocations",
        statistic="Sum",
        threshold=5,
        comparison_operator="LessThanThreshold",
    ),
    alarm("smaller-statistic", {"statistic": "Minimum"}, (WEAKENED, "statistic", "Average", "Minimum")),
    alarm(
        "percentile",
        {"extended_statistic": "p50"},
        (WEAKENED, "statistic", "p99", "p50"),
        statistic=None,
        extended_statistic="p99",
    ),
    alarm("count", {"statistic": "SampleCount"}, (UNCLEAR, "statistic", "Average", "SampleCount")),
    alarm(
        "silence-is-fine",
        {"treat_missing_data": "notBreaching"},
        (WEAKENED, "missing_data", "no data is a breach", "no data is fine"),
        treat_missing_data="breaching",
    ),
    alarm(
        "silence-keeps",
        {"treat_missing_data": "ignore"},
        (UNCLEAR, "missing_data", "no data is insufficient data", "no data keeps the state"),
    ),
    # What it watches.
    alarm(
        "other-metric",
        {"dimensions": {"FunctionName": "payment"}},
        (
            WEAKENED,
            "metric",
            "AWS/Lambda Duration (FunctionName=booking)",
            "AWS/Lambda Duration (FunctionName=payment)",
        ),
        (
            STRENGTHENED,
            "metric",
            "AWS/Lambda Duration (FunctionName=booking)",
            "AWS/Lambda Duration (FunctionName=payment)",
        ),
    ),
    alarm(
        "fewer-inputs",
        math("SUM([a, b])", A, B),
        (WEAKENED, "metric", "AWS/Lambda Errors (FunctionName=three)", "none"),
        **math("SUM([a, b, c])", A, B, C),
    ),
    alarm(
        "other-math",
        math("MIN([a, b])", A, B),
        (UNCLEAR, "expression", "SUM([a, b])", "MIN([a, b])"),
        **math("SUM([a, b])", A, B),
    ),
    alarm(
        "renamed-inputs",
        math("SUM([c, a])", A, metric("c", "two")),
        (UNAFFECTED, "metric", "", ""),
        **math("SUM([a, b])", A, B),
    ),
    alarm(
        "math-raised",
        {"threshold": 9},
        (WEAKENED, "threshold", "above 5", "above 9"),
        threshold=5,
        **math("SUM([a, b])", A, B),
    ),
    alarm(
        "math-longer",
        math("SUM([a])", metric("a", "one", period=60)),
        (WEAKENED, "period", "5 min", "1 min"),
        threshold=5,
        evaluation_periods=1,
        datapoints_to_alarm=1,
        **math("SUM([a])", A),
    ),
    alarm(
        "wider-band",
        band(3),
        (
            WEAKENED,
            "threshold",
            "above its band (2 standard deviations)",
            "above its band (3 standard deviations)",
        ),
        **band(2),
    ),
    alarm(
        "half-a-band",
        band(2),
        (
            WEAKENED,
            "threshold",
            "outside of its band (2 standard deviations)",
            "above its band (2 standard deviations)",
        ),
        **band(2, "LessThanLowerOrGreaterThanUpperThreshold"),
    ),
    # Whom it tells.
    alarm("switched-off", {"actions_enabled": False}, (WEAKENED, "silence", "true", "false")),
    alarm(
        "without-actions",
        {"alarm_actions": None, "ok_actions": None},
        (WEAKENED, "silence", "critical (scheduling-agent-critical)", "nothing"),
    ),
    alarm(
        "never-over",
        {"ok_actions": []},
        (WEAKENED, "silence", "critical (scheduling-agent-critical)", "nothing"),
    ),
    alarm(
        "rerouted",
        {
            "alarm_actions": [INFO_ARN],
            "ok_actions": [INFO_ARN],
            "tags": {"Severity": "info", "Role": "page"},
        },
        (
            WEAKENED,
            "actions",
            "critical (scheduling-agent-critical)",
            "info (scheduling-agent-info)",
        ),
    ),
    alarm(
        "relabelled",
        {"tags": {"Severity": "warning", "Role": "page"}},
        (WEAKENED, "severity", "critical", "warning"),
    ),
    alarm(
        "evidence",
        {"tags": {"Severity": "critical", "Role": "evidence"}},
        (WEAKENED, "role", "page", "evidence"),
    ),
    alarm(
        "half-told",
        {"alarm_actions": [CRITICAL_ARN]},
        (
            WEAKENED,
            "actions",
            "critical (scheduling-agent-critical), warning (scheduling-agent-warning)",
            "critical (scheduling-agent-critical)",
        ),
        alarm_actions=[CRITICAL_ARN, WARNING_ARN],
    ),
    alarm(
        "told-elsewhere",
        {"alarm_actions": [OUTSIDE_TOO], "ok_actions": [OUTSIDE_TOO]},
        (UNCLEAR, "actions", "elsewhere", "nowhere"),
        alarm_actions=[OUTSIDE],
        ok_actions=[OUTSIDE],
    ),
    alarm(
        "left-the-route",
        {"alarm_actions": [OUTSIDE], "ok_actions": [OUTSIDE]},
        (WEAKENED, "actions", "critical (scheduling-agent-critical)", "elsewhere"),
    ),
    alarm(
        "half-demoted",
        {"alarm_actions": [CRITICAL_ARN, INFO_ARN]},
        (
            WEAKENED,
            "actions",
            "critical (scheduling-agent-critical), warning (scheduling-agent-warning)",
            "critical (scheduling-agent-critical), info (scheduling-agent-info)",
        ),
        alarm_actions=[CRITICAL_ARN, WARNING_ARN],
    ),
    alarm(
        "from-outside",
        {"alarm_actions": [INFO_ARN], "ok_actions": [INFO_ARN]},
        (UNCLEAR, "actions", "elsewhere", "info (scheduling-agent-info)"),
        alarm_actions=[OUTSIDE],
        ok_actions=[OUTSIDE],
    ),
    alarm(
        "described",
        {"alarm_description": "Other words"},
        (UNAFFECTED, "alarm_description", "An alarm of the lab", "Other words"),
    ),
    alarm(
        "tagged",
        {"tags": {"Severity": "critical", "Role": "page", "Team": "blue"}},
        (UNAFFECTED, "tags.Team", "nothing", "blue"),
    ),
    deleted("doomed", ALARM, good_alarm("doomed")),
    added(
        "born",
        ALARM,
        good_alarm("born"),
        "Average of AWS/Lambda Duration (FunctionName=booking) above 5,000 ms in 2 of 3 periods of 5 min",
    ),
    # Composites.
    composite(
        "fewer-children",
        'ALARM("x") OR ALARM("y")',
        'ALARM("x")',
        (WEAKENED, "rule", 'ALARM("x") OR ALARM("y")', 'ALARM("x")'),
    ),
    composite(
        "more-needed",
        'ALARM("x")',
        'ALARM("x") AND NOT ALARM("deploying")',
        (WEAKENED, "rule", 'ALARM("x")', 'ALARM("x") AND NOT ALARM("deploying")'),
    ),
    composite(
        "same-rule",
        'ALARM("x") OR ALARM("y")',
        '(ALARM(y) OR ALARM("x"))',
        (UNAFFECTED, "rule", 'ALARM("x") OR ALARM("y")', '(ALARM(y) OR ALARM("x"))'),
    ),
    composite("other-rule", 'ALARM("x")', 'ALARM("y")', (UNCLEAR, "rule", 'ALARM("x")', 'ALARM("y")')),
    suppressed("suppressed", None, suppressor(), (WEAKENED, "suppressor", "nothing", "maintenance")),
    suppressed(
        "longer-suppressed",
        suppressor(),
        suppressor(extension=600),
        (WEAKENED, "actions_suppressor.extension_period", "1 min", "10 min"),
    ),
    # Logs.
    group("shortened", {"retention_in_days": 7}, (WEAKENED, "retention_in_days", "30 days", "7 days")),
    group("unlimited", {"retention_in_days": 0}, (WEAKENED, "retention_in_days", "30 days", "for ever")),
    group(
        "in-the-clear",
        {"kms_key_id": None},
        (WEAKENED, "kms_key_id", "arn:aws:kms:us-east-1:111122223333:key/key-logs", "none"),
        kms_key_id=LOG_KEY,
    ),
    group(
        "renamed",
        {"name": "/lab/renamed-now"},
        (WEAKENED, "replacement", "/lab/renamed, kept 30 days", "replaced"),
        (CHANGED, "name", "/lab/renamed", "/lab/renamed-now"),
    ),
    deleted("group-doomed", GROUP, {"name": "/lab/doomed", "retention_in_days": 30}),
    log_filter(
        "narrower",
        {"pattern": '{ $.level = "CRITICAL" }'},
        (
            WEAKENED,
            "pattern",
            '{ ($.level = "ERROR") || ($.level = "CRITICAL") }',
            '{ $.level = "CRITICAL" }',
        ),
    ),
    log_filter(
        "other-lines",
        {"pattern": '{ $.level = "WARN" }'},
        (
            UNCLEAR,
            "pattern",
            '{ ($.level = "ERROR") || ($.level = "CRITICAL") }',
            '{ $.level = "WARN" }',
        ),
    ),
    log_filter(
        "counts-nothing",
        {"metric_transformation": {"value": "0"}},
        (WEAKENED, "metric_transformation.value", "1", "0"),
    ),
    log_filter(
        "other-name",
        {"metric_transformation": {"name": "Other"}},
        (WEAKENED, "metric", "Lab Lab", "Lab Other"),
        (STRENGTHENED, "metric", "Lab Lab", "Lab Other"),
    ),
    deleted(
        "filter-doomed",
        FILTER,
        {
            "name": "lab-doomed",
            "log_group_name": "/lab/app",
            "pattern": "ERROR",
            "metric_transformation": {"name": "L", "namespace": "Lab", "value": "1"},
        },
    ),
    # Topics and who listens.
    case(
        "topic-plain",
        TOPIC,
        {"name": "lab-plain", "kms_master_key_id": LOG_KEY, "tags": {"Route": "warning"}},
        {"kms_master_key_id": None},
        (WEAKENED, "kms_master_key_id", "arn:aws:kms:us-east-1:111122223333:key/key-logs", "none"),
    ),
    case(
        "topic-relabelled",
        TOPIC,
        {"name": "lab-relabelled", "tags": {"Route": "critical"}},
        {"tags": {"Route": "info"}},
        (WEAKENED, "route", "critical", "info"),
    ),
    case(
        "topic-renamed",
        TOPIC,
        {"name": "lab-renamed", "tags": {"Route": "warning"}},
        {"name": "lab-renamed-now"},
        (WEAKENED, "replacement", "warning (lab-renamed)", "replaced"),
        (CHANGED, "name", "lab-renamed", "lab-renamed-now"),
    ),
    case(
        "topic-shown",
        TOPIC,
        {"name": "lab-shown", "display_name": "One"},
        {"display_name": "Two"},
        (UNAFFECTED, "display_name", "One", "Two"),
    ),
    deleted("topic-doomed", TOPIC, {"name": "lab-doomed"}),
    deleted(
        "subscription-doomed",
        SUBSCRIPTION,
        {"topic_arn": CRITICAL_ARN, "protocol": "email", "endpoint": "gone@team.example"},
    ),
    added(
        "subscription-born",
        SUBSCRIPTION,
        {"topic_arn": CRITICAL_ARN, "protocol": "email", "endpoint": "new@team.example"},
        "email new@team.example on topic critical (scheduling-agent-critical)",
    ),
    subscription(
        "narrowed",
        {"filter_policy": policies("ALARM")},
        (WEAKENED, "filter_policy", '{"NewStateValue":["ALARM","OK"]}', '{"NewStateValue":["ALARM"]}'),
        filter_policy=json.dumps({"NewStateValue": ["ALARM", "OK"]}, separators=(",", ":")),
    ),
    subscription(
        "filtered",
        {"filter_policy": policies("ALARM")},
        (WEAKENED, "filter_policy", "no filter", '{"NewStateValue":["ALARM"]}'),
    ),
    subscription(
        "by-attributes",
        {"filter_policy_scope": "MessageAttributes"},
        (WEAKENED, "filter_policy_scope", "MessageBody", "MessageAttributes"),
        filter_policy=policies("ALARM"),
        filter_policy_scope="MessageBody",
    ),
    subscription(
        "undead",
        {"redrive_policy": None},
        (WEAKENED, "redrive_policy", f'{{"deadLetterTargetArn":"{DEAD}"}}', "none"),
        redrive_policy=json.dumps({"deadLetterTargetArn": DEAD}),
    ),
    subscription(
        "other-mail",
        {"endpoint": "others@team.example"},
        (
            WEAKENED,
            "subscriber",
            "email ops@team.example on topic critical (scheduling-agent-critical)",
            "email others@team.example on topic critical (scheduling-agent-critical)",
        ),
        (
            STRENGTHENED,
            "subscriber",
            "email ops@team.example on topic critical (scheduling-agent-critical)",
            "email others@team.example on topic critical (scheduling-agent-critical)",
        ),
        (
            CHANGED,
            "replacement",
            "email ops@team.example on topic critical (scheduling-agent-critical)",
            "replaced",
        ),
    ),
    topic_policy(
        "plain-allowed",
        [statement("Publish"), DENY],
        [statement("Publish")],
        (WEAKENED, "policy", "DenyPlain", "none"),
    ),
    topic_policy(
        "not-allowed",
        [statement("Owner"), statement("Publish")],
        [statement("Owner")],
        (WEAKENED, "policy", "Publish", "none"),
    ),
    topic_policy(
        "opened", [statement("Publish")], [statement("Publish"), OPEN], (WEAKENED, "policy", "none", "Open")
    ),
    topic_policy(
        "publish-denied",
        [statement("Publish")],
        [statement("Publish"), statement("Never", Effect="Deny", Principal="*")],
        (WEAKENED, "policy", "none", "Never"),
    ),
    topic_policy(
        "one-of-two",
        [nameless("a:one"), nameless("a:two")],
        [nameless("a:two")],
        (WEAKENED, "policy", "a statement", "none"),
    ),
    topic_policy(
        "other-caller",
        [statement("Publish")],
        [statement("Publish", Principal={"Service": "events.amazonaws.com"})],
        (UNCLEAR, "policy", "Service=cloudwatch.amazonaws.com", "Service=events.amazonaws.com"),
    ),
    deleted("policy-doomed", "aws_sns_topic_policy", {"arn": INFO_ARN, "policy": document(DENY)}),
    queue(
        "short-lived",
        {"message_retention_seconds": 60},
        (WEAKENED, "message_retention_seconds", "4 days", "1 min"),
    ),
    queue(
        "queue-plain",
        {"kms_master_key_id": None},
        (WEAKENED, "kms_master_key_id", "arn:aws:kms:us-east-1:111122223333:key/key-logs", "none"),
        kms_master_key_id=LOG_KEY,
    ),
    queue(
        "queue-renamed",
        {"name": "lab-queue-renamed-now"},
        (WEAKENED, "replacement", "lab-queue-renamed", "replaced"),
        (CHANGED, "name", "lab-queue-renamed", "lab-queue-renamed-now"),
    ),
    deleted(
        "redrive-doomed",
        "aws_sqs_queue_redrive_policy",
        {"queue_url": "https://sqs.us-east-1.amazonaws.com/111122223333/q", "redrive_policy": "{}"},
    ),
    deleted("queue-doomed", QUEUE, {"name": "lab-doomed"}),
    # Keys.
    case(
        "key-off", KEY, {"description": "k"}, {"is_enabled": False}, (WEAKENED, "is_enabled", "true", "false")
    ),
    case(
        "key-still",
        KEY,
        {"description": "k", "enable_key_rotation": True},
        {"enable_key_rotation": False},
        (WEAKENED, "enable_key_rotation", "true", "false"),
    ),
    case(
        "key-remade",
        KEY,
        {"description": "k", "key_usage": "ENCRYPT_DECRYPT"},
        {"key_usage": "SIGN_VERIFY", "customer_master_key_spec": "RSA_2048"},
        (WEAKENED, "replacement", "k", "replaced"),
        (CHANGED, "customer_master_key_spec", "SYMMETRIC_DEFAULT", "RSA_2048"),
        (CHANGED, "key_usage", "ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    ),
    deleted("key-doomed", KEY, {"description": "k"}),
    # Functions and schedules.
    function("switched", {"reserved_concurrent_executions": 0}, (WEAKENED, "silence", "-1", "0")),
    function(
        "undeadly",
        {"dead_letter_config": None},
        (WEAKENED, "dead_letter_config.target_arn", DEAD, "none"),
        dead_letter_config={"target_arn": DEAD},
    ),
    function(
        "untraced",
        {"tracing_config": {"mode": "PassThrough"}},
        (WEAKENED, "tracing_config.mode", "Active", "PassThrough"),
        tracing_config={"mode": "Active"},
    ),
    function(
        "quiet",
        {"logging_config": {"log_format": "JSON", "application_log_level": "FATAL"}},
        (WEAKENED, "logging_config.application_log_level", "INFO", "FATAL"),
        logging_config={"log_format": "JSON", "application_log_level": "INFO"},
    ),
    function("recoded", {"s3_key": "two.zip"}, (CHANGED, "code", "", "")),
    function("slower", {"timeout": 10}, (CHANGED, "timeout", "30", "10")),
    deleted(
        "function-doomed",
        FUNCTION,
        {
            "function_name": "lab-doomed",
            "role": "arn:aws:iam::111122223333:role/lab",
            "handler": "h.h",
            "runtime": "python3.12",
            "s3_bucket": "code",
            "s3_key": "one.zip",
        },
    ),
    mapping("unplugged", {"enabled": False}, (WEAKENED, "enabled", "true", "false")),
    mapping(
        "unreported",
        {"function_response_types": []},
        (WEAKENED, "function_response_types", "ReportBatchItemFailures", "none"),
    ),
    schedule("stopped", {"state": "DISABLED"}, (WEAKENED, "state", "true", "false")),
    schedule(
        "seldom",
        {"schedule_expression": "rate(1 hour)"},
        (WEAKENED, "schedule_expression", "every 5 min", "every 1 h"),
    ),
    schedule(
        "cron",
        {"schedule_expression": "cron(0 8 * * ? *)"},
        (WEAKENED, "schedule_expression", "every 5 min", "cron(0 8 * * ? *)"),
    ),
    schedule("undead-schedule", {"target": {}}, (WEAKENED, "target.dead_letter_config.arn", DEAD, "none")),
    case(
        "rule-off",
        RULE,
        {"name": "lab-rule-off", "event_pattern": json.dumps({"source": ["aws.rds"]}), "state": "ENABLED"},
        {"state": "DISABLED"},
        (WEAKENED, "state", "true", "false"),
    ),
    case(
        "rule-narrowed",
        RULE,
        {"name": "lab-rule-narrowed", "event_pattern": '{"source":["aws.rds","aws.sns"]}'},
        {"event_pattern": '{"source":["aws.rds"]}'},
        (WEAKENED, "event_pattern", '{"source":["aws.rds","aws.sns"]}', '{"source":["aws.rds"]}'),
    ),
    deleted("target-doomed", TARGET, {"rule": "lab-rule", "arn": DEAD, "target_id": "one"}),
    # Dashboards and queries: nothing that alerting depends on.
    dashboard(
        "widgets",
        body(widget("Errors"), widget("Gone")),
        body(widget("Errors", period=60), widget("Come"), start="-PT3H"),
        (UNAFFECTED, "page", "nothing", "-PT3H"),
        (UNAFFECTED, "widgets", "300", "60"),
        (UNAFFECTED, "widgets", "2 widgets", "2 widgets"),
        (UNAFFECTED, "widgets", "2 widgets", "2 widgets"),
    ),
    dashboard(
        "layout",
        body(widget("Errors"), widget("Other", x=6)),
        body(widget("Errors"), widget("Other", x=12)),
        (UNAFFECTED, "layout", "", ""),
    ),
    deleted(
        "dashboard-doomed",
        DASHBOARD,
        {"dashboard_name": "lab-doomed", "dashboard_body": body(widget("One"))},
        REMOVED,
    ),
    case(
        "query",
        "aws_cloudwatch_query_definition",
        {"name": "lab-query", "query_string": "fields @message"},
        {"query_string": "fields @message | limit 20"},
        (UNAFFECTED, "query_string", "fields @message", "fields @message | limit 20"),
    ),
    # What nobody knows is changed, plainly.
    case(
        "parameter",
        "aws_ssm_parameter",
        {"name": "lab", "type": "String", "value": "one-of-many", "allowed_pattern": "one.*"},
        {"allowed_pattern": "one-.*"},
        (CHANGED, "allowed_pattern", "one.*", "one-.*"),
    ),
)
