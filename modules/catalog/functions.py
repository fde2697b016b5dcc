"""The Lambda action functions.

The alarms under the setup guide's names add up the configured functions; the series without
dimensions would be every function of the account and region.
"""

from __future__ import annotations

from modules.catalog.context import Context
from modules.catalog.words import above, datapoints, metrics, total, worst
from modules.spec.alarms import Alarm, Missing, Severity
from modules.spec.dashboards import Graph, Line
from modules.spec.metrics import Ceiling, Metric, Signal, Stat

NAMESPACE = "AWS/Lambda"
# The setup guide's 25 000 ms of a 30 s timeout, and its 800 of the default quota of 1000.
DURATION_SHARE_OF_TIMEOUT = 5 / 6
SHARE_OF_ACCOUNT_CONCURRENCY = 0.8


def alarms(context: Context) -> tuple[Alarm, ...]:
    """Errors and throttles of all functions, duration of each, concurrency of the account."""
    durations = (duration(context, key) for key in context.functions)
    return errors(context), throttles(context), concurrency(context), *durations


def errors(context: Context) -> Alarm:
    """Functions fail more often than the agents that call them can absorb."""
    return Alarm(
        key="lambda-errors",
        name=context.names.named("lambda-errors"),
        summary="Lambda action functions fail",
        signal=total(_each(context, "Errors"), label="Function errors"),
        condition=above(5, because="the setup guide alarms above 5 errors in 5 minutes"),
        evaluation=datapoints(1, of=1),
        missing=Missing.NOT_BREACHING,  # an idle function reports nothing
        severity=Severity.CRITICAL,
        runbook="lambda-errors",
    )


def throttles(context: Context) -> Alarm:
    """Functions are turned away for want of concurrency."""
    return Alarm(
        key="lambda-throttles",
        name=context.names.named("lambda-throttles"),
        summary="Lambda action functions are throttled",
        signal=total(_each(context, "Throttles"), label="Function throttles"),
        condition=above(1, because="the setup guide alarms above 1, so at 2 throttles in 5 minutes"),
        evaluation=datapoints(1, of=1),
        missing=Missing.NOT_BREACHING,
        severity=Severity.WARNING,
        runbook="lambda-throttles",
    )


def duration(context: Context, key: str) -> Alarm:
    """A function comes close to the timeout that would cut it off."""
    timeout_ms = context.functions[key].timeout_seconds * 1000
    return Alarm(
        key=f"lambda-duration-{key}",
        name=context.names.named(f"lambda-duration-{key}"),
        summary=f"{context.function_name(key)} runs close to its timeout (p99)",
        signal=Stat(_metric(context, "Duration", key), "p99"),
        condition=above(
            round(timeout_ms * DURATION_SHARE_OF_TIMEOUT),
            because=f"five sixths of the timeout of {timeout_ms} ms, as in the setup guide",
        ),
        evaluation=datapoints(2, of=2),
        missing=Missing.NOT_BREACHING,
        severity=Severity.WARNING,
        runbook="lambda-duration",
    )


def concurrency(context: Context) -> Alarm:
    """The account comes close to the number of functions that may run at once."""
    quota = context.settings.lambda_.account_concurrency
    return Alarm(
        key="lambda-concurrency",
        name=context.names.named("lambda-concurrency"),
        summary="All functions of the account together come close to its concurrency",
        signal=Stat(Metric(NAMESPACE, "ConcurrentExecutions", {}, "Count"), "Maximum"),
        condition=above(
            round(quota * SHARE_OF_ACCOUNT_CONCURRENCY),
            because=f"80 % of the account's concurrency of {quota}, as in the setup guide",
        ),
        evaluation=datapoints(1, of=1),
        missing=Missing.NOT_BREACHING,
        severity=Severity.WARNING,
        runbook="lambda-concurrency",
    )


def warnings(context: Context) -> tuple[str, ...]:
    """Name a quota that is assumed. New accounts have a lower one, which AWS raises with their use.

    Source: Lambda developer guide, "Lambda quotas".
    """
    settings = context.settings.lambda_
    if "account_concurrency" in settings.model_fields_set:
        return ()
    text = (
        f"lambda.account_concurrency is not set, and {settings.account_concurrency} is assumed; new accounts "
        "have as few as 10, so set it to what this prints: aws lambda get-account-settings "
        "--query AccountLimit.ConcurrentExecutions"
    )
    return (text,)


def overview_graph(context: Context) -> Graph:
    """Invocations, errors, throttles and concurrency of the functions."""
    concurrent = worst(_each(context, "ConcurrentExecutions"), "Maximum", label="Concurrent")
    lines = (
        Line(_sum(context, "Invocations"), "Invocations", "#2ca02c"),
        Line(_sum(context, "Errors"), "Errors", "#d62728"),
        Line(_sum(context, "Throttles"), "Throttles", "#ff7f0e"),
        Line(concurrent, "Concurrent executions (busiest function)"),
    )
    return Graph(title="Lambda functions: overview", lines=lines)


def duration_graph(context: Context) -> Graph:
    """Average and p99 duration of each function."""
    lines = []
    for key in context.functions:
        metric = _metric(context, "Duration", key)
        lines += [Line(Stat(metric, "Average"), f"{key}, average"), Line(Stat(metric, "p99"), f"{key}, p99")]
    return Graph(title="Lambda functions: duration", lines=tuple(lines), unit="Milliseconds")


def concurrency_graph(_: Context) -> Graph:
    """The account's concurrency, which all teams share."""
    metric = Metric(NAMESPACE, "ConcurrentExecutions", {}, "Count")
    return Graph(
        title="Lambda: concurrent executions of the account",
        lines=(Line(Stat(metric, "Maximum"), "Account"),),
    )


def ceilings(context: Context) -> tuple[Ceiling, ...]:
    """No function runs past its timeout, and no account past its concurrency."""
    quota = context.settings.lambda_.account_concurrency
    account = Metric(NAMESPACE, "ConcurrentExecutions", {}, "Count")
    timeouts = {key: function.timeout_seconds * 1000 for key, function in context.functions.items()}
    return (
        Ceiling(account, quota, f"the account runs {quota} functions at once"),
        *(
            Ceiling(_metric(context, "Duration", key), timeout, f"the function is cut off at {timeout} ms")
            for key, timeout in timeouts.items()
        ),
    )


def _sum(context: Context, name: str) -> Signal:
    return total(_each(context, name), label=name)


def _each(context: Context, name: str) -> tuple[Metric, ...]:
    sets = ({"FunctionName": context.function_name(key)} for key in context.functions)
    return metrics(NAMESPACE, name, "Count", sets)


def _metric(context: Context, name: str, key: str) -> Metric:
    return Metric(NAMESPACE, name, {"FunctionName": context.function_name(key)}, "Milliseconds")
