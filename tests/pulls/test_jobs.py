"""Jobs as GitHub starts them, one after the other, with commands that only say what they were asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ops.pulls.statuses import CONTEXT
from tests.pulls.folders import NAME
from tests.pulls.github_stand_in import HEAD, MAIN, Hub
from tests.pulls.players import Job, Player

# In place of Python: it notes the command, plans that something changes, and fails where it is told to.
COMMANDS = """#!/bin/bash
echo "asked: $4"
if [ "$4" = plan ]; then mkdir -p "$RUNNER_TEMP/work"; echo changed=true >> "$GITHUB_OUTPUT"; fi
[ "$4" != "$FAILS" ]
"""
INPUTS = {
    "stack": NAME,
    "environment": "prod",
    "region": "us-east-1",
    "plan_role": "reads",
    "apply_role": "writes",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").write_text(COMMANDS)
    (folder / ".venv" / "bin" / "python").chmod(0o755)
    (folder / "Makefile").write_text("synth:\n\t@true\n")
    return folder


def player(hub: Hub, project: Path, fails: str = "") -> Player:
    (project.parent / "temp").mkdir(exist_ok=True)
    secrets = {"PLAN_KEY": "0123456789abcdef", "PAGERDUTY_INTEGRATION_URL": ""}
    context = {"inputs": INPUTS, "secrets": secrets}
    return Player(hub, project, project.parent / "temp", {"FAILS": fails}, context)


def asked(job: Job) -> list[str]:
    return re.findall(r"^asked: (\w+)$", job.said, re.MULTILINE)


def test_plan_that_was_reviewed_is_sealed_for_the_apply(hub: Hub, project: Path) -> None:
    planned = player(hub, project).play("deploy-target", "plan")
    assert planned.result == "success", planned.said
    assert asked(planned) == ["newest", "approval", "identity", "plan", "review"]
    assert planned.outputs["changed"] == "true"
    assert list(hub.artifacts) == [f"plan-{NAME}"]


@pytest.mark.parametrize("fails", ["newest", "approval", "identity", "plan", "review"])
def test_plan_that_fails_anywhere_is_neither_sealed_nor_applied(hub: Hub, project: Path, fails: str) -> None:
    playing = player(hub, project, fails)
    planned = playing.play("deploy-target", "plan")
    applied = playing.play("deploy-target", "apply")
    assert (planned.result, applied.result) == ("failure", "skipped")
    assert asked(planned)[-1] == fails
    assert (planned.outputs["sha256"], hub.artifacts) == ("", {})


def test_approved_plan_of_an_older_commit_is_not_even_fetched(hub: Hub, project: Path) -> None:
    playing = player(hub, project)
    playing.play("deploy-target", "plan")
    playing.environ = {"FAILS": "newest"}
    applied = playing.play("deploy-target", "apply")
    assert applied.result == "failure"
    assert asked(applied) == ["newest"]


@pytest.mark.parametrize("result", ["success", "failure", "skipped"])
def test_check_is_set_by_hand_where_nothing_was_received(hub: Hub, project: Path, result: str) -> None:
    playing = player(hub, project, "receive" if result == "failure" else "")
    workflow_run = playing.context["github"]["event"]["workflow_run"]
    workflow_run |= {"head_sha": HEAD, "conclusion": "cancelled" if result == "skipped" else "success"}
    subject = playing.play("review", "subject")
    fault = playing.play("review", "fault")
    assert (subject.result, fault.result) == (result, "success" if result == "failure" else "skipped"), (
        fault.said
    )
    told = [(one["sha"], one["state"], one["context"]) for one in hub.statuses]
    assert told == ([(HEAD, "error", CONTEXT)] if result == "failure" else [])


def test_job_may_do_what_its_permissions_say_and_no_more(hub: Hub) -> None:
    hub.permissions = {"contents": "read", "statuses": "write"}
    assert hub.api.get("git/ref/heads/main") == {"object": {"sha": MAIN}}
    hub.api.post(f"statuses/{HEAD}", {"description": "fine"})
    for path in ("actions/runs/4711", "pulls/7", "issues/7/comments", "environments/prod"):
        with pytest.raises(Exception, match="403"):
            hub.api.get(path)
    with pytest.raises(Exception, match="403"):
        hub.api.post("issues", {"title": "t", "body": "b"})
