"""The one comment on a pull request, and the check on its commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ops.pulls.bodies import CUT, LIMIT, closing, cut, fitted
from ops.pulls.commands import app
from ops.pulls.comments import MARKER, put
from ops.pulls.github import GitHubError
from ops.pulls.reviews import Outcome, keep
from tests.pulls.github_stand_in import HEAD, LONGEST_BODY, PULL, BadDay, Hub


def test_first_review_makes_a_comment(hub: Hub) -> None:
    hub.comment("Nice work!", author="a-person")
    assert put(hub.api, PULL, ["the review"], "_footer_") == "made"
    assert [one["body"] for one in hub.comments] == ["Nice work!", f"{MARKER}\n\nthe review\n\n_footer_\n"]


def test_second_review_changes_it(hub: Hub) -> None:
    put(hub.api, PULL, ["old"], "")
    assert put(hub.api, PULL, ["new"], "") == "changed"
    assert [one["body"] for one in hub.comments] == [f"{MARKER}\n\nnew\n"]


def test_same_review_changes_nothing(hub: Hub) -> None:
    put(hub.api, PULL, ["same"], "")
    hub.comments[0]["body"] = hub.comments[0]["body"].replace("\n", "\r\n").rstrip()
    assert put(hub.api, PULL, ["same"], "") == "kept"
    assert {method for method, _ in hub.requests[2:]} == {"GET"}


def test_comment_of_somebody_else_is_left_alone(hub: Hub) -> None:
    hub.comment(f"{MARKER}\n\nforged", author="a-person")
    hub.comment(f"quoted: {MARKER}")
    assert put(hub.api, PULL, ["review"], "") == "made"
    assert len(hub.comments) == 3
    assert hub.comments[0]["body"].endswith("forged")


def test_of_two_comments_the_younger_goes(hub: Hub) -> None:
    for text in ("one", "two"):
        hub.comment(f"{MARKER}\n\n{text}")
    assert put(hub.api, PULL, ["new"], "") == "changed"
    assert [(one["id"], one["body"]) for one in hub.comments] == [(100, f"{MARKER}\n\nnew\n")]


def test_comment_is_found_on_a_later_page(hub: Hub) -> None:
    for number in range(150):
        hub.comment(f"comment {number}", author="a-person")
    hub.comment(f"{MARKER}\n\nold")
    assert put(hub.api, PULL, ["new"], "") == "changed"
    assert len(hub.comments) == 151


def test_lost_answer_makes_no_second_comment(hub: Hub) -> None:
    hub.bad_days["POST"] = [BadDay(502, done=True)]
    assert put(hub.api, PULL, ["review"], "") == "kept"
    assert len(hub.comments) == 1


def test_comment_that_was_not_made_is_made_again(hub: Hub) -> None:
    hub.bad_days["POST"] = [BadDay(503), BadDay(429, {"Retry-After": "2"})]
    assert put(hub.api, PULL, ["review"], "") == "made"
    assert len(hub.comments) == 1


def test_pull_request_that_is_not_there_is_an_error_at_once(hub: Hub) -> None:
    with pytest.raises(GitHubError, match="issues/8/comments: 404"):
        put(hub.api, 8, ["review"], "")
    assert len(hub.requests) == 1


def test_review_that_is_too_long_is_cut_where_a_line_ends(hub: Hub) -> None:
    lines = "\n".join(f"- alarm {number} is deleted" for number in range(10_000))
    put(hub.api, PULL, [f"# a\n\n{lines}", "# b\n\nshort"], "_footer_")
    (made,) = hub.comments
    assert len(made["body"]) <= LONGEST_BODY
    assert made["body"].endswith("# b\n\nshort\n\n_footer_\n")
    assert CUT in made["body"]
    assert made["body"].count("is deleted") == made["body"].count("- alarm")


FENCED = st.lists(
    st.sampled_from(
        ["text", "```yaml", "```", "````", "~~~", "<details><summary>x</summary>", "</details>", "é" * 9]
    ),
    max_size=40,
)


def balanced(lines: list[str]) -> list[str]:
    """The lines with whatever they leave open closed; no end without a beginning."""
    shown: list[str] = []
    depth = 0
    for line in lines:
        inside = closing(shown).startswith(("`", "~"))
        if line == "</details>" and not inside:
            if not depth:
                continue
            depth -= 1
        depth += line.startswith("<details>") and not inside
        shown.append(line)
    return [*shown, *filter(None, [closing(shown)])]


@given(FENCED, st.integers(0, 400))
def test_cut_text_fits_and_leaves_nothing_open(lines: list[str], room: int) -> None:
    text = "\n".join(balanced(lines))
    shown = cut(text, room)
    assert len(shown.encode()) <= room
    assert closing(shown.splitlines()) == ""
    if len(text.encode()) <= room:
        assert shown == text


@given(st.lists(st.text(max_size=300), max_size=6), st.integers(300, 2000))
def test_body_fits_whatever_the_parts_are(parts: list[str], limit: int) -> None:
    body = fitted(MARKER, parts, "_footer_", limit)
    assert len(body.encode()) <= limit
    assert body.startswith(MARKER)
    assert body.endswith("_footer_\n")
    if sum(len(part.encode()) + 10 for part in parts) + 100 < limit:
        assert all(part in body for part in parts)


def test_long_part_leaves_room_for_the_others() -> None:
    body = fitted(MARKER, ["\n".join(["long"] * 50_000), "short part", "\n".join(["also"] * 50_000)])
    assert len(body.encode()) <= LIMIT
    assert "short part" in body
    assert abs(body.count("long\n") - body.count("also\n")) < 10


def outcome(stack: str = "prod-one", status: int = 0, markdown: str = "## Fine") -> Outcome:
    return Outcome(stack, "live", status, changed=True, markdown=markdown)


def report(folder: Path, *expected: str) -> tuple[int, str]:
    arguments = ["report", str(folder), "--pull", str(PULL), "--commit", HEAD]
    result = CliRunner().invoke(app, [*arguments, "--stacks", json.dumps(expected)])
    return result.exit_code, result.stdout


@pytest.mark.parametrize(("status", "state"), [(0, "success"), (1, "failure"), (2, "error")])
def test_report_comments_and_sets_the_check(hub: Hub, tmp_path: Path, status: int, state: str) -> None:
    keep(outcome(status=status, markdown="## The verdict"), tmp_path / "review-prod-one")
    assert report(tmp_path, "prod-one") == (status, f"comment: made\nstatus: {state}\n")
    (made,) = hub.comments
    assert "# `prod-one`\n\n_against what is deployed_\n\n## The verdict" in made["body"]
    assert (
        f"_For commit {HEAD[:12]} · [run](https://github.example/team/monitoring/actions/runs/4711)_"
        in made["body"]
    )
    (check,) = hub.statuses
    assert (check["sha"], check["state"], check["context"]) == (HEAD, state, "monitoring review")


def test_worst_of_several_stacks_counts(hub: Hub, tmp_path: Path) -> None:
    keep(outcome("one", 0), tmp_path / "review-one")
    keep(outcome("two", 1), tmp_path / "review-two")
    assert report(tmp_path, "one", "two")[0] == 1
    assert hub.statuses[0]["state"] == "failure"


def test_missing_review_is_told_and_never_fine(hub: Hub, tmp_path: Path) -> None:
    keep(outcome("one", 0), tmp_path / "review-one")
    assert report(tmp_path, "one", "two")[0] == 2
    assert "# `two`\n\nThere is no review: its job failed." in hub.comments[0]["body"]
    assert hub.statuses[0]["state"] == "error"


def test_no_review_at_all_is_told(hub: Hub, tmp_path: Path) -> None:
    assert report(tmp_path / "none", "one")[0] == 2
    assert hub.statuses[0]["state"] == "error"


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"stack": "x"}', '{"stack":"../x","against":"live","status":0,"changed":true,"markdown":""}'],
)
def test_file_that_is_no_outcome_is_refused(hub: Hub, tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    arguments = ["report", str(tmp_path), "--pull", "7", "--commit", HEAD, "--stacks", "[]"]
    result = CliRunner().invoke(app, arguments)
    assert "x.json: is no outcome" in str(result.exception)
    assert hub.comments == []
