"""Synthesizes a stack of many alarms and prints where the time went, as JSON.

`python -O -m tests.bench.many_alarms COUNT`, in a process of its own.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cdktf
from jsii._kernel.providers.process import _NodeProcess

import modules.constructs.alarms
import modules.stack
from modules.policy_context import policy_context
from modules.spec.alarms import Alarm, Comparison, Condition, Evaluation, Missing, Severity
from modules.spec.metrics import Metric, Stat
from modules.synthesis import terraform
from policies import check
from tests.builders import TODAY, good_monitoring, good_settings

SETTINGS = good_settings({"retention": {"minimum_days": 30}})
EMPTY = replace(good_monitoring(), alarms=(), dashboards=(), queries=(), filters=(), log_groups=())


class Clock:
    """Adds up the time spent in functions."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)

    def watch(self, name: str, owner: Any, attribute: str) -> None:
        """Time every call of a function."""
        setattr(owner, attribute, self.timed(name, getattr(owner, attribute)))

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time added up; not for one that calls itself."""

        def call(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                self.seconds[name] += time.perf_counter() - start
                self.calls[name] += 1

        return call


def alarms(count: int) -> tuple[Alarm, ...]:
    """So many alarms, each on a function of its own."""
    return tuple(
        Alarm(
            key=f"errors-{number:05}",
            name=f"scheduling-agent-errors-{number:05}",
            summary=f"Function {number} fails more often than its callers can absorb",
            signal=Stat(
                Metric("AWS/Lambda", "Errors", {"FunctionName": f"function-{number:05}"}, "Count"), "Sum"
            ),
            condition=Condition(Comparison.ABOVE, 5, "the setup guide pages above 5 errors in 5 minutes"),
            evaluation=Evaluation(1, 1, 300),
            missing=Missing.NOT_BREACHING,
            severity=Severity.CRITICAL,
            runbook="lambda-errors",
        )
        for number in range(count)
    )


def made(count: int, clock: Clock) -> float:
    """The seconds that a stack takes, from plain values to findings."""
    monitoring = replace(EMPTY, alarms=alarms(count))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        stacks = clock.timed("synthesis", terraform)({"many": (SETTINGS, monitoring)}, Path(folder))
        clock.timed("policies", check)(stacks["many"], policy_context(SETTINGS, monitoring, TODAY))
        seconds = time.perf_counter() - start
    if len(stacks["many"]["resource"].get("aws_cloudwatch_metric_alarm", {})) != count:
        raise RuntimeError("not every alarm was made")
    return seconds


def watched() -> Clock:
    """A clock on what may take the time."""
    clock = Clock()
    clock.watch("jsii", _NodeProcess, "send")
    clock.watch("node", _NodeProcess, "_next_message")
    clock.watch("rendering", modules.constructs.alarms, "alarm_description")
    clock.watch("alarms", modules.stack, "add_alarm")
    clock.watch("app.synth", cdktf.App, "synth")
    return clock


def main(count: int) -> None:
    """Starts up, makes an empty stack for comparison, then the one that counts."""
    made(1, Clock())
    empty = made(0, Clock())
    clock = watched()
    seconds = made(count, clock) - empty
    print(json.dumps({"seconds": seconds, "parts": clock.seconds, "jsii_calls": clock.calls["jsii"]}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
