"""What has to hold before a deployment."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from modules.errors import ToolError
from ops.pulls.commands import app
from ops.pulls.gates import require_approval, require_newest
from ops.pulls.github import GitHubError
from tests.pulls.github_stand_in import MAIN, Hub, environment


def test_newest_commit_is_deployed(hub: Hub) -> None:
    assert require_newest(hub.api, hub.environ) == MAIN


def test_older_commit_is_not_deployed_over_a_newer_one(hub: Hub) -> None:
    hub.newest = "e" * 40
    with pytest.raises(ToolError, match="main has moved on; its own run deploys it"):
        require_newest(hub.api, hub.environ)


@pytest.mark.parametrize(
    "change", [{"GITHUB_REF": "refs/tags/v1"}, {"GITHUB_REF": "refs/pull/7/merge"}, {"GITHUB_SHA": ""}]
)
def test_what_is_no_commit_of_a_branch_is_not_deployed(hub: Hub, change: dict[str, str]) -> None:
    with pytest.raises(ToolError, match="only those are deployed"):
        require_newest(hub.api, hub.environ | change)


def test_branch_that_is_gone_is_not_deployed(hub: Hub) -> None:
    with pytest.raises(GitHubError, match="404"):
        require_newest(hub.api, hub.environ | {"GITHUB_REF": "refs/heads/other"})


def test_newest_commit_that_github_does_not_tell_is_not_deployed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.pulls.github.GitHub.get", lambda *_, **__: [])
    with pytest.raises(ToolError, match="does not say"):
        require_newest(hub.api, hub.environ)


def test_environments_with_people_and_a_branch_are_good(hub: Hub) -> None:
    require_approval(hub.api, "prod")


PEOPLE = environment("a-person")
NOBODY: dict[str, Any] = {"type": "required_reviewers", "reviewers": []}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"prod": environment()}, "prod: nobody has to approve"),
        ({"prod": PEOPLE | {"protection_rules": [NOBODY]}}, "prod: nobody has to approve"),
        ({"prod": PEOPLE | {"protection_rules": None}}, "prod: nobody has to approve"),
        ({"prod": environment("a-person", branches=False)}, "environment prod: every branch may run in it"),
        ({"prod-plan": environment(branches=False)}, "environment prod-plan: every branch may run in it"),
        (
            {"prod": PEOPLE | {"deployment_branch_policy": {"protected_branches": True}}},
            "environment prod: every protected branch may run in it",
        ),
        ({"prod": environment("a-person", admits=("main", "*"))}, "environment prod: admits main, *"),
        ({"prod-plan": environment(admits=())}, "environment prod-plan: admits no branch"),
    ],
)
def test_environment_without_a_rule_is_refused(hub: Hub, change: dict[str, Any], says: str) -> None:
    hub.environments |= change
    with pytest.raises(ToolError) as caught:
        require_approval(hub.api, "prod")
    assert says in str(caught.value)
    assert "docs/pull-requests.md" in str(caught.value)
    assert "HCP Terraform" in str(caught.value)


def test_environment_that_is_not_there_is_refused(hub: Hub) -> None:
    """GitHub makes it when a job names it, without any rule."""
    hub.environments = {}
    with pytest.raises(ToolError, match="nobody has to approve"):
        require_approval(hub.api, "prod")


def test_rules_that_may_not_be_read_are_an_error(hub: Hub) -> None:
    hub.permissions = {"contents": "read"}
    with pytest.raises(GitHubError, match="403"):
        require_approval(hub.api, "prod")


def test_commands_go_on_or_end(hub: Hub) -> None:
    for arguments in (["newest"], ["approval", "--env", "prod"]):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
    hub.newest, hub.environments = "e" * 40, {}
    for arguments in (["newest"], ["approval", "--env", "prod"]):
        assert isinstance(CliRunner().invoke(app, arguments).exception, ToolError)
