"""The path that notifications take, watched: queues, dead letters, functions, topics.

All of it acts on the delivery topic, which knows e-mail and PagerDuty alone. Only what fails on that
topic itself is told on the critical one.
"""

from __future__ import annotations

from collections.abc import Iterator

from modules.catalog import digest, routing, slack
from modules.catalog.context import Context
from modules.catalog.words import above, datapoints, metrics, total
from modules.spec.alarms import Alarm, Condition, Evaluation, Missing, Role, Route, Severity
from modules.spec.dashboards import Graph, Line
from modules.spec.functions import OwnFunction
from modules.spec.logs import MetricFilter
from modules.spec.metrics import Math, Metric, Signal, Stat
from modules.spec.queues import Queue

SQS, SNS, LAMBDA = "AWS/SQS", "AWS/SNS", "AWS/Lambda"
AGE = "ApproximateAgeOfOldestMessage"
VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"
REDRIVEN = "NumberOfNotificationsRedrivenToDlq"
# SQS leaves a message out of the age once it was received three times, so the age falls while Slack is down.
# The number of messages does not. Six minutes are longer than a burst (Slack takes a message a second) and
# than one failed attempt (the queue hides the message for three minutes). Two minutes may be empty, because
# SQS counts visible messages and messages in flight one after the other, and a message may move in between.
# tests/unit/test_waiting_alarms.py simulates both.
NOT_EMPTY = datapoints(6, of=8, period_seconds=60)
# SQS reports a queue that was idle for six hours up to 15 minutes late. SNS reports at once, but only once:
# four periods bridge the time in between, so that the alarm does not return to OK.
# Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
UNDELIVERED = datapoints(1, of=4)
# From one digest to the next is at most 25 hours, when clocks are put back.
LONGEST_DIGEST_WAIT_SECONDS = 26 * 3600
AT_ONCE = datapoints(1, of=1)


def queues(context: Context) -> tuple[Queue, ...]:
    """Every queue of the path."""
    return (*slack.queues(context), *digest.queues(context), *routing.undelivered(context))


def functions(context: Context, slow_ms: float) -> tuple[OwnFunction, ...]:
    """Every function of the path."""
    return (*slack.functions(context, slow_ms), digest.function(context))


def groups(context: Context) -> tuple[str, ...]:
    """The log groups of those functions, by key."""
    return (*(slack.group(route) for route in slack.routes(context)), digest.GROUP)


def filters(context: Context) -> tuple[MetricFilter, ...]:
    """Errors that a function logs without failing as a whole."""
    return tuple(
        MetricFilter(
            key=f"{key}-errors",
            name=context.names.named(f"{key}-errors"),
            group=f"delivery/{key}",
            pattern='{ ($.level = "ERROR") }',
            metric=logged_errors(context, key),
            value="1",
            default=0,
        )
        for key in _function_keys(context)
    )


def logged_errors(context: Context, key: str) -> Metric:
    """Error lines of one function: `SlackCriticalErrors`, `DigestErrors`."""
    return context.custom(f"{''.join(word.capitalize() for word in key.split('-'))}Errors", "Count")


def alarms(context: Context) -> Iterator[Alarm]:
    """Waiting, dead letters, failures and logged errors of each part."""
    for queue in queues(context):
        yield waiting(context, queue) if queue.dead_letters else dead_letters(context, queue)
    for key in _function_keys(context):
        yield failing(context, key)
        yield errors(context, key)
    yield from lost(context)


def waiting(context: Context, queue: Queue) -> Alarm:
    """Notices wait longer than they should."""
    daily = queue.key == digest.KEY
    return _alarm(
        context,
        key=f"{queue.key}-waiting",
        summary=f"Notices wait in {queue.name} and are not delivered",
        # A digest that fails leaves the age, too, but raises `digest-failing` and `digest-runs-dead`.
        signal=_of_queue(queue, AGE, "Seconds") if daily else backlog(queue),
        condition=above(
            LONGEST_DIGEST_WAIT_SECONDS, because="a day, with the hour of a clock change to spare"
        )
        if daily
        else above(0, because="a notice leaves within seconds, and a burst within minutes"),
        runbook="delivery-waiting",
        evaluation=AT_ONCE if daily else NOT_EMPTY,
    )


def backlog(queue: Queue) -> Signal:
    """Messages in a queue, visible and in flight; SQS reports the latter only while there are some."""
    parts = metrics(SQS, VISIBLE, "Count", [{"QueueName": queue.name}])
    parts += metrics(SQS, IN_FLIGHT, "Count", [{"QueueName": queue.name}])
    return total(parts, statistic="Maximum", label=queue.key)


def dead_letters(context: Context, queue: Queue) -> Alarm:
    """Something was given up, and lies where nobody looks."""
    # What the delivery topic could not deliver has to be told elsewhere.
    apart = queue.fed_by is Route.DELIVERY
    depth = _of_queue(queue, VISIBLE, "Count")
    return _alarm(
        context,
        key=queue.key,
        summary=f"Notices that could not be delivered lie in {queue.name}",
        signal=_undelivered(context, queue.fed_by, depth) if queue.fed_by else depth,
        condition=above(0, because="each is something that a person was to hear of"),
        runbook="delivery-dead-letters",
        evaluation=UNDELIVERED if queue.fed_by else AT_ONCE,
        role=Role.PAGE if apart else Role.DELIVERY,
    )


def _undelivered(context: Context, route: Route, depth: Stat) -> Signal:
    """Dead letters of a topic: no other alarm reports them, so SNS's own count is added to that of SQS."""
    topic = {"TopicName": routing.topic_name(context, route)}
    inputs = {"m1": depth, "m2": Stat(Metric(SNS, REDRIVEN, topic, "Count"), "Sum")}
    return Math("SUM([m1, m2])", inputs, "Dead letters")


def failing(context: Context, key: str) -> Alarm:
    """A function of the path ends with an error or is cut off."""
    metric = Metric(LAMBDA, "Errors", {"FunctionName": context.names.named(key)}, "Count")
    return _alarm(
        context,
        key=f"{key}-failing",
        summary=f"The function {context.names.named(key)} fails",
        signal=Stat(metric, "Sum"),
        condition=above(0, because="it is written never to fail as long as it can answer"),
        runbook="delivery-function-errors",
    )


def errors(context: Context, key: str) -> Alarm:
    """A function logs that a notice was refused, its secret is unusable, or it met a defect."""
    return _alarm(
        context,
        key=f"{key}-errors",
        summary=f"The function {context.names.named(key)} logs errors",
        signal=Stat(logged_errors(context, key), "Sum"),
        condition=above(0, because="each says that a notice did not arrive"),
        runbook="delivery-function-errors",
    )


def lost(context: Context) -> Iterator[Alarm]:
    """SNS could neither deliver a notice nor put it aside."""
    names = {topic.route: topic.name for topic in routing.topics(context) if topic.has_listeners}
    apart = names.pop(Route.DELIVERY, None)
    yield _lost(context, "notifications-lost", sorted(names.values()), Role.DELIVERY)
    if apart:
        yield _lost(context, "delivery-lost", [apart], Role.PAGE)


def _lost(context: Context, key: str, names: list[str], role: Role) -> Alarm:
    sets = ({"TopicName": name} for name in names)
    parts = metrics(SNS, "NumberOfNotificationsFailedToRedriveToDlq", "Count", sets)
    return _alarm(
        context,
        key=key,
        summary="Notices are lost: neither a subscriber nor a dead letter queue took them",
        signal=total(parts, label="Lost notices"),
        condition=above(0, because="a lost notice is nowhere to be found again"),
        runbook="notifications-lost",
        role=role,
    )


def waiting_graph(context: Context) -> Graph:
    """Notices that wait for Slack or are being sent to it."""
    work = [queue for queue in slack.queues(context) if queue.dead_letters]
    lines = (Line(backlog(queue), queue.key) for queue in work)
    return Graph(title="Delivery: notices waiting for Slack", lines=tuple(lines))


def dead_letters_graph(context: Context) -> Graph:
    """How many notices were given up."""
    dead = [queue for queue in queues(context) if not queue.dead_letters]
    lines = (Line(_of_queue(queue, VISIBLE, "Count"), queue.key) for queue in dead)
    return Graph(title="Delivery: dead letters", lines=tuple(lines))


def _function_keys(context: Context) -> tuple[str, ...]:
    return (*map(slack.key, slack.routes(context)), digest.KEY)


def _of_queue(queue: Queue, name: str, unit: str) -> Stat:
    return Stat(Metric(SQS, name, {"QueueName": queue.name}, unit), "Maximum")


def _alarm(
    context: Context,
    *,
    key: str,
    summary: str,
    signal: Signal,
    condition: Condition,
    runbook: str,
    evaluation: Evaluation = AT_ONCE,
    role: Role = Role.DELIVERY,
) -> Alarm:
    """One bad period is enough by default; an idle part reports nothing and is well."""
    grave = role is Role.PAGE or Route.CRITICAL.value in key or key == "notifications-lost"
    return Alarm(
        key=key,
        name=context.names.named(key),
        summary=summary,
        signal=signal,
        condition=condition,
        evaluation=evaluation,
        missing=Missing.NOT_BREACHING,
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        runbook=runbook,
        role=role,
    )
