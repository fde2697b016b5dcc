"""Breaches that config/ accepts: for a reason, and until a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from modules.resources.breaches import Breach
from modules.semantics.globs import matches
from policies.context import Context, Waiver
from policies.engine import rule
from policies.findings import Finding, Findings, Level

AREA = "MON-WAV-"


@rule("MON-WAV-001", level=Level.ERROR, why="An acceptance without an end is a rule that nobody keeps.")
def waiver_has_not_expired(context: Context) -> Iterator[Breach]:
    """No waiver is older than its date."""
    for waiver in context.waivers:
        if not is_valid(waiver, context):
            fix = "mend the breach and remove the waiver, or renew it in config/"
            wanted = f"a date from {context.today} on"
            yield _breach(waiver, found=f"expired on {waiver.expires}", wanted=wanted, fix=fix)


@rule("MON-WAV-002", level=Level.WARNING, why="A waiver left behind hides the next breach at this place.")
def waiver_is_used(context: Context, findings: Findings) -> Iterator[Breach]:
    """Every waiver accepts a breach that is there."""
    for waiver in context.waivers:
        if is_valid(waiver, context) and not any(covers(waiver, finding) for finding in findings):
            yield _breach(
                waiver, found="no such breach", wanted="a breach", fix="remove the waiver from config/"
            )


def applied(findings: Findings, context: Context) -> Findings:
    """The same findings, with those that a valid waiver covers marked by it."""
    valid = [waiver for waiver in context.waivers if is_valid(waiver, context)]
    return Findings(_marked(finding, valid) for finding in findings)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver accepts a finding; those about waivers cannot be waived."""
    same = waiver.rule == finding.rule and not finding.rule.startswith(AREA)
    return same and matches(waiver.address, finding.address)


def is_valid(waiver: Waiver, context: Context) -> bool:
    """Whether its date has not passed."""
    return waiver.expires >= context.today


def _marked(finding: Finding, waivers: list[Waiver]) -> Finding:
    by = next((waiver for waiver in waivers if covers(waiver, finding)), None)
    return replace(finding, waived_by=by) if by else finding


def _breach(waiver: Waiver, *, found: str, wanted: str, fix: str) -> Breach:
    address = f"waivers: {waiver.rule} at {waiver.address}"
    return Breach(address=address, found=found, wanted=wanted, fix=fix)
