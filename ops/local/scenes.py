"""Where plays take place: metrics published, queues measured, states of alarms judged."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from modules.errors import ToolError
from modules.settings.business import BusinessMetric
from modules.settings.sections import BackendLog
from modules.spec.alarms import Alarm
from modules.spec.metrics import Metric
from modules.spec.system import Monitoring
from ops.local.alarms import set_state, states
from ops.local.aws import Aws
from ops.local.postgres import Postgres

# How long something stays in the alarm's window; the recovery waits for its end.
STAYS_SECONDS = 8.0


@dataclass
class Scene:
    """What all plays act on; `counted` are the metrics that our own function counts in the database."""

    aws: Aws
    monitoring: Monitoring
    log: BackendLog
    database: Postgres
    counted: Mapping[str, BusinessMetric]

    def put_metric(self, metric: Metric, values: list[float], at: float) -> None:
        """Publish values of a metric."""
        dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions.items()]
        datum = {
            "MetricName": metric.name,
            "Dimensions": dimensions,
            "Timestamp": datetime.fromtimestamp(at, UTC),
            "Values": values,
            "Unit": metric.unit,
        }
        self.aws("cloudwatch").put_metric_data(Namespace=metric.namespace, MetricData=[datum])

    def metric(self, metric: Metric, since: float) -> float | None:
        """The newest value of a metric that CloudWatch holds; none if it has none since then."""
        wanted = {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
            "StartTime": datetime.fromtimestamp(since - 60, UTC),
            "EndTime": datetime.fromtimestamp(time.time() + 60, UTC),
            "Period": 1,
            "Statistics": ["Maximum"],
        }
        points = self.aws("cloudwatch").get_metric_statistics(**wanted)["Datapoints"]
        newest = max(points, key=lambda point: point["Timestamp"], default=None)
        return newest and float(newest["Maximum"])

    def run(self, key: str) -> float:
        """Run a function of the stack, as its schedule does; returns when it began.

        Raises
        ------
        ToolError
            It failed; the text is what it said.
        """
        function = next(one for one in self.monitoring.functions if one.key == key)
        began = time.time()
        answer = self.aws("lambda").invoke(FunctionName=function.name, Payload=b"{}")
        if "FunctionError" in answer:
            raise ToolError(f"{function.name} failed: {answer['Payload'].read().decode('utf-8', 'replace')}")
        return began

    def depth(self, url: str) -> int:
        """How many messages wait in a queue."""
        name = "ApproximateNumberOfMessages"
        answer = self.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def judge(self, alarm: Alarm, state: str, why: str) -> str:
        """Have the alarm in a state; tells who brought it there."""
        if states(self.aws).get(alarm.name) == state:
            return f"{alarm.name} is {state}, as the embedded AWS found"
        set_state(self.aws, alarm, state, why)
        return f"{alarm.name} is {state}: set by SetAlarmState, for the embedded AWS did not find so itself"


def long_ago(alarm: Alarm) -> float:
    """A time that is about to leave the alarm's window, in seconds since 1970."""
    return time.time() - alarm.evaluation.period_seconds * alarm.evaluation.of + STAYS_SECONDS
