"""Makes texts fit to be printed: without the secrets of a plan, without line breaks, and short."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from modules.semantics.secrets import SENSITIVE, masked
from modules.terraform.marks import leaves
from modules.terraform.values import Hidden
from ops.review.plans import MERGER
from ops.review.sections import Section
from ops.review.values import clipped, clipped_pair, one_line
from ops.review.verdicts import Verdict
from policies import Finding

# Shorter ones would blot out every other word; the attribute that holds one is hidden all the same.
SHORTEST_KNOWN = 6


class Mask:
    """Removes the secrets that a plan is known to hold, and whatever looks like one."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known: dict[str, list[str]] = {}
        for spelling in {spelling for text in known for spelling in _spellings(text)}:
            self._known.setdefault(spelling[:SHORTEST_KNOWN], []).append(spelling)
        # Most texts come again and again: reasons, fixes, words of ours.
        self._masked: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The text, fit to be printed."""
        if text not in self._masked:
            self._masked[text] = masked(veiled(self._without_known(text) if self._known else text))
        return self._masked[text]

    def _without_known(self, text: str) -> str:
        """By their beginnings, so that the number of secrets does not matter."""
        starts = {text[place : place + SHORTEST_KNOWN] for place in range(len(text))}
        found = [secret for start in starts & self._known.keys() for secret in self._known[start]]
        for secret in sorted(found, key=lambda one: (-len(one), one)):
            text = text.replace(secret, SENSITIVE)
        return text


def veiled(text: str) -> str:
    """The text; if it is JSON, without the values that are secrets by their place in it."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        value = json.loads(text)
        told = _told(MERGER.merged(value, None, None, None))
    except (ValueError, RecursionError):
        return text
    if told == value:
        return text
    return json.dumps(told, ensure_ascii=False, separators=None if '": ' in text else (",", ":"))


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_told(item) for item in value]
    if isinstance(value, Hidden):
        return SENSITIVE
    return veiled(value) if isinstance(value, str) else value


def _spellings(text: str) -> Iterator[str]:
    """The text as it may stand in other texts: whole, in JSON, in Python's writing, and line by line."""
    for one in (text, json.dumps(text)[1:-1], ascii(text)[1:-1], *text.splitlines(), *_inner(text)):
        if len(one.strip()) >= SHORTEST_KNOWN:
            yield one.strip()


def _inner(text: str) -> Iterator[str]:
    """The texts in JSON that is kept as text."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from leaves(json.loads(text))
        except (ValueError, RecursionError):
            return


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
