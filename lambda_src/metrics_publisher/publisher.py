"""A run: count, publish what was counted, and fail if anything is unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from counting import Count, Counter
from deadlines import CALL_MS, Deadline
from logins import Logins
from plan import Metric, Plan
from points import Point, batches, point
from settings import Settings
from shared import aws
from shared.logs import Log

_LONGEST_SUMMARY = 500


class PublisherError(Exception):
    """Not all that was to be measured is in CloudWatch; the text says what, and why."""


def _utc() -> datetime:
    return datetime.now(UTC)


class Publisher:
    """Publishes the metrics of a plan.

    Parameters
    ----------
    cloudwatch
        Makes a boto3 client.
    now
        A clock.
    """

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        *,
        logins: Logins,
        log: Log,
        cloudwatch: Callable[[], Any],
        now: Callable[[], datetime] = _utc,
    ) -> None:
        self._settings, self._plan, self._log = settings, plan, log
        self._counter = partial(Counter, settings=settings, plan=plan, logins=logins, log=log)
        self._cloudwatch, self._now = cloudwatch, now

    def run(self, remaining_ms: Callable[[], int]) -> dict[str, object]:
        """Count and publish once.

        Returns
        -------
        dict
            The moment of all data points, and how many there are with the heartbeat.

        Raises
        ------
        PublisherError
            A metric is unknown, or CloudWatch did not take everything.
        """
        at = self._now().replace(microsecond=0)
        # Time is kept for one call of CloudWatch; each further thousand of metrics would need one more.
        deadline = Deadline(remaining_ms, kept_ms=CALL_MS)
        counts = self._counts(at, deadline)
        published, refusal = self._publish(self._points(counts, at))
        failed = [count for count in counts if count.fault]
        result = {"at": at.isoformat(), "published": published, "failed": len(failed)}
        if failed or refusal:
            self._log.error("run_done", **result)
            raise PublisherError(self._log.clean(_summary(failed, len(counts), refusal))[:_LONGEST_SUMMARY])
        self._log.info("run_done", **result)
        return result

    def _counts(self, at: datetime, deadline: Deadline) -> Sequence[Count]:
        counts = []
        for count in self._counter(at=at, deadline=deadline).counts():
            self._tell(count)
            counts.append(count)
        return counts

    def _points(self, counts: Sequence[Count], at: datetime) -> Sequence[Point]:
        """What was counted; and last, if that is all, the heartbeat."""
        points = [point(one.metric, one.value, at) for one in counts if one.value is not None]
        if len(points) == len(counts):
            points.append(point(Metric(name=self._settings.heartbeat, sql="", unit="Count"), 1.0, at))
        return points

    def _publish(self, points: Sequence[Point]) -> tuple[int, str]:
        """How many points CloudWatch took, and why not all of them."""
        published = 0
        try:
            client: Any = self._cloudwatch() if points else None
            for batch in batches(points):
                client.put_metric_data(Namespace=self._plan.namespace, MetricData=batch)
                published += len(batch)
        except Exception as error:  # whatever boto3 raises
            refusal = aws.code(error)
            self._log.error("publish_failed", reason=refusal, text=str(error), points=len(points) - published)
            return published, refusal
        return published, ""

    def _tell(self, count: Count) -> None:
        fields = {"metric": count.metric.name, "milliseconds": count.milliseconds}
        if count.fault is None:
            self._log.info("metric_counted", **fields, value=count.value)
            return
        fault = count.fault
        self._log.error(
            "metric_failed", **fields, kind=fault.kind, reason=fault.reason, sqlstate=fault.sqlstate
        )


def _summary(failed: Sequence[Count], of: int, refusal: str) -> str:
    parts = [f"CloudWatch did not take all data points: {refusal}"] if refusal else []
    if failed:
        names = ", ".join(f"{one.metric.name} ({one.fault.kind})" for one in failed if one.fault)
        parts.append(f"{len(failed)} of {of} metrics are unknown: {names}")
    return "; ".join(parts)
