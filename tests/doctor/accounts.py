"""An account in which a target is deployed and healthy, to be changed in one way by a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lambda_src.watchdog.checks import Metric
from modules.settings import Settings
from modules.spec.system import Monitoring
from ops.common.accounts import Place
from ops.doctor.expectations import Expectations, expectations
from ops.doctor.gathering import Account, Examination, examine
from tests.adopt.accounts import NUMBER, REGION, FakeAccount
from tests.builders import good_settings, monitorings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PLACE = Place(NUMBER, REGION, "aws")
EMAIL = "ops@team.example"
SETTINGS = good_settings(
    {"routes": {name: {"pagerduty": True} for name in ("critical", "delivery")}},
    environ={"SNS_EMAIL": EMAIL},
)
(MONITORING,) = monitorings(SETTINGS)

Tree = dict[str, Any]


@dataclass
class Deployed(FakeAccount):
    """An account with metrics; `data` are those that have data points."""

    data: set[Metric] = field(default_factory=set)
    failed: set[Metric] = field(default_factory=set)

    def _get_metric_data(self, request: Tree) -> Tree:
        results = [self._result(query) for query in request["MetricDataQueries"]]
        return self._page(results, "MetricDataResults", request, "NextToken")

    def _result(self, query: Tree) -> Tree:
        described = query["MetricStat"]["Metric"]
        dimensions = tuple((item["Name"], item["Value"]) for item in described["Dimensions"])
        metric = Metric(described["Namespace"], described["MetricName"], dimensions)
        if metric in self.failed:
            return {"Id": query["Id"], "StatusCode": "InternalError", "Values": [], "Timestamps": []}
        values = [1.0] if metric in self.data else []
        return {
            "Id": query["Id"],
            "StatusCode": "Complete",
            "Values": values,
            "Timestamps": [NOW] * len(values),
        }


def expected(settings: Settings = SETTINGS, monitoring: Monitoring = MONITORING) -> Expectations:
    return expectations(settings, monitoring, PLACE)


def healthy() -> Deployed:
    """Everything is deployed, confirmed, filled and used once."""
    wanted = expected()
    return Deployed(
        topics={name: {} for name in wanted.topics},
        subscriptions=[
            {
                "TopicArn": wanted.topics[subscription.topic],
                "Protocol": subscription.protocol,
                "Endpoint": subscription.endpoint
                or "https://events.pagerduty.com/integration/THE-KEY/enqueue",
                "SubscriptionArn": f"{wanted.topics[subscription.topic]}:{index}",
                "Owner": NUMBER,
            }
            for index, subscription in enumerate(wanted.subscriptions)
        ],
        alarms=[state(alarm.name, "OK") for alarm in wanted.alarms],
        secrets={
            secret.name: {"Name": secret.name, "VersionIdsToStages": {"1" * 32: ["AWSCURRENT"]}}
            for secret in wanted.secrets
        },
        data={watched.activity or watched.metric for watched in wanted.metrics},
    )


def state(name: str, value: str, reason: str = "Threshold Crossed") -> Tree:
    return {
        "AlarmName": name,
        "StateValue": value,
        "StateReason": reason,
        "StateUpdatedTimestamp": NOW,
        "StateTransitionedTimestamp": SINCE,
    }


def examined(account: FakeAccount, wanted: Expectations | None = None) -> Examination:
    return examine(Account(account.session(), REGION), wanted or expected(), NOW)
