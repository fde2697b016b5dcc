"""Queues lose nothing: what fails is put aside, kept long enough, and somebody hears of it."""

from __future__ import annotations

from collections.abc import Iterator

from modules import facts
from modules.resources.alarm_coverage import AlarmCoverage, Watch
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Queue
from modules.resources.views import Resource
from modules.spec.alarms import Comparison
from modules.terraform.values import Unknown, as_number, as_whole, is_open
from policies.engine import rule
from policies.findings import Level
from policies.keys import is_customer_key

DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
# By how much a message has to stay hidden longer than one run of the function that reads it: so that
# Lambda can try again after it was throttled. Source: Lambda developer guide, "Creating and configuring
# an Amazon SQS event source mapping".
RUNS_HIDDEN = 6
_LEAVE = "leave the queues to the generator"
_ALARM = "add it to the catalog"


@rule(
    "MON-QUE-001", level=Level.ERROR, why="What fails again and again would block the way until it expires."
)
def queue_has_dead_letters(queue: Queue, graph: DeliveryGraph) -> Iterator[Breach]:
    """Every queue has a dead letter queue in this stack, or is one."""
    policy = queue.get("redrive_policy")
    if queue.address in graph.served or isinstance(policy, Unknown):
        return
    if graph.dead_letter_queue(queue) is None:
        yield queue.finding(found=policy, wanted="a redrive_policy to a queue of this stack", fix=_LEAVE)


@rule(
    "MON-QUE-002", level=Level.ERROR, why="The key alias/aws/sqs does not admit SNS: notices vanish unseen."
)
def queue_is_encrypted(queue: Queue) -> Iterator[Breach]:
    """Every queue is encrypted with a customer key."""
    key = queue.get("kms_master_key_id")
    if not is_customer_key(key):
        yield queue.finding(found=key, wanted="a customer key", fix="leave it to the generator's key")


@rule(
    "MON-QUE-003",
    level=Level.ERROR,
    why="SQS counts a message's age from its first queue on: it would expire before anybody looks.",
)
def dead_letters_outlive_their_queue(queue: Queue, graph: DeliveryGraph) -> Iterator[Breach]:
    """A dead letter queue keeps messages longer than the queue it serves, or for the most that SQS has."""
    served, kept = graph.served.get(queue.address), _kept(queue)
    if served is None or kept is None or kept >= facts.limit("queue_retention_seconds_max"):
        return
    before = [_kept(one) for one in served if isinstance(one, Queue)]
    if not before or any(seconds is not None and seconds >= kept for seconds in before):
        wanted = f"{facts.limit('queue_retention_seconds_max')} s"
        yield queue.finding(found=f"{kept} s", wanted=wanted, fix=_LEAVE)


@rule(
    "MON-QUE-004",
    level=Level.ERROR,
    why="Else a message comes back while it is still being worked on, and is delivered twice.",
)
def messages_stay_hidden_long_enough(queue: Queue, graph: DeliveryGraph) -> Iterator[Breach]:
    """A queue hides a message for at least six times the timeout of the function that reads it."""
    hidden = _seconds(queue, "visibility_timeout_seconds", "queue_visibility_seconds_default")
    for function in graph.readers.get(queue.address, ()):
        timeout = _seconds(function, "timeout", "lambda_timeout_seconds_default")
        if hidden is not None and timeout is not None and hidden < RUNS_HIDDEN * timeout:
            wanted = f"at least {RUNS_HIDDEN * timeout} s, as {function.address} may run for {timeout} s"
            yield queue.finding(found=f"{hidden} s", wanted=wanted, fix=_LEAVE)


@rule("MON-QUE-005", level=Level.ERROR, why="Each dead letter is a notice that a person was to get.")
def dead_letters_raise_an_alarm(
    queue: Queue, graph: DeliveryGraph, coverage: AlarmCoverage
) -> Iterator[Breach]:
    """Every dead letter queue has an alarm that fires at its first message."""
    watches = coverage.on.get(queue.address, ())
    if queue.address in graph.served and not any(map(_fires_at_one, watches)):
        yield queue.finding(found="no such alarm", wanted=f"an alarm on {DEPTH} above 0", fix=_ALARM)


@rule("MON-QUE-007", level=Level.ERROR, why="A queue that nobody empties any more looks like a quiet day.")
def waiting_raises_an_alarm(queue: Queue, graph: DeliveryGraph, coverage: AlarmCoverage) -> Iterator[Breach]:
    """Every queue that serves no other has an alarm on the age of its oldest message."""
    watches = coverage.on.get(queue.address, ())
    if queue.address not in graph.served and not any(one.series.name == AGE for one in watches):
        yield queue.finding(found="no such alarm", wanted=f"an alarm on {AGE}", fix=_ALARM)


def _fires_at_one(watch: Watch) -> bool:
    """Whether a single message is enough; what is not known yet may be."""
    if watch.series.name != DEPTH or watch.alarm.get("metric_query") is not None:
        return False
    threshold, operator = watch.alarm.get("threshold"), watch.alarm.get("comparison_operator")
    number = as_number(threshold)
    if watch.series.statistic == "Minimum":  # of a period that began without a message it is 0
        return False
    if is_open(threshold) or is_open(operator):
        return True
    above = operator == Comparison.ABOVE and number is not None and number < 1
    return above or (operator == Comparison.AT_LEAST and number is not None and number <= 1)


def _kept(queue: Queue) -> int | None:
    return _seconds(queue, "message_retention_seconds", "queue_retention_seconds_default")


def _seconds(resource: Resource, name: str, default: str) -> int | None:
    """What is set, or the default of AWS; `None` where it is not known."""
    value = resource.get(name)
    return facts.limit(default) if value is None else as_whole(value)
