"""What is said, made fit to be printed: no secret in it, no line break, no endless text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops.review.sections import Section
from ops.review.verdicts import Verdict
from ops.review.words import clipped, clipped_pair, one_line
from policies import Finding

_LONGEST_TEXT = 400
_CUT_WORD = re.compile(r"[^\s,;(){}\[\]]*…")

Masking = Callable[[str], str]


def safe(text: str, mask: Masking) -> str:
    """Text on one line and without secrets."""
    # What a line break hides is found after it is gone, and the other way round.
    return mask(one_line(mask(text)))


def told_verdict(verdict: Verdict, hint: str, mask: Masking) -> Verdict:
    """A verdict without secrets, and short; a hint on what is deleted joins its note.

    A text that were cut first could keep a secret's half.
    """

    def told(text: str) -> str:
        return safe(text, mask)

    old, new = clipped_pair(told(verdict.old), told(verdict.new))
    note = f"{verdict.note} {hint}".strip() if verdict.aspect == "existence" else verdict.note
    return replace(
        verdict,
        address=told(verdict.address),
        kind=told(verdict.kind),
        # A word of ours, and not to be touched, but where it is a path with keys of the plan in it.
        aspect=told(verdict.aspect) if verdict.aspect == verdict.item else verdict.aspect,
        item=clipped(told(verdict.item), _LONGEST_TEXT),
        old=old,
        new=new,
        severity=clipped(told(verdict.severity)),
        note=clipped(told(note), _LONGEST_TEXT),
    )


def told_finding(finding: Finding, mask: Masking) -> Finding:
    """A finding fit to be printed. Policies cut long values, so the last word may be a secret's half."""

    def told(text: str) -> str:
        found = mask(one_line(text))
        return _CUT_WORD.sub("…", found) if "…" in found else found

    waiver = finding.waived_by
    return replace(
        finding,
        waived_by=replace(waiver, reason=mask(one_line(waiver.reason))) if waiver else None,
        address=mask(one_line(finding.address)),
        found=told(finding.found),
        wanted=told(finding.wanted),
        fix=told(finding.fix),
    )


def told_section(section: Section, mask: Masking) -> Section:
    """A part that others made, fit to be printed."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: told(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [told(item) for item in value]
        return mask(value) if isinstance(value, str) else value

    return replace(
        section,
        summary=mask(section.summary),
        text=mask(section.text),
        data=told(section.data),
        failures=tuple(map(mask, section.failures)),
    )
