"""What a run says at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from modules.settings import Settings
from modules.spec.system import Monitoring
from policies import Finding

KINDS = {
    "aws_cloudwatch_log_group": "log groups",
    "aws_cloudwatch_log_metric_filter": "metric filters",
    "aws_cloudwatch_metric_alarm": "alarms",
    "aws_cloudwatch_dashboard": "dashboards",
    "aws_cloudwatch_query_definition": "saved queries",
    "aws_sns_topic": "topics",
    "aws_sns_topic_subscription": "subscriptions",
    "aws_sqs_queue": "queues",
    "aws_lambda_function": "functions",
    "aws_secretsmanager_secret": "secrets",
    "aws_iam_role": "roles",
    "aws_kms_key": "keys",
}


def report(
    plans: Mapping[str, tuple[Settings, Monitoring]],
    stacks: Mapping[str, Any],
    findings: Mapping[str, Sequence[Finding]],
    out: str,
) -> str:
    """Counts per kind, warnings, findings and the place, for each stack."""
    return "\n\n".join(
        "\n".join(_stack(name, stacks[name], monitoring.warnings, findings[name], out))
        for name, (_, monitoring) in plans.items()
    )


def _stack(
    name: str, stack: Any, warnings: Sequence[str], findings: Sequence[Finding], out: str
) -> Iterator[str]:
    counts = {kind: len(named) for kind, named in stack.get("resource", {}).items()}
    others = sum(count for kind, count in counts.items() if kind not in KINDS)
    yield name
    for kind, words in KINDS.items():
        yield f"  {counts.get(kind, 0):4}  {words}"
    yield f"  {others:4}  policies, aliases and the like"
    yield f"  {sum(counts.values()):4}  resources in all"
    yield from (f"  warning: {warning}" for warning in warnings)
    yield f"  policies: {_verdict(findings)}"
    yield from told(findings)
    yield f"  written to {out}/stacks/{name}"


def told(findings: Sequence[Finding]) -> Iterator[str]:
    """Findings as lines; those that differ in nothing but the place share their text."""
    groups: dict[Finding, list[str]] = {}
    for finding in findings:
        groups.setdefault(replace(finding, address=""), []).append(finding.address)
    for finding, addresses in groups.items():
        standing = "waived" if finding.waived_by else finding.level.value
        yield f"    {standing} {finding.rule}: found {finding.found}; wanted {finding.wanted}"
        yield from (f"      {address}" for address in addresses)
        yield f"      why: {finding.why}"
        yield f"      {_mend(finding)}"


def _mend(finding: Finding) -> str:
    waiver = finding.waived_by
    return f"waived until {waiver.expires}: {waiver.reason}" if waiver else f"fix: {finding.fix}"


def _verdict(findings: Sequence[Finding]) -> str:
    if not findings:
        return "no findings"
    waived = sum(finding.waived_by is not None for finding in findings)
    levels = Counter(str(finding.level.value) for finding in findings if finding.waived_by is None)
    parts = [f"{count} {level}" for level, count in sorted(levels.items())]
    return ", ".join((*parts, f"{waived} waived") if waived else parts)
