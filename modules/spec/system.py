"""Everything that one target gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modules import facts
from modules.spec.alarms import Alarm
from modules.spec.dashboards import Dashboard
from modules.spec.functions import OwnFunction, Schedule, Secret
from modules.spec.logs import LogGroup, MetricFilter, SavedQuery
from modules.spec.metrics import Ceiling
from modules.spec.queues import Queue
from modules.spec.routing import Topic


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a target lives. Account and partition may be Terraform references to data sources."""

    environment: str
    region: str
    account: str
    partition: str

    @property
    def dns_suffix(self) -> str:
        """The end of the names of AWS's endpoints here."""
        return facts.partition_of(self.region).dns_suffix

    @property
    def console(self) -> str:
        """The host of AWS's console here."""
        return f"{self.region}.{facts.partition_of(self.region).console}"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """The whole monitoring of one target, as plain values; `stack` is the name of its stack."""

    stack: str
    place: Place
    prefix: str
    namespace: str
    log_groups: tuple[LogGroup, ...]
    filters: tuple[MetricFilter, ...]
    alarms: tuple[Alarm, ...]
    topics: tuple[Topic, ...]
    queues: tuple[Queue, ...]
    secrets: tuple[Secret, ...]
    functions: tuple[OwnFunction, ...]
    schedules: tuple[Schedule, ...]
    queries: tuple[SavedQuery, ...]
    dashboards: tuple[Dashboard, ...]
    tags: Mapping[str, str]
    agent_metrics_policy: str | None
    ceilings: tuple[Ceiling, ...]
    tag_policy_enabled: bool = False
    tag_policy_target: str | None = None
    warnings: tuple[str, ...] = ()
