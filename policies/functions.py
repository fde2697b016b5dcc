"""Functions that log where it is kept, give nothing away, and do not fail unseen."""

from __future__ import annotations

from collections.abc import Iterator

from modules import facts
from modules.resources.alarm_coverage import AlarmCoverage
from modules.resources.breaches import Breach
from modules.resources.delivery_graph import DeliveryGraph
from modules.resources.delivery_resources import EventSource, Function, Schedule, Sender
from modules.resources.stacks import Stack
from modules.resources.views import LogGroup
from modules.semantics.secrets import secret_in
from modules.terraform.values import Unknown, as_list, as_whole, inside, is_open, links
from policies.engine import rule
from policies.findings import Level

_LEAVE = "leave the functions to the generator"
BATCH = "ReportBatchItemFailures"


@rule(
    "MON-FUN-001",
    level=Level.ERROR,
    why="The group that Lambda makes by itself never expires and has no key of ours.",
)
def function_logs_to_a_group(function: Function, stack: Stack) -> Iterator[Breach]:
    """Every function writes to a log group of this stack."""
    name = function.log_group
    if not isinstance(name, Unknown) and stack.linked(LogGroup, name, "name", "id") is None:
        found = name or "no logging_config.log_group"
        yield function.finding(found=found, wanted="a log group of this stack", fix=_LEAVE)


@rule(
    "MON-FUN-002",
    level=Level.ERROR,
    why="Whoever may look at a function, at the state or at this file reads its variables.",
)
def variables_hold_no_secret(function: Function) -> Iterator[Breach]:
    """No environment variable of a function is a secret."""
    for name, value in function.environment.items():
        kind = secret_in(name, value) if isinstance(value, str) else None
        if kind:
            fix = "put it into Secrets Manager, and the secret's ARN into the variable"
            yield function.finding(found=f"{name} holds {kind}", wanted="no secret", fix=fix)


@rule("MON-FUN-003", level=Level.ERROR, why="Else a function that carries notices fails in silence.")
def function_errors_raise_an_alarm(function: Function, coverage: AlarmCoverage) -> Iterator[Breach]:
    """Every function has an alarm on its errors."""
    metrics = [one.series.metric for one in coverage.on.get(function.address, ())]
    if ("AWS/Lambda", "Errors") not in metrics:
        wanted = "an alarm on Errors of AWS/Lambda"
        yield function.finding(found="no such alarm", wanted=wanted, fix="add it to the catalog")


@rule(
    "MON-FUN-004",
    level=Level.ERROR,
    why="Else one bad message repeats its whole batch, and a storm takes the account's concurrency.",
)
def reading_is_bounded(source: EventSource, graph: DeliveryGraph) -> Iterator[Breach]:
    """What hands a queue to a function takes back single messages and bounds how many copies run."""
    if not _is_of_a_queue(source, graph):
        return
    responses = source.get("function_response_types")
    if not is_open(responses) and BATCH not in as_list(responses):
        yield source.finding(found=responses, wanted=f"function_response_types with {BATCH}", fix=_LEAVE)
    low, high = facts.limit("event_source_concurrency_min"), facts.limit("event_source_concurrency_max")
    copies = inside(source.get("scaling_config"), "maximum_concurrency")
    number = as_whole(copies)
    if not is_open(copies) and not (number is not None and low <= number <= high):
        found = f"maximum_concurrency = {copies}"
        yield source.finding(found=found, wanted=f"{low} to {high}", fix=_LEAVE)


@rule(
    "MON-FUN-005", level=Level.ERROR, why="Nobody waits for such a run: when it fails for good, it is gone."
)
def failed_runs_are_kept(function: Function, graph: DeliveryGraph) -> Iterator[Breach]:
    """A function that a schedule or a topic starts has a dead letter queue or a destination on failure."""
    starters = graph.starters.get(function.address, ())
    if starters and not any(_keeps(one, graph) for one in graph.catchers[function.address]):
        found = f"none, though {starters[0].address} starts it"
        yield function.finding(
            found=found, wanted="a dead_letter_config to a queue of this stack", fix=_LEAVE
        )


@rule("MON-FUN-006", level=Level.ERROR, why="What could not even be started leaves no trace in the function.")
def failed_starts_are_kept(schedule: Schedule, graph: DeliveryGraph) -> Iterator[Breach]:
    """Every schedule has a dead letter queue in this stack."""
    if not _keeps(schedule, graph):
        found = schedule.dead_letter_target or "no dead_letter_config"
        yield schedule.finding(found=found, wanted="a queue of this stack", fix=_LEAVE)


def _keeps(sender: Sender, graph: DeliveryGraph) -> bool:
    """Whether what it cannot deliver goes to a queue or a topic of this stack, or may do so."""
    target = sender.dead_letter_target
    known = graph.dead_letter_queue(sender) or graph.topic(target)
    return known is not None or isinstance(target, Unknown)


def _is_of_a_queue(source: EventSource, graph: DeliveryGraph) -> bool:
    arn = source.get("event_source_arn")
    return graph.queue(arn) is not None or any(":sqs:" in str(one) for one in links(arn))


@rule("MON-FUN-007", level=Level.ERROR, why="AWS refuses the function, in the midst of a deployment.")
def variables_fit(function: Function) -> Iterator[Breach]:
    """The environment variables of a function are short enough together."""
    texts = [text for pair in function.environment.items() for text in pair if isinstance(text, str)]
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    most = facts.limit("lambda_variables_bytes")
    if size > most:
        fix = "shorten the names of functions and of the fields of backend.log in config/"
        yield function.finding(found=f"{size} bytes", wanted=f"at most {most}", fix=fix)
