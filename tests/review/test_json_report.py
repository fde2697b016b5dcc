"""The report for programs: one shape, whatever it holds."""

from __future__ import annotations

import json
from datetime import date

from ops.review import Acceptance, Effect, Review, Section, review
from ops.review.json_report import as_data, as_json
from policies.context import Waiver
from tests.review.builders import entry, plan, values
from tests.review.test_markdown import finding

CHANGE = {"effect", "address", "type", "severity", "aspect", "text", "item", "old", "new", "note"}
FINDING = {"rule", "level", "address", "found", "wanted", "fix", "why", "waived"}


def test_every_change_has_the_same_keys(forward: Review) -> None:
    data = json.loads(as_json(forward))
    assert data["format"] == 1
    assert data["failed"] is True
    assert {frozenset(change) for change in data["changes"]} == {frozenset({*CHANGE, "accepted"})}
    assert data["counts"] == {effect.value: forward.counts[effect] for effect in Effect}
    assert len(data["changes"]) == sum(data["counts"].values())


def test_whole_report_of_one_change() -> None:
    waiver = Waiver(rule="r", address="*", reason="later", expires=date(2027, 1, 31))
    accepted = Acceptance(
        address="aws_cloudwatch_metric_alarm.one", old="above 5,000 ms", new="above 8,000 ms", reason="meant"
    )
    found = review(
        plan(entry(values(), values(threshold=8000)), resource_drift=[entry(values(), values(threshold=1))]),
        accepted=[accepted],
        findings=[finding(waived_by=waiver)],
        advice=[finding()],
        notes=["a note"],
        sections=[Section(key="cost", title="Cost", summary="", text="", data={"total": 1})],
    )
    assert as_data(found) == {
        "format": 1,
        "failed": False,
        "verdict": "Fine: 1 weakening, accepted",
        "counts": dict.fromkeys(Effect, 0) | {"weakened": 1},
        "changes": [
            {
                "effect": "weakened",
                "address": "aws_cloudwatch_metric_alarm.one",
                "type": "aws_cloudwatch_metric_alarm",
                "severity": "critical",
                "aspect": "threshold",
                "text": "fires less easily",
                "item": None,
                "old": "above 5,000 ms",
                "new": "above 8,000 ms",
                "note": None,
                "accepted": "meant",
            }
        ],
        "drift": [
            {
                "effect": "strengthened",
                "address": "aws_cloudwatch_metric_alarm.one",
                "type": "aws_cloudwatch_metric_alarm",
                "severity": "critical",
                "aspect": "threshold",
                "text": "fires more easily",
                "item": None,
                "old": "above 5,000 ms",
                "new": "above 1 ms",
                "note": None,
            }
        ],
        "findings": [
            {
                "rule": "MON-RET-001",
                "level": "error",
                "address": "aws_x.y",
                "found": "0",
                "wanted": "30",
                "fix": "set it",
                "why": "logs cost",
                "waived": {"reason": "later", "expires": "2027-01-31"},
            }
        ],
        "advice": [{**dict.fromkeys(FINDING), **as_data(review(plan(), advice=[finding()]))["advice"][0]}],
        "notes": ["a note"],
        "failures": [],
        "sections": {"cost": {"total": 1}},
    }


def test_same_review_makes_the_same_text(forward: Review) -> None:
    assert as_json(forward) == as_json(forward)
