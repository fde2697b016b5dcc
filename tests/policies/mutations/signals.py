"""What alarms watch: metrics, and expressions over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.policies.mutations import edits
from tests.policies.mutations.edits import Mutation, Values, dropping, setting
from tests.policies.mutations.kinds import ALARM, has_dimensions, is_math, is_plain, is_single
from tests.policies.mutations.logs import transforming


def querying(change: Callable[[list[Values]], Any]) -> Mutation:
    return edits.querying(change, is_math)


def inputs(queries: list[Values]) -> list[Values]:
    return [query for query in queries if "metric" in query]


def result(queries: list[Values]) -> Values:
    return next(query for query in queries if query.get("return_data"))


def metric_of(query: Values) -> Values:
    found = query["metric"]
    return found[0] if isinstance(found, list) else found


MUTATIONS: dict[str, list[Mutation]] = {
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
    "MON-MET-003": [querying(lambda queries: metric_of(inputs(queries)[0]).update(stat="SampleCount"))],
    "MON-MET-004": [setting(ALARM, is_single, unit="Terabits")],
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
    "MON-SIG-009": [
        querying(lambda queries: result(queries).update(expression="SEARCH('{AWS/SNS,TopicName}', 'Sum')")),
        querying(lambda queries: result(queries).update(expression="SELECT SUM(Errors) FROM SCHEMA(x)")),
        querying(lambda queries: result(queries).update(expression="METRICS() / 2")),
        querying(lambda queries: result(queries).update(expression="SUM(m1)")),
    ],
}
