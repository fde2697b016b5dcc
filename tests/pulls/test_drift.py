"""The one issue about drift: opened, changed, closed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.pulls.commands import app
from ops.pulls.drifts import MARKER, TITLE, tell
from ops.pulls.github import GitHub
from ops.pulls.reviews import Outcome, keep
from tests.pulls.github_stand_in import LONGEST_BODY, BadDay, Hub


def found(*, changed: bool = True, status: int = 0, markdown: str = "an alarm differs") -> dict[str, Outcome]:
    return {"prod-one": Outcome("prod-one", "live", status, changed, markdown)}


def told(hub: Hub, outcomes: dict[str, Outcome], *expected: str) -> str:
    return tell(hub.api, outcomes, expected or ("prod-one",), "_footer_")


def test_drift_opens_an_issue(hub: Hub) -> None:
    assert told(hub, found()) == "opened"
    (issue,) = hub.issues
    assert issue["title"] == TITLE
    assert issue["body"].startswith(MARKER)
    assert "# `prod-one`" in issue["body"]
    assert "an alarm differs" in issue["body"]
    assert issue["body"].endswith("_footer_\n")


def test_same_drift_is_not_told_again(hub: Hub) -> None:
    told(hub, found())
    assert told(hub, found()) == "kept"
    assert len(hub.issues) == 1


def test_other_drift_changes_the_issue(hub: Hub) -> None:
    told(hub, found())
    assert told(hub, found(markdown="a topic differs")) == "changed"
    (issue,) = hub.issues
    assert "a topic differs" in issue["body"]
    assert issue["said"] == []


def test_issue_is_closed_when_nothing_differs_any_more(hub: Hub) -> None:
    told(hub, found())
    assert told(hub, found(changed=False)) == "closed"
    (issue,) = hub.issues
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert issue["said"] == ["Nothing differs any more."]


def test_new_drift_after_that_opens_another_issue(hub: Hub) -> None:
    told(hub, found())
    told(hub, found(changed=False))
    assert told(hub, found()) == "opened"
    assert [one["state"] for one in hub.issues] == ["closed", "open"]


def test_no_drift_and_no_issue_does_nothing(hub: Hub) -> None:
    assert told(hub, found(changed=False)) == "nothing"
    assert {method for method, _ in hub.requests} == {"GET"}


@pytest.mark.parametrize("outcomes", [{}, found(changed=False, status=2)])
def test_issue_stays_open_while_a_stack_cannot_be_looked_at(hub: Hub, outcomes: dict[str, Outcome]) -> None:
    told(hub, found())
    assert told(hub, outcomes) == "kept"
    assert hub.issues[0]["state"] == "open"


def test_stack_that_is_as_it_should_be_is_not_told(hub: Hub) -> None:
    other = {"dev-one": Outcome("dev-one", "live", 0, changed=False, markdown="nothing changes")}
    told(hub, found() | other, "prod-one", "dev-one")
    assert "dev-one" not in hub.issues[0]["body"]


def test_issues_and_pull_requests_of_others_are_left_alone(hub: Hub) -> None:
    hub.issue(f"{MARKER}\nforged", author="a-person")
    hub.issue(f"{MARKER}\na pull request", pull_request={})
    assert told(hub, found()) == "opened"
    assert told(hub, found(changed=False)) == "closed"
    assert [one["state"] for one in hub.issues] == ["open", "open", "closed"]


def test_of_two_issues_the_younger_is_closed(hub: Hub) -> None:
    for text in ("one", "two"):
        hub.issue(f"{MARKER}\n{text}")
    assert told(hub, found()) == "changed"
    assert [one["state"] for one in hub.issues] == ["open", "closed"]
    assert hub.issues[1]["said"] == ["The same is told in #1."]


def test_drift_of_everything_fits_into_an_issue(hub: Hub) -> None:
    told(hub, found(markdown="\n".join(f"- alarm {number}" for number in range(20_000))))
    assert len(hub.issues[0]["body"]) <= LONGEST_BODY


def test_command_reads_what_the_jobs_wrote(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(found()["prod-one"], tmp_path / "drift-prod-one")
    hub.bad_days["GET"] = [BadDay(429)]
    monkeypatch.setattr(GitHub, "of", lambda _: hub.api)
    result = CliRunner().invoke(app, ["drift", str(tmp_path), "--stacks", json.dumps(["prod-one"])])
    assert (result.exit_code, result.stdout) == (0, "issue: opened\n")
    assert "actions/runs/4711" in hub.issues[0]["body"]
