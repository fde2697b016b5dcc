"""The result of the checks as text."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_src.watchdog.checks import Finding
from ops.doctor.gathering import CHECKS, Examination

PERMISSIONS = "ops/doctor/policy.json lists the permissions"


def report(result: Examination) -> Iterator[str]:
    """Yield the lines of each check; findings with the same fix share it."""
    for check in CHECKS:
        findings = [finding for finding in result.findings if finding.check == check]
        gaps = result.unread.get(check, [])
        if not findings and not gaps:
            yield f"  {check}: ok"
        for gap in gaps:
            yield f"  {check}: not checked in full: {gap}{_hint(gap)}"
        if findings:
            yield f"  {check}: {counted(len(findings), 'finding')}"
            yield from _findings(findings)


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 finding``, ``2 findings``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _findings(findings: list[Finding]) -> Iterator[str]:
    by_fix: dict[str, list[Finding]] = {}
    for finding in findings:
        by_fix.setdefault(finding.fix, []).append(finding)
    for fix, group in by_fix.items():
        yield from (f"    {finding.subject}: {finding.evidence}" for finding in group)
        yield f"      fix: {fix}"


def _hint(gap: str) -> str:
    return f"; {PERMISSIONS}" if gap.endswith("is not allowed") else ""
