"""Ways to break a stack, by the rule that has to notice.

Each takes a synthesized stack and returns a copy in which the first resource that fits is broken in
one way. They know types and attributes, never names, so that they work on any stack of ours. The
context needs what a good stack of ours has: a minimum retention above one day, Owner and Environment
as required tags, the latter with a list of values, and the functions' timeouts as ceilings.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

Stack = dict[str, Any]
Values = dict[str, Any]
Mutation = Callable[[Stack], Stack]
Where = Callable[[Values], Any]

ALARM = "aws_cloudwatch_metric_alarm"
FILTER = "aws_cloudwatch_log_metric_filter"
GROUP = "aws_cloudwatch_log_group"
TOPIC = "aws_sns_topic"
POLICY = "aws_sns_topic_policy"
DASHBOARD = "aws_cloudwatch_dashboard"
ELSEWHERE = "arn:aws:sns:us-east-1:210987654321:elsewhere"


def anything(_: Values) -> bool:
    return True


def fitting(stack: Stack, kind: str, where: Where = anything) -> Iterator[tuple[str, Values]]:
    found = [item for item in stack["resource"].get(kind, {}).items() if where(item[1])]
    if not found:
        raise LookupError(f"no {kind} fits")
    return iter(found)


def first(stack: Stack, kind: str, where: Where = anything) -> Values:
    return next(fitting(stack, kind, where))[1]


def changing(kind: str, change: Callable[[Values], Any], where: Where = anything) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        change(first(broken, kind, where))
        return broken

    return mutate


def setting(kind: str, where: Where = anything, **values: Any) -> Mutation:
    return changing(kind, lambda item: item.update(copy.deepcopy(values)), where)


def dropping(kind: str, name: str, where: Where | None = None) -> Mutation:
    return changing(kind, lambda item: item.pop(name), where or (lambda item: name in item))


def removing(kind: str, where: Where = anything) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        del broken["resource"][kind][next(fitting(broken, kind, where))[0]]
        return broken

    return mutate


def tagging(kind: str, key: str, value: str | None) -> Mutation:
    """Set a tag of its own, or drop it."""

    def change(item: Values) -> None:
        item["tags"] = {**item.get("tags", {}), key: value}
        if value is None:
            del item["tags"][key]

    return changing(kind, change, lambda item: value is not None or key in item.get("tags", {}))


def tagging_all(key: str, value: str) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        broken["provider"]["aws"][0]["default_tags"][0]["tags"][key] = value
        return broken

    return mutate


def doubling(kind: str, attribute: str) -> Mutation:
    """Give the second of a kind the name of the first."""

    def mutate(stack: Stack) -> Stack:
        broken = copy.deepcopy(stack)
        one, other = [item for _, item in fitting(broken, kind)][:2]
        other[attribute] = one[attribute]
        return broken

    return mutate


def transforming(**values: Any) -> Mutation:
    """Change what the first filter publishes; `None` removes."""

    def change(item: Values) -> None:
        target = item["metric_transformation"]
        target = target[0] if isinstance(target, list) else target
        target.update(values)
        for name in [name for name, value in values.items() if value is None]:
            target.pop(name)

    return changing(FILTER, change)


def querying(change: Callable[[list[Values]], Any]) -> Mutation:
    return changing(ALARM, lambda item: change(item["metric_query"]), is_math)


def inputs(queries: list[Values]) -> list[Values]:
    return [query for query in queries if "metric" in query]


def result(queries: list[Values]) -> Values:
    return next(query for query in queries if query.get("return_data"))


def metric_of(query: Values) -> Values:
    found = query["metric"]
    return found[0] if isinstance(found, list) else found


def drawing(change: Callable[[Values], Any]) -> Mutation:
    """Change the body of the first dashboard with two widgets."""

    def edit(item: Values) -> None:
        body = json.loads(item["dashboard_body"])
        change(body)
        item["dashboard_body"] = json.dumps(body)

    return changing(DASHBOARD, edit, lambda item: len(json.loads(item["dashboard_body"])["widgets"]) > 1)


def ruling(change: Callable[[list[Values]], Any]) -> Mutation:
    """Change the statements of the first topic policy."""

    def edit(item: Values) -> None:
        document = json.loads(item["policy"])
        change(document["Statement"])
        item["policy"] = json.dumps(document)

    return changing(POLICY, edit)


def cloudwatch(statements: list[Values]) -> Values:
    return next(one for one in statements if "cloudwatch.amazonaws.com" in json.dumps(one.get("Principal")))


def denial(statements: list[Values]) -> Values:
    return next(one for one in statements if one["Effect"] == "Deny")


def is_math(item: Values) -> bool:
    return "metric_query" in item


def is_single(item: Values) -> bool:
    return "metric_name" in item


def is_plain(item: Values) -> bool:
    return "statistic" in item


def is_percentile(item: Values) -> bool:
    return str(item.get("extended_statistic", "")).startswith("p")


def is_count(item: Values) -> bool:
    """Counted by AWS or by a filter, so that it cannot be below zero and more is worse."""
    return item.get("namespace") == "AWS/Lambda" or is_math(item)


def is_duration(item: Values) -> bool:
    return item.get("metric_name") == "Duration"


def has_dimensions(item: Values) -> bool:
    return bool(item.get("dimensions"))


def acts_on_critical(item: Values) -> bool:
    return item["tags"] == {"Severity": "critical", "Role": "page"}


def flip(item: Values) -> None:
    swapped = {"Greater": "Less", "Less": "Greater"}
    word = "Greater" if item["comparison_operator"].startswith("Greater") else "Less"
    item["comparison_operator"] = item["comparison_operator"].replace(word, swapped[word], 1)


MUTATIONS: dict[str, list[Mutation]] = {
    "MON-ACT-001": [
        dropping(ALARM, "alarm_actions"),
        dropping(ALARM, "ok_actions"),
        setting(ALARM, ok_actions=[]),
    ],
    "MON-ACT-002": [
        setting(ALARM, alarm_actions=[ELSEWHERE]),
        setting(ALARM, insufficient_data_actions=[ELSEWHERE]),
        setting(ALARM, ok_actions=["${aws_sns_topic.no-such-topic.arn}"]),
        changing(ALARM, lambda item: item["tags"].update(Severity="warning"), acts_on_critical),
        changing(ALARM, lambda item: item["tags"].update(Role="evidence"), acts_on_critical),
        changing(ALARM, lambda item: item["tags"].update(Role="delivery"), acts_on_critical),
        changing(ALARM, lambda item: item["alarm_actions"].append(ELSEWHERE)),
    ],
    "MON-ACT-003": [setting(ALARM, actions_enabled=False)],
    "MON-ACT-004": [changing(ALARM, lambda item: item.update(alarm_actions=item["alarm_actions"] * 6))],
    "MON-ALM-001": [tagging(ALARM, "Severity", None), tagging(ALARM, "Severity", "P1")],
    "MON-ALM-002": [tagging(ALARM, "Role", None), tagging(ALARM, "Role", "pager")],
    "MON-ALM-003": [setting(ALARM, alarm_description="Ask somebody"), dropping(ALARM, "alarm_description")],
    "MON-ALM-004": [setting(ALARM, alarm_description="Runbook: docs/runbooks/x.md" + "!" * 1024)],
    "MON-DSH-001": [
        setting(DASHBOARD, dashboard_body="{"),
        setting(DASHBOARD, dashboard_body="{}"),
        drawing(lambda body: body["widgets"][0].update(type="picture")),
    ],
    "MON-DSH-002": [
        drawing(lambda body: body["widgets"][0].update(x=20, width=6)),
        drawing(lambda body: body["widgets"][0].update(x=-1)),
        drawing(lambda body: body["widgets"][0].pop("width")),
    ],
    "MON-DSH-003": [
        drawing(lambda body: body["widgets"][1].update({key: body["widgets"][0][key] for key in ("x", "y")}))
    ],
    "MON-DSH-004": [drawing(lambda body: body.update(widgets=body["widgets"] * 501))],
    "MON-EVL-001": [dropping(ALARM, "treat_missing_data"), setting(ALARM, treat_missing_data="notbreaching")],
    "MON-EVL-002": [
        setting(ALARM, evaluation_periods=2, datapoints_to_alarm=3),
        setting(ALARM, datapoints_to_alarm=0),
        setting(ALARM, evaluation_periods=0),
        dropping(ALARM, "evaluation_periods"),
    ],
    "MON-EVL-003": [
        setting(ALARM, is_single, period=45),
        querying(lambda queries: [metric_of(query).update(period=90) for query in inputs(queries)]),
    ],
    "MON-EVL-004": [setting(ALARM, is_single, period=300, evaluation_periods=289)],
    "MON-EVL-005": [
        dropping(ALARM, "evaluate_low_sample_count_percentiles", is_percentile),
        setting(ALARM, is_plain, evaluate_low_sample_count_percentiles="ignore"),
    ],
    "MON-FIL-001": [
        setting(FILTER, pattern="{ ($.level = }"),
        setting(FILTER, pattern="{ $.a = 1 }" + " " * 1024),
    ],
    "MON-FIL-002": [transforming(unit="Errors")],
    "MON-FIL-003": [transforming(default_value="0", dimensions={"Level": "$.level"})],
    "MON-FIL-004": [
        transforming(dimensions={"Absent": "$.no_such_field"}),
        transforming(dimensions=dict.fromkeys("abcd", "$.level")),
    ],
    "MON-FIL-005": [
        setting(FILTER, log_group_name="/aws/lambda/somebody-elses"),
        setting(FILTER, log_group_name="${aws_cloudwatch_log_group.no-such-group.name}"),
        dropping(FILTER, "log_group_name"),
    ],
    "MON-FIL-006": [
        lambda stack: {
            **stack,
            "resource": {
                **stack["resource"],
                GROUP: {
                    name: {**item, "log_group_class": "INFREQUENT_ACCESS"}
                    for name, item in stack["resource"][GROUP].items()
                },
            },
        }
    ],
    "MON-FIL-007": [
        transforming(value="one"),
        transforming(value=None),
        dropping(FILTER, "metric_transformation"),
    ],
    "MON-FIL-008": [
        transforming(namespace="AWS/Lambda"),
        transforming(name="Error:Count"),
        transforming(name=""),
    ],
    "MON-MET-001": [
        setting(ALARM, is_single, metric_name="NoSuchMetric"),
        setting(ALARM, is_single, namespace="AWS/NoSuchService"),
        querying(lambda queries: metric_of(inputs(queries)[0]).update(metric_name="NoSuchMetric")),
        transforming(name="Renamed"),
    ],
    "MON-MET-002": [
        dropping(ALARM, "dimensions", has_dimensions),
        setting(ALARM, has_dimensions, dimensions={"NoSuchDimension": "x"}),
        setting(ALARM, lambda item: is_single(item) and not has_dimensions(item), dimensions={"Region": "x"}),
        querying(lambda queries: metric_of(inputs(queries)[0]).pop("dimensions")),
    ],
    "MON-MET-003": [querying(lambda queries: metric_of(inputs(queries)[0]).update(stat="Minimum"))],
    "MON-MET-004": [setting(ALARM, is_single, unit="Terabits")],
    "MON-NAM-001": [
        doubling(ALARM, "alarm_name"),
        doubling(FILTER, "name"),
        doubling(GROUP, "name"),
        doubling(TOPIC, "name"),
    ],
    "MON-NAM-002": [
        setting(ALARM, alarm_name="two\nlines"),
        dropping(ALARM, "alarm_name"),
        setting(GROUP, name="aws/reserved"),
        setting(GROUP, name="/aws/with blank"),
        setting(FILTER, name="a:b"),
        setting(TOPIC, name="with.dot"),
        setting(DASHBOARD, dashboard_name="with/slash"),
    ],
    "MON-NAM-003": [
        setting(ALARM, alarm_name="a" * 256),
        setting(TOPIC, name="t" * 257),
        setting(GROUP, name="g" * 513),
    ],
    "MON-RET-001": [
        dropping(GROUP, "retention_in_days"),
        setting(GROUP, retention_in_days=0),
        setting(GROUP, retention_in_days=17),
    ],
    "MON-RET-002": [setting(GROUP, retention_in_days=1)],
    "MON-RET-003": [dropping(GROUP, "kms_key_id"), setting(GROUP, kms_key_id="")],
    "MON-SIG-001": [
        setting(ALARM, is_math, namespace="AWS/Lambda", metric_name="Errors"),
        dropping(ALARM, "metric_query", is_math),
        dropping(ALARM, "namespace", is_single),
    ],
    "MON-SIG-002": [
        setting(ALARM, is_plain, extended_statistic="p99"),
        setting(ALARM, is_plain, statistic="p99"),
        dropping(ALARM, "statistic", is_plain),
        querying(lambda queries: metric_of(inputs(queries)[0]).update(stat="Total")),
    ],
    "MON-SIG-003": [
        querying(lambda queries: result(queries).pop("return_data")),
        querying(lambda queries: inputs(queries)[0].update(return_data=True)),
    ],
    "MON-SIG-004": [
        querying(lambda queries: inputs(queries)[0].update(id="M1")),
        querying(lambda queries: queries[1].update(id=queries[0]["id"])),
    ],
    "MON-SIG-005": [
        querying(lambda queries: result(queries).update(expression="SUM([m1, nobody])")),
        querying(lambda queries: queries.append({**inputs(queries)[0], "id": "unused"})),
    ],
    "MON-SIG-006": [
        querying(lambda queries: queries.extend({**inputs(queries)[0], "id": f"x{n}"} for n in range(10))),
        querying(lambda queries: queries.extend({"id": f"x{n}", "expression": "m1"} for n in range(20))),
    ],
    "MON-SIG-007": [querying(lambda queries: metric_of(inputs(queries)[0]).update(period=3600))],
    "MON-SIG-008": [
        querying(lambda queries: result(queries).update(expression="m1" + " " * 1024)),
        querying(lambda queries: result(queries).pop("expression")),
        querying(lambda queries: inputs(queries)[0].update(expression="m2")),
    ],
    "MON-TAG-001": [tagging(ALARM, "Owner", ""), tagging(TOPIC, "Owner", ""), tagging_all("Owner", "")],
    "MON-TAG-002": [tagging_all("Environment", "nowhere"), tagging(GROUP, "Environment", "Prod")],
    "MON-TAG-003": [
        tagging(ALARM, "aws:team", "x"),
        tagging(GROUP, "Note", "x" * 257),
        tagging(GROUP, "k" * 129, "x"),
        tagging(TOPIC, "Note", "50 %"),
    ],
    "MON-TAG-004": [setting(GROUP, tags={f"Tag{index}": "x" for index in range(51)})],
    "MON-THR-001": [
        dropping(ALARM, "threshold"),
        setting(ALARM, threshold="many"),
        setting(ALARM, threshold=float("nan")),
        setting(ALARM, threshold=float("inf")),
    ],
    "MON-THR-002": [
        setting(ALARM, comparison_operator=">"),
        dropping(ALARM, "comparison_operator"),
        setting(ALARM, comparison_operator="GreaterThanUpperThreshold"),
    ],
    "MON-THR-003": [
        setting(ALARM, threshold=1e30),
        setting(ALARM, is_duration, threshold=900_000),
        setting(ALARM, is_math, threshold=1e30),
    ],
    "MON-THR-004": [
        setting(ALARM, is_count, threshold=-1),
        setting(ALARM, is_count, threshold=0, comparison_operator="GreaterThanOrEqualToThreshold"),
    ],
    "MON-THR-005": [changing(ALARM, flip, is_duration), changing(ALARM, flip, is_math)],
    "MON-THR-006": [
        setting(ALARM, is_duration, threshold=899_999),
    ],
    "MON-TOP-001": [removing(TOPIC), tagging(TOPIC, "Route", "elsewhere")],
    "MON-TOP-002": [tagging(TOPIC, "Route", None), tagging(TOPIC, "Route", "elsewhere")],
    "MON-TOP-003": [dropping(TOPIC, "kms_master_key_id"), setting(TOPIC, kms_master_key_id="alias/aws/sns")],
    "MON-TOP-004": [removing(POLICY), setting(POLICY, arn=ELSEWHERE)],
    "MON-TOP-005": [
        ruling(lambda statements: statements.remove(cloudwatch(statements))),
        ruling(lambda statements: cloudwatch(statements).pop("Condition")),
        ruling(lambda statements: cloudwatch(statements).update(Action="sns:Subscribe")),
        setting(POLICY, policy="{}"),
    ],
    "MON-TOP-006": [
        ruling(lambda statements: statements.remove(denial(statements))),
        ruling(lambda statements: denial(statements).update(Effect="Allow")),
        ruling(
            lambda statements: denial(statements).update(Condition={"Bool": {"aws:SecureTransport": "true"}})
        ),
    ],
    "MON-TOP-007": [
        ruling(
            lambda statements: statements.append({"Effect": "Allow", "Principal": "*", "Action": "sns:*"})
        ),
        ruling(
            lambda statements: statements.append(
                {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*"}
            )
        ),
    ],
}
