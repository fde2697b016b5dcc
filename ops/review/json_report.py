"""The review for programs.

The shape is stable: keys may be added, none is renamed or dropped under the same `format`.

::

    {"format": 1,
     "failed": true,
     "verdict": "Stop: 1 change weakens the monitoring",
     "counts": {"weakened": 1, "unclear": 0, "strengthened": 0, "removed_unknown": 0, "added": 0,
                "removed": 0, "changed": 0, "unaffected": 0},
     "changes": [{"effect": "weakened", "address": "…", "type": "aws_cloudwatch_metric_alarm",
                  "severity": "critical", "aspect": "threshold", "text": "fires less easily", "item": null,
                  "old": "above 5 ms", "new": "above 8 ms", "note": null, "accepted": null}],
     "drift": [the same, without `accepted`],
     "findings": [{"rule": "MON-…", "level": "error", "address": "…", "found": "…", "wanted": "…",
                   "fix": "…", "why": "…", "waived": null}],
     "advice": [as findings],
     "notes": ["…"],
     "failures": ["…"],
     "sections": {"cost": …}}

``findings`` is null if the policies were not asked, as for a foreign plan, which gets ``advice``.
``accepted`` is the reason, or null; ``waived`` is ``{"reason": …, "expires": "2027-01-31"}``, or null.
Without text, ``severity``, ``item``, ``old``, ``new`` and ``note`` are null.
"""

from __future__ import annotations

import json
from typing import Any

from ops.review.markdown import verdict
from ops.review.review import Review
from ops.review.verdicts import Verdict
from policies import Finding

FORMAT = 1


def as_json(review: Review) -> str:
    """The review as JSON text, the same for the same review."""
    return json.dumps(as_data(review), indent=2, ensure_ascii=False) + "\n"


def as_data(review: Review) -> dict[str, Any]:
    """The review as plain values."""
    return {
        "format": FORMAT,
        "failed": review.failed,
        "verdict": verdict(review),
        "counts": {effect.value: count for effect, count in review.counts.items()},
        "changes": [
            {**_change(one), "accepted": _reason(review, place)} for place, one in enumerate(review.verdicts)
        ],
        "drift": [_change(one) for one in review.drift],
        "findings": None if review.findings is None else [_finding(one) for one in review.findings],
        "advice": [_finding(one) for one in review.advice],
        "notes": list(review.notes),
        "failures": list(review.failures),
        "sections": {section.key: section.data for section in review.sections},
    }


def _reason(review: Review, place: int) -> str | None:
    acceptance = review.accepted.get(place)
    return acceptance.reason if acceptance else None


def _change(verdict_: Verdict) -> dict[str, Any]:
    return {
        "effect": verdict_.effect.value,
        "address": verdict_.address,
        "type": verdict_.kind,
        "severity": verdict_.severity or None,
        "aspect": verdict_.aspect,
        "text": verdict_.text,
        "item": verdict_.item or None,
        "old": verdict_.old or None,
        "new": verdict_.new or None,
        "note": verdict_.note or None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    by = finding.waived_by
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "address": finding.address,
        "found": finding.found,
        "wanted": finding.wanted,
        "fix": finding.fix,
        "why": finding.why,
        "waived": {"reason": by.reason, "expires": by.expires.isoformat()} if by else None,
    }
