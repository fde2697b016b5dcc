"""Checks of a deployed system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from lambda_src.watchdog.checks import Finding
from modules.errors import ToolError
from modules.semantics import metric_value, parse_pattern
from modules.settings import Settings
from modules.spec.logs import MetricFilter
from modules.spec.system import Monitoring
from ops.common.accounts import Account, Place
from ops.doctor.expectations import expectations
from ops.doctor.gathering import examine
from ops.local.alarms import ALARM, OK, set_state, states
from ops.local.aws import Clients
from ops.local.taps import Taps
from ops.local.watches import until

MOST_LINES = 50  # TestMetricFilter, logEventMessages; CloudWatch Logs API reference
LONGEST_DELIVERY_SECONDS = 45.0
# A queue's policy may take some seconds to be in force, and SNS drops what the queue refuses until then.
ROUNDS = 3
# By the doctor's check and the beginning of its evidence. Every resource has to exist, and to be confirmed.
EXPECTED = {
    ("alarms", "in INSUFFICIENT_DATA"): "alarms that are new",
    ("alarms", "in ALARM"): "alarms on a system without traffic",
    ("metrics", "no data points"): "metrics without traffic",
    ("secrets", "the secret is empty"): "secrets that no one has filled",
}


def metric_filters(aws: Clients, monitoring: Monitoring, lines: tuple[str, ...]) -> str:
    """Compare what every filter matches on AWS with what our model of CloudWatch expects.

    Raises
    ------
    ToolError
        A filter matches other lines than expected, or no line, or all lines.
    """
    problems = [problem for item in monitoring.filters for problem in _filter_problems(aws, item, lines)]
    if problems:
        raise ToolError("; ".join(problems))
    return f"{len(monitoring.filters)} metric filters match as expected, {len(lines)} log lines each"


def expected_values(item: MetricFilter, lines: Iterable[str]) -> dict[str, float | None]:
    """The lines that a filter matches, each with the value that the filter publishes for it."""
    pattern = parse_pattern(item.pattern)
    return {line: metric_value(pattern, item.value, line) for line in lines if pattern.matches(line)}


def _filter_problems(aws: Clients, item: MetricFilter, lines: tuple[str, ...]) -> Iterator[str]:
    expected = expected_values(item, lines)
    if not expected or len(expected) == len(lines):
        yield f"{item.name}: {len(expected)} of {len(lines)} sample lines match, so the sample proves nothing"
        return
    actual: dict[str, str | None] = {}
    for start in range(0, len(lines), MOST_LINES):
        messages = list(lines[start : start + MOST_LINES])
        answer = aws("logs").test_metric_filter(filterPattern=item.pattern, logEventMessages=messages)
        for match in answer["matches"]:
            actual[match["eventMessage"]] = match.get("extractedValues", {}).get(item.value)
    for line in sorted(actual.keys() ^ expected.keys()):
        yield f"{item.name}: AWS {'matches' if line in actual else 'does not match'} {line}"
    for line in sorted(actual.keys() & expected.keys()):
        # AWS extracts the fields of the pattern, and nothing for a constant.
        value, wanted = _number(actual[line]), expected[line]
        if item.value.startswith("$") and item.value in item.pattern and value != wanted:
            yield f"{item.name}: AWS extracts {actual[line]}, expected {wanted}, from {line}"


def _number(text: str | None) -> float | None:
    """Return the number that CloudWatch reads in an extracted value; `None` if it is not a number."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def after_deploy(
    account: Account, settings: Settings, monitoring: Monitoring, place: Place, now: datetime
) -> str:
    """Check the deployment as `python -m ops doctor --after-deploy` does, except for what a sandbox lacks.

    Raises
    ------
    ToolError
        The doctor misses something that a system without people and traffic should have, or cannot read it.
    """
    result = examine(account, expectations(settings, monitoring, place), now)
    kinds = Counter(map(_expected, result.findings))
    unexpected = [finding for finding in result.findings if not _expected(finding)]
    problems = [f"{finding.subject}: {finding.evidence}" for finding in unexpected]
    problems += [f"{check} not checked: {', '.join(gaps)}" for check, gaps in result.unread.items()]
    if problems:
        raise ToolError("; ".join(problems))
    found = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
    return f"no unexpected findings; expected in a sandbox: {found}"


def _expected(finding: Finding) -> str:
    """The words for a finding that a sandbox cannot avoid; else empty."""
    for (check, evidence), kind in EXPECTED.items():
        if finding.check == check and finding.evidence.startswith(evidence):
            return kind
    return ""


def alarms(aws: Clients, monitoring: Monitoring, reason: str) -> str:
    """Set every alarm to ALARM, and receive its message from the topic of its route alone.

    Parameters
    ----------
    reason
        A text of this run alone, which its messages carry.

    Raises
    ------
    ToolError
        An alarm is missing, or a message is missing or on another topic.
    """
    missing = {alarm.name for alarm in monitoring.alarms} - states(aws, monitoring.prefix).keys()
    if missing:
        raise ToolError(f"alarms that do not exist: {', '.join(sorted(missing))}")
    taps = Taps(aws, monitoring)
    taps.place_encrypted()
    expected = {(alarm.name, alarm.route.value) for alarm in monitoring.alarms}
    unused = {topic.key for topic in monitoring.topics} - {route for _, route in expected}
    expected |= {("", route) for route in unused}
    arrived: set[tuple[str, str]] = set()

    def complete() -> bool:
        for mail in taps.read():
            if mail.alarm.get("NewStateReason") == reason:
                arrived.add((str(mail.alarm["AlarmName"]), mail.route))
            elif mail.body == reason:
                arrived.add(("", mail.route))
        return expected <= arrived

    for _ in range(ROUNDS):
        _raise(aws, monitoring, expected - arrived, reason)
        if until(complete, LONGEST_DELIVERY_SECONDS):
            break
    problems = [*_listed("not received", expected - arrived), *_listed("unexpected", arrived - expected)]
    if problems:
        raise ToolError("; ".join(problems))
    topics = f"{len(monitoring.topics)} encrypted topics"
    return f"{len(monitoring.alarms)} alarms set to ALARM, and every message received over {topics}"


def _raise(aws: Clients, monitoring: Monitoring, missing: set[tuple[str, str]], reason: str) -> None:
    """Cause the missing messages; only a change of state sends one."""
    current = states(aws, monitoring.prefix)
    for alarm in monitoring.alarms:
        if (alarm.name, alarm.route.value) in missing:
            if current.get(alarm.name) == ALARM:
                set_state(aws, alarm, OK, f"{reason}: reset")
            set_state(aws, alarm, ALARM, reason)
    for topic in monitoring.topics:
        if ("", topic.key) in missing:
            aws("sns").publish(TopicArn=monitoring.place.arn("sns", topic.name), Message=reason)


def _listed(problem: str, pairs: set[tuple[str, str]]) -> Iterator[str]:
    if pairs:
        names = (f"{name or 'a message'} on {route}" for name, route in sorted(pairs))
        yield f"{problem}: {', '.join(names)}"
