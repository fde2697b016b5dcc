"""The comment: the verdict first, nothing in it does anything, and it fits."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ops.review import Acceptance, Review, Section, review
from ops.review.markdown import LIMIT, code, markdown, summary, verdict
from policies.context import Waiver
from policies.findings import Finding, Level
from tests.review.builders import entry, plan, reviewed, values
from tests.review.extras import EVIL

RAISED = values(threshold=8000)
# What the comment itself writes; all else comes from a plan.
OURS = re.compile(r"</?details>|</?summary>|<br>")


def spans(text: str) -> list[Token]:
    """Every part of rendered text, as GitHub's Markdown reads it."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    return [child for token in tokens for child in (token.children or [token])]


def active(text: str) -> list[str]:
    """What would be rendered as anything but words, code, lists and headings of ours."""
    found = []
    for token in spans(text):
        if token.type in ("html_block", "html_inline"):
            found.append(OURS.sub("", token.content).strip())
        elif token.type in ("link_open", "image", "strong_open", "em_open", "s_open"):
            found.append(token.type)
        elif token.type == "text" and re.search(r"@\w|https?://|www\.|#\d|GH-\d", token.content):
            found.append(token.content)
    # Titles stand in HTML of ours, and hold words of ours alone.
    return [
        text for text in found if text and not re.fullmatch(r"[A-Z][\w ,?-]*('s [\w ]+)?(\(\d+\))?", text)
    ]


def many(count: int, **changes: Any) -> Review:
    return review(
        plan(
            *(entry(values(), values(threshold=8000 + number), name=f"n{number}") for number in range(count))
        )
    )


def finding(**changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "rule": "MON-RET-001",
        "level": Level.ERROR,
        "address": "aws_x.y",
        "found": "0",
        "wanted": "30",
        "fix": "set it",
        "why": "logs cost",
    }
    return Finding(**(fields | changes))


def test_verdict_comes_first_and_counts_what_stops() -> None:
    found = reviewed(values(), RAISED)
    lines = markdown(found).splitlines()
    assert lines[0] == "## Stop: 1 change weakens the monitoring"
    assert lines[2] == "1 weakened"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (values(), values(), "Fine: nothing changes"),
        (values(), values(threshold=4000), "Fine: nothing is weakened"),
        (values(), RAISED, "Stop: 1 change weakens the monitoring"),
        (values(), values(threshold=8000, period=900), "Stop: 2 changes weaken the monitoring"),
    ],
)
def test_verdict_is_one_sentence(before: Any, after: Any, says: str) -> None:
    assert verdict(reviewed(before, after)) == says


def test_verdict_names_policies_and_other_parts() -> None:
    section = Section(
        key="cost", title="Cost", summary="+3.00", text="more", data={}, failures=("Over budget.",)
    )
    found = review(
        plan(entry(values(), RAISED)), findings=[finding(), finding(rule="MON-RET-002")], sections=[section]
    )
    assert verdict(found) == "Stop: 1 change weakens the monitoring, 2 policy errors, Over budget"
    assert summary(found) == "1 weakened · policies: 2 errors · +3.00"
    assert "### Cost\n\nmore" in markdown(found)


def test_policies_that_find_nothing_are_told_and_those_not_asked_are_not() -> None:
    assert summary(review(plan(), findings=[])) == "policies: no findings"
    assert summary(review(plan())) == ""
    assert summary(review(plan(), advice=[finding(), finding(address="aws_x.z")])) == "2 pieces of advice"


def test_line_says_address_severity_what_old_and_new() -> None:
    subject = "- `aws_cloudwatch_metric_alarm.one` (`critical`)"
    assert (
        f"{subject} fires less easily: `above 5,000 ms` → `above 8,000 ms`"
        in markdown(reviewed(values(), RAISED)).splitlines()
    )


def test_accepted_weakening_shows_its_reason_and_passes() -> None:
    accepted = Acceptance(
        address="aws_cloudwatch_metric_alarm.one",
        old="above 5,000 ms",
        new="above 8,000 ms",
        reason="a slow @model",
    )
    found = review(plan(entry(values(), RAISED)), accepted=[accepted])
    assert not found.failed
    text = markdown(found)
    assert text.startswith("## Fine: 1 weakening, accepted")
    assert "1 weakened (1 accepted)" in text
    assert "<br>Accepted: `a slow @model`" in text
    assert "accepted:" not in text


def test_entry_to_accept_is_ready_to_be_pasted() -> None:
    text = markdown(reviewed(values(), RAISED))
    assert (
        "accepted:\n"
        '  - address: "aws_cloudwatch_metric_alarm.one"\n'
        '    old: "above 5,000 ms"\n'
        '    new: "above 8,000 ms"\n'
        "    reason:\n"
    ) in text


def test_waiver_shows_its_end_and_reason() -> None:
    waiver = Waiver(rule="MON-RET-001", address="*", reason="until <b>then</b>", expires=date(2027, 1, 31))
    found = review(plan(), findings=[finding(waived_by=waiver)])
    assert not found.failed
    assert "Waived until 2027-01-31: `until <b>then</b>`" in markdown(found)
    assert active(markdown(found)) == []


def test_same_of_many_shares_a_line() -> None:
    changes = [entry(values(), RAISED, name=f"n{number:02}") for number in range(20)]
    text = markdown(review(plan(*changes)))
    assert "### Weakened (20)" in text
    assert text.count("fires less easily") == 1
    assert "`aws_cloudwatch_metric_alarm.n11` and 8 more (`critical`)" in text


EVILS = [
    EVIL,
    "` @team `` #1 ```",
    "</summary></details><script>alert(1)</script>",
    "[link](https://evil.example) ![image](https://evil.example/x.png)",
    "**bold** _it_ ~~no~~ | a | b |\n|---|---|\n# Title\n- item",
    "@team #12 GH-12 www.evil.example",
    "<!-- comment --> &lt;b&gt; \\` \\",
    "\u202eright to left\u2066 and \x1b[31mred\x07",
    "`",
    "``",
    " ` ",
]


@pytest.mark.parametrize("evil", EVILS)
def test_nothing_from_a_plan_does_anything(evil: str) -> None:
    sides = [
        values(
            alarm_description=f"{evil} 1",
            dimensions={evil: evil},
            tags={"Severity": evil, evil: "1"},
            tags_all={},
        ),
        values(
            alarm_description=f"{evil} 2", metric_name=evil, treat_missing_data=evil, tags={}, tags_all={}
        ),
    ]
    shared = {"address": evil, "found": evil, "wanted": evil, "fix": evil}
    waived = Waiver(rule="r", address="*", reason=evil, expires=date(2027, 1, 1))
    accepted = Acceptance(address=f"aws_cloudwatch_metric_alarm.{evil}", old="x", new="y", reason=evil)
    text = markdown(
        review(
            plan(
                entry(*sides, name=evil, action_reason=evil, replace_paths=[[evil]]),
                entry(
                    *sides,
                    name=f"{evil}2",
                    kind=f"odd_{evil}",
                    actions=["delete", "create"],
                    replace_paths=[[evil]],
                ),
                entry(None, {"name": evil}, kind="aws_sns_topic", name=evil),
                entry({"policy": evil}, {"policy": "{}"}, kind="aws_sns_topic_policy", name=evil),
                entry(
                    {"dashboard_body": '{"widgets": []}'},
                    {
                        "dashboard_body": '{"widgets": [{"type": "text", "properties": {"markdown": "'
                        + "x"
                        + '"}}]}'
                    },
                    kind="aws_cloudwatch_dashboard",
                    name=evil,
                ),
            ),
            accepted=[accepted],
            findings=[finding(**shared), finding(**shared, waived_by=waived)],
        )
    )
    assert active(text) == []
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "aws_cloudwatch_metric_alarm." in text


@given(text=st.text(alphabet=st.characters(), max_size=30))
def test_code_span_holds_any_text_and_nothing_else(text: str) -> None:
    made = code(text)
    inner = [token for token in spans(f"a {made} b") if token.type != "inline"]
    codes = [token.content for token in inner if token.type == "code_inline"]
    assert len(codes) == (1 if made else 0)
    rest = "".join(token.content for token in inner if token.type == "text").split()
    assert rest == ["a", "b"]


def test_comment_fits_whatever_changes() -> None:
    text = markdown(many(1500))
    assert len(text.encode()) <= LIMIT
    assert "## Stop: 1,500 changes weaken the monitoring" in text
    assert "### Weakened (1500)" in text
    shown = text.count("fires less easily")
    assert f"- … and {1500 - shown} more; the JSON report has them all" in text
    assert text.count("<details>") == text.count("</details>")


@given(limit=st.integers(2000, 30_000), count=st.integers(1, 60))
@settings(max_examples=30)
def test_comment_fits_any_limit(limit: int, count: int) -> None:
    found = review(
        plan(
            *(entry(values(), values(threshold=8000 + number), name=f"n{number}") for number in range(count)),
            *(
                entry(None, {"name": f"é{number}"}, kind="aws_sns_topic", name=f"t{number}")
                for number in range(count)
            ),
        )
    )
    text = markdown(found, limit)
    assert len(text.encode()) <= limit
    assert text.startswith("## Stop")
    assert f"### Weakened ({count})" in text
    assert f"<summary>Added ({count})</summary>" in text


def test_long_values_are_cut_to_where_they_differ() -> None:
    common = "the same words over and over " * 20
    found = reviewed(
        values(alarm_description=f"{common}old end"), values(alarm_description=f"{common}new end")
    )
    (line,) = [line for line in markdown(found).splitlines() if "alarm_description" in line]
    assert "old end` → `…" in line
    assert "new end`" in line
    assert len(line) < 500


def test_note_of_a_comparison_without_a_state_stands_on_top(compared: Review) -> None:
    head = markdown(compared).split("###", maxsplit=1)[0]
    assert "Compared without a state" in head
    assert "is unknown" in head


def test_real_comment_does_nothing_but_say(forward: Review) -> None:
    text = markdown(forward)
    assert active(text) == []
    assert len(text.encode()) <= LIMIT
    assert text == markdown(forward)
