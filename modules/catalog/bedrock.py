"""The Bedrock agents: what is measured, what is alarmed, what is drawn.

AWS publishes agent metrics per operation, and per operation, alias and model; there is no series
without dimensions (Bedrock user guide, "Monitor Amazon Bedrock Agents using CloudWatch").
"""

from __future__ import annotations

from modules.catalog import availability
from modules.catalog.context import Context
from modules.catalog.words import above, datapoints, metrics, total, worst
from modules.spec.alarms import Alarm, Missing, Severity
from modules.spec.dashboards import Graph, Line
from modules.spec.metrics import Metric, Signal, Stat

NAMESPACE = "AWS/Bedrock/Agents"
SERVICE = "bedrock-agents"
ERRORS = ("InvocationClientErrors", "InvocationServerErrors")


def exists(context: Context) -> bool:
    """Return whether AWS has agents in the target's region."""
    return availability.has(context, SERVICE)


def dimension_sets(context: Context) -> dict[str, dict[str, str]]:
    """The dimension set of each agent, or the operation's as long as an alias is not told."""
    bedrock = context.settings.bedrock
    operation: dict[str, str] = {"Operation": bedrock.operation}
    told = {
        name: agent for name, agent in sorted(bedrock.agents.items()) if agent.alias_arn and agent.model_id
    }
    if len(told) < len(bedrock.agents):
        return {"all agents": operation}
    return {
        name: operation | {"AgentAliasArn": agent.alias_arn or "", "ModelId": agent.model_id or ""}
        for name, agent in told.items()
    }


def warnings(context: Context) -> tuple[str, ...]:
    """What to set so that the alarms watch these agents and no others."""
    untold = [name for name, agent in sorted(context.settings.bedrock.agents.items()) if not agent.alias_arn]
    if not untold or not exists(context):
        return ()
    text = (
        "agent alarms watch every agent of the account and region; to watch these alone, set alias_arn and "
        f"model_id of bedrock.agents.{{{', '.join(untold)}}}"
    )
    return (text,)


def alarms(context: Context) -> tuple[Alarm, ...]:
    """Errors, latency and throttles of the agents."""
    return error_rate(context), latency(context), throttles(context)


def error_rate(context: Context) -> Alarm:
    """Agents fail more turns than users should meet."""
    return Alarm(
        key="high-error-rate",
        name=context.names.named("high-error-rate"),
        summary="Bedrock agents fail: client and server errors together",
        signal=total(_parts(context, *ERRORS), label="Agent errors"),
        condition=above(10, because="the setup guide alarms above 10 errors in 5 minutes"),
        evaluation=datapoints(2, of=2),
        missing=Missing.NOT_BREACHING,  # agents that nobody calls report nothing
        severity=Severity.CRITICAL,
        runbook="high-error-rate",
    )


def latency(context: Context) -> Alarm:
    """An agent's whole turn takes longer than people wait."""
    return Alarm(
        key="high-latency",
        name=context.names.named("high-latency"),
        summary="A turn of a Bedrock agent takes too long (p99)",
        # Judged however few turns there are: `ignore` would want 1000 in five minutes for a p99.
        signal=worst(_parts(context, "TotalTime"), "p99", label="Slowest agent, p99"),
        condition=above(5000, because="the setup guide's table alarms above 5000 ms at p99"),
        evaluation=datapoints(2, of=2),
        missing=Missing.NOT_BREACHING,
        severity=Severity.WARNING,
        runbook="high-latency",
    )


def throttles(context: Context) -> Alarm:
    """Bedrock turns agent calls away."""
    return Alarm(
        key="bedrock-throttles",
        name=context.names.named("bedrock-throttles"),
        summary="Bedrock throttles agent invocations",
        signal=total(_parts(context, "InvocationThrottles"), label="Agent throttles"),
        condition=above(5, because="the setup guide's table alarms above 5 throttles in 5 minutes"),
        evaluation=datapoints(1, of=1),
        missing=Missing.NOT_BREACHING,
        severity=Severity.WARNING,
        runbook="bedrock-throttles",
    )


def invocations_graph(context: Context) -> Graph:
    """Invocations, errors and throttles side by side."""
    lines = (
        Line(_sum(context, "InvocationCount", label="Invocations"), "Invocations", "#2ca02c"),
        Line(_sum(context, *ERRORS, label="Errors"), "Errors", "#d62728"),
        Line(_sum(context, "InvocationThrottles", label="Throttles"), "Throttles", "#ff7f0e"),
    )
    return Graph(title="Bedrock agents: invocations, errors, throttles", lines=lines)


def latency_graph(context: Context) -> Graph:
    """The time of a turn, per agent as far as aliases are told, and the model's part of it."""
    lines = []
    for who, dimensions in dimension_sets(context).items():
        turn = Metric(NAMESPACE, "TotalTime", dimensions, "Milliseconds")
        lines += [Line(Stat(turn, "Average"), f"{who}, average"), Line(Stat(turn, "p99"), f"{who}, p99")]
    return Graph(title="Bedrock agents: time of a turn", lines=tuple(lines), unit="Milliseconds")


def model_graph(context: Context) -> Graph:
    """What the agents ask of their models."""
    lines = tuple(
        Line(_sum(context, name, label=label), label)
        for name, label in (
            ("ModelInvocationCount", "Model calls"),
            ("ModelInvocationThrottles", "Model throttles"),
            ("InputTokenCount", "Input tokens"),
        )
    )
    return Graph(title="Bedrock agents: model calls and tokens", lines=lines)


def _sum(context: Context, *names: str, label: str) -> Signal:
    return total(_parts(context, *names), label=label)


def _parts(context: Context, *names: str) -> tuple[Metric, ...]:
    sets = dimension_sets(context).values()
    unit = "Milliseconds" if names == ("TotalTime",) else "Count"
    return tuple(metric for name in names for metric in metrics(NAMESPACE, name, unit, sets))
