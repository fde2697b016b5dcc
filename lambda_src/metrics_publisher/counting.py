"""Counting: each metric once, over one connection as long as it holds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from days import today
from deadlines import Deadline
from faults import Fault, Kind
from logins import Login, Logins
from plan import Metric, Plan
from results import number
from sessions import Session, trust
from settings import Settings
from shared.logs import Log
from statements import statement

MOST_CONNECTIONS = 2  # the first, and one more if that is lost
LEAST_MS = 500  # with less there is no use in asking
STEP_SECONDS, STEPS = 5.0, 3  # of making a connection, if there is time


@dataclass(frozen=True)
class Count:
    """What became of a metric: a value, or the fault that left it unknown."""

    metric: Metric
    milliseconds: int
    value: float | None = None
    fault: Fault | None = None


class Counter:
    """Counts the metrics of one run.

    Parameters
    ----------
    at
        The moment that the run is about: its day is "today".
    """

    def __init__(
        self, *, settings: Settings, plan: Plan, logins: Logins, log: Log, at: datetime, deadline: Deadline
    ) -> None:
        self._settings, self._plan, self._logins, self._log = settings, plan, logins, log
        self._deadline = deadline
        self._values = _parameters(plan, at)
        self._session: Session | None = None
        self._connections = 0
        self._stopped: Fault | None = None

    def counts(self) -> Iterator[Count]:
        """What became of each metric, in their order, as soon as it is known."""
        try:
            yield from map(self._count, self._plan.metrics)
        finally:
            self._close()

    def _count(self, metric: Metric) -> Count:
        started = time.monotonic()
        value, fault = None, None
        try:
            value = self._value(metric)
        except Fault as found:
            fault = found
            if found.kind is Kind.CONNECTION:
                self._close()
        return Count(metric, int((time.monotonic() - started) * 1000), value, fault)

    def _value(self, metric: Metric) -> float:
        session = self._opened()
        asked = statement(metric.sql)
        timeout_ms = min(self._settings.statement_timeout_ms, self._left_ms())
        found = session.rows(asked, [self._values[name] for name in asked.parameters], timeout_ms)
        return number(metric, found.columns, found.rows)

    def _opened(self) -> Session:
        """The session; the reason why there is none holds for all metrics that follow."""
        if self._stopped:
            raise self._stopped
        if self._session is None:
            try:
                self._session = self._connected()
            except Fault as fault:
                self._stopped = fault
                raise
        return self._session

    def _connected(self) -> Session:
        self._left_ms()
        if self._connections == MOST_CONNECTIONS:
            raise Fault(Kind.CONNECTION, "the connection was lost more than once in this run")
        if self._connections:
            self._log.warning(
                "reconnecting", reason="what follows sees a later snapshot than what was before"
            )
        self._connections += 1
        try:
            return self._session_of(self._logins.login())
        except Fault as fault:
            renewed = self._logins.renewed() if fault.kind is Kind.AUTHENTICATION else None
            if renewed is None:
                raise
        return self._session_of(renewed)

    def _session_of(self, login: Login) -> Session:
        return Session(
            login,
            trust(self._settings.ca_file),
            lock_timeout_ms=self._settings.lock_timeout_ms,
            step_seconds=min(STEP_SECONDS, self._left_ms() / 1000 / STEPS),
        )

    def _left_ms(self) -> int:
        left = self._deadline.left_ms
        if left < LEAST_MS:
            raise Fault(Kind.TIME, "no time was left in this run")
        return left

    def _close(self) -> None:
        if self._session:
            self._session.close()
        self._session = None


def _parameters(plan: Plan, at: datetime) -> Mapping[str, str]:
    day = today(at, plan.zone)
    moments = {"start_of_day": day.start, "end_of_day": day.end, "now": at}
    return {name: moment.isoformat() for name, moment in moments.items()}
