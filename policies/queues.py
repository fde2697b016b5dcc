"""Queues lose nothing: what fails is put aside, kept long enough, and somebody hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modules import facts
from modules.resources.alarm_coverage import AlarmCoverage, Watch
from modules.resources.answers import some
from modules.resources.arns import arn_in, arn_of, fits
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import Queue
from modules.resources.grouping import grouped
from modules.resources.keys import is_customer_key
from modules.resources.stacks import Stack
from modules.resources.views import Resource
from modules.terraform.values import Unknown, as_list, as_map, as_whole, from_json
from policies.engine import rule
from policies.findings import Level

DEPTH, IN_FLIGHT = "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"
AGE = "ApproximateAgeOfOldestMessage"
# SQS leaves a message out of the age once it was received this often. Source:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
RECEIVES_IN_THE_AGE = 3
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
    noticed = any(watch.series.name == DEPTH and watch.fires_at_one for watch in watches)
    if queue.address in graph.served and not noticed:
        yield queue.finding(found="no such alarm", wanted=f"an alarm on {DEPTH} above 0", fix=_ALARM)


@rule(
    "MON-QUE-007",
    level=Level.ERROR,
    why="SQS leaves a message out of the age after three receives: the age falls while it waits.",
)
def waiting_raises_an_alarm(queue: Queue, graph: DeliveryGraph, coverage: AlarmCoverage) -> Iterator[Breach]:
    """Every queue that serves no other has an alarm that stays in ALARM while a message waits."""
    if queue.address in graph.served:
        return
    watches = coverage.on.get(queue.address, ())
    tries_seconds = _seconds_of_tries(queue, graph)
    by_alarm = grouped((watch.alarm.address, watch) for watch in watches)
    if any(_counts_all(own, tries_seconds) for own in by_alarm.values()):
        return
    if tries_seconds is None and any(watch.series.name == AGE for watch in watches):
        return
    counted = f"an alarm on SUM of {DEPTH} and {IN_FLIGHT} above 0"
    within = f"{counted}, which fires within {tries_seconds} s"
    wanted = f"an alarm on {AGE}, or {counted}" if tries_seconds is None else within
    yield queue.finding(found="no such alarm", wanted=wanted, fix=_ALARM)


def _seconds_of_tries(queue: Queue, graph: DeliveryGraph) -> int | None:
    """The time until Lambda's last retry, if SQS leaves the message out of the age before; else `None`."""
    receives = as_whole(as_map(from_json(queue.get("redrive_policy"))).get("maxReceiveCount"))
    hidden = _seconds(queue, "visibility_timeout_seconds", "queue_visibility_seconds_default")
    if receives is None or hidden is None or receives <= RECEIVES_IN_THE_AGE:
        return None
    return receives * hidden if graph.readers.get(queue.address) else None


def _counts_all(own: Sequence[Watch], tries_seconds: int | None) -> bool:
    """Return whether an alarm fires at a single message, visible or in flight, before it is a dead letter."""
    counted = {watch.series.name for watch in own if watch.fires_at_one}
    alarm, period = own[0].alarm, as_whole(own[0].series.period)
    datapoints = as_whole(alarm.get("datapoints_to_alarm") or alarm.get("evaluation_periods"))
    needed = period * datapoints if period and datapoints else 0
    is_late = tries_seconds is not None and needed >= tries_seconds
    return {DEPTH, IN_FLIGHT} <= counted and not is_late


@rule(
    "MON-QUE-010",
    level=Level.ERROR,
    why="A dead letter queue that refuses its source keeps nothing.",
)
def dead_letter_queue_takes_from_its_queues(
    queue: Queue, stack: Stack, graph: DeliveryGraph
) -> Iterator[Breach]:
    """A dead letter queue accepts messages from the queues that it serves."""
    policy = as_map(from_json(queue.get("redrive_allow_policy")))
    permission = policy.get("redrivePermission")
    for source in graph.served.get(queue.address, ()):
        allowed = as_list(policy.get("sourceQueueArns")) if permission == "byQueue" else ()
        arn = arn_of(source, stack)
        listed = some(fits(arn_in(value, stack), arn) for value in allowed)
        refused = permission == "denyAll" or (permission == "byQueue" and listed is False)
        if isinstance(source, Queue) and refused:
            found = f"{permission}: {', '.join(map(str, allowed))}" if allowed else permission
            yield queue.finding(found=found, wanted=f"byQueue with {source.address}", fix=_LEAVE)


def _kept(queue: Queue) -> int | None:
    return _seconds(queue, "message_retention_seconds", "queue_retention_seconds_default")


def _seconds(resource: Resource, name: str, default: str) -> int | None:
    """What is set, or the default of AWS; `None` where it is not known."""
    value = resource.get(name)
    return facts.limit(default) if value is None else as_whole(value)
