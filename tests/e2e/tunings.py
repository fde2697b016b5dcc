"""What tests change about a deployed function for a while and put back, and what they look for in queues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.deployed import Deployed


@contextmanager
def tuned(deployed: Deployed, channel: str, **variables: float) -> Iterator[None]:
    """Meanwhile a Slack channel's function has other variables; before and after it starts anew."""
    functions, name = deployed.aws("lambda"), f"{deployed.monitoring.prefix}-{channel}"
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def become(values: dict[str, str]) -> None:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": values})
        deployed.forget_functions(channel)

    become(before | {key: f"{value:g}" for key, value in variables.items()})
    try:
        yield
    finally:
        become(before)


@contextmanager
def held(deployed: Deployed, *channels: str) -> Iterator[None]:
    """Meanwhile nothing leaves the channels' queues: their functions do not run."""
    functions = deployed.aws("lambda")
    numbers = [_mapping(deployed, channel)["UUID"] for channel in channels]
    for number in numbers:
        functions.update_event_source_mapping(UUID=number, Enabled=False)
    try:
        yield
    finally:
        for number in numbers:
            functions.update_event_source_mapping(UUID=number, Enabled=True)


def _mapping(deployed: Deployed, channel: str) -> dict[str, Any]:
    name = f"{deployed.monitoring.prefix}-{channel}"
    answer = deployed.aws("lambda").list_event_source_mappings(FunctionName=name)
    found: dict[str, Any] = answer["EventSourceMappings"][0]
    return found


def stray(deployed: Deployed) -> dict[str, int]:
    """How much lies in each queue that is not empty, but for the dead runs of what a schedule starts."""
    runs = {schedule.dead_letters for schedule in deployed.monitoring.schedules}
    depths = {key: deployed.depth(key).total for key in deployed.queues if key not in runs}
    return {key: depth for key, depth in depths.items() if depth}
