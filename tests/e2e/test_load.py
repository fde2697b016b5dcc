"""A thousand alarms at once: all arrive, none twice, and the critical ones first.

Slack's rate is scaled up: each webhook takes twenty messages a second in place of one, and so a function
waits a twentieth of its time between two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median
from typing import Any

import pytest

from ops.local.notices import notices
from tests.e2e.deployed import Deployed
from tests.e2e.tunings import held, stray, tuned

PER_SECOND = 20
CHANNELS = {"slack-critical": 100, "slack-warning": 900}
NAMES = {channel: [f"load-{channel}-{number:03}" for number in range(n)] for channel, n in CHANNELS.items()}


@pytest.fixture
def loaded(deployed: Deployed) -> Iterator[Deployed]:
    """The deployment with a thousand more alarms on the topics of both channels."""
    functions = {function.key: function for function in deployed.monitoring.functions}
    every = [(deployed, channel, name) for channel, names in NAMES.items() for name in names]
    with ExitStack() as stack:
        for channel in CHANNELS:
            pause = float(functions[channel].environment["MESSAGE_INTERVAL_SECONDS"])
            stack.enter_context(tuned(deployed, channel, MESSAGE_INTERVAL_SECONDS=pause / PER_SECOND))
        try:
            _at_once(_put, every)
            yield deployed
        finally:
            for start in range(0, len(every), 100):
                names = [name for _, _, name in every[start : start + 100]]
                deployed.aws("cloudwatch").delete_alarms(AlarmNames=names)
            _forget(deployed)


def test_a_thousand_alarms_arrive_once_each_and_the_critical_ones_first(loaded: Deployed) -> None:
    loaded.slack_rate(PER_SECOND)
    with held(loaded, *CHANNELS):
        _at_once(_trip, [(loaded, name) for names in NAMES.values() for name in names])
        assert {channel: loaded.depth(channel).visible for channel in CHANNELS} == CHANNELS
    loaded.settle(120)

    times = {channel: _times(loaded, channel) for channel in CHANNELS}
    for channel, names in NAMES.items():
        assert Counter(name for name, _ in times[channel]) == dict.fromkeys(names, 1)
    last_critical = max(at for _, at in times["slack-critical"])
    assert last_critical < median(at for _, at in times["slack-warning"])
    assert stray(loaded) == {}


def _at_once(call: Callable[..., None], arguments: Iterable[tuple[Any, ...]]) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(call, *one) for one in arguments]:
            done.result()


def _put(deployed: Deployed, channel: str, name: str) -> None:
    """An alarm on a metric that nobody publishes."""
    deployed.aws("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmDescription="One of very many.",
        Namespace="Nobody/Publishes",
        MetricName="This",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[deployed.topic_arn(channel.removeprefix("slack-"))],
    )


def _trip(deployed: Deployed, name: str) -> None:
    deployed.aws("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="load")


def _forget(deployed: Deployed) -> None:
    """Leave no mail and no log line, of which every later test would have to read a thousand."""
    sqs, logs = deployed.aws("sqs"), deployed.aws("logs")
    for url in sqs.list_queues(QueueNamePrefix=f"{deployed.monitoring.prefix}-tap-")["QueueUrls"]:
        sqs.purge_queue(QueueUrl=url)
    for channel in CHANNELS:
        group = next(one.name for one in deployed.monitoring.log_groups if one.key == f"delivery/{channel}")
        for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
            logs.delete_log_stream(logGroupName=group, logStreamName=stream["logStreamName"])


def _times(deployed: Deployed, channel: str) -> list[tuple[str, float]]:
    """Which alarm Slack was told of, and when."""
    posts = deployed.posts(channel)
    return [(one.title.split()[-1], post.at) for post in posts for one in notices(post.message)]
