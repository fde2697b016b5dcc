"""Where plays take place: metrics published, queues measured, states of alarms judged."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from modules.settings.sections import BackendLog
from modules.spec.alarms import Alarm
from modules.spec.metrics import Metric
from modules.spec.system import Monitoring
from ops.local.alarms import set_state, states
from ops.local.aws import Aws

# How long something stays in the alarm's window; the recovery waits for its end.
STAYS_SECONDS = 8.0


@dataclass
class Scene:
    """What all plays act on."""

    aws: Aws
    monitoring: Monitoring
    log: BackendLog

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
