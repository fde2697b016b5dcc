"""What has to hold before a deployment: it is the newest commit's, and somebody has to approve it.

Sources: GitHub, "Re-running workflows and jobs" (it takes the same commit again), "Control the concurrency
of workflows and jobs" (the order is not guaranteed), "Managing environments for deployment" (one that a job
names and that is not there is made, without rules), "REST API endpoints for deployment environments".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from modules.errors import ToolError
from ops.pulls.github import GitHub, GitHubError

PAGE = "docs/pull-requests.md"
_BRANCH = "refs/heads/"
# The branch that the workflows deploy.
MAIN = "main"
_ABSENT = 404
_ELSEWHERE = (
    f"{PAGE}, step 1, says how. Private repositories have required reviewers with GitHub Enterprise alone; "
    "without it let HCP Terraform ask for approval (docs/hcp.md), or apply by hand"
)


def require_newest(github: GitHub, environ: Mapping[str, str]) -> str:
    """The commit of this run, if it still is the newest of its branch.

    Raises
    ------
    ToolError
        The branch has moved on, or the run is not for a branch.
    GitHubError
        GitHub does not say.
    """
    commit, branch = environ.get("GITHUB_SHA", ""), environ.get("GITHUB_REF", "")
    if not commit or not branch.startswith(_BRANCH):
        raise ToolError("GITHUB_SHA and GITHUB_REF: name no commit of a branch; only those are deployed")
    name = branch.removeprefix(_BRANCH)
    newest = _newest(github, name)
    if newest != commit:
        raise ToolError(
            f"{name} has moved on; its own run deploys it: this run is for {commit[:12]}, {name} is at "
            f"{newest[:12]}. If that run was cancelled, start the workflow `deploy` by hand"
        )
    return commit


def _newest(github: GitHub, branch: str) -> str:
    match github.get(f"git/ref/heads/{quote(branch)}"):
        case {"object": {"sha": str(sha)}}:
            return sha
    raise ToolError(f"{branch}: GitHub does not say where it is; run this again")


def require_approval(github: GitHub, environment: str) -> None:
    """Make sure that what applies waits for people, and that both environments admit `main` alone.

    Raises
    ------
    ToolError
        One of the rules is missing.
    GitHubError
        GitHub does not say.
    """
    rules = {name: _rules(github, name) for name in (f"{environment}-plan", environment)}
    found = [problem for name, one in rules.items() for problem in _open(github, name, one)]
    if not _reviewers(rules[environment]):
        found.append(f"environment {environment}: nobody has to approve a deployment; wanted reviewers")
    if found:
        raise ToolError("\n".join((*found, f"Nothing is planned. {_ELSEWHERE}")))


def _rules(github: GitHub, environment: str) -> Mapping[str, Any]:
    """What GitHub has for an environment: nothing, if there is none."""
    try:
        found: Any = github.get(f"environments/{quote(environment, safe='')}")
    except GitHubError as error:
        if error.status != _ABSENT:
            raise
        found = None
    return found if isinstance(found, Mapping) else {}


def _open(github: GitHub, environment: str, rules: Mapping[str, Any]) -> Iterator[str]:
    policy = rules.get("deployment_branch_policy")
    if not isinstance(policy, Mapping):
        yield f"environment {environment}: every branch may run in it; wanted `{MAIN}` alone"
    elif policy.get("custom_branch_policies") is not True:
        yield f"environment {environment}: every protected branch may run in it; wanted `{MAIN}` alone"
    elif (names := _admitted(github, environment)) != [MAIN]:
        yield f"environment {environment}: admits {', '.join(names) or 'no branch'}; wanted `{MAIN}` alone"


def _admitted(github: GitHub, environment: str) -> list[str]:
    """The branches and patterns that an environment admits, tags included."""
    path = f"environments/{quote(environment, safe='')}/deployment-branch-policies"
    return [str(one.get("name")) for one in github.pages(path, "branch_policies") if isinstance(one, Mapping)]


def _reviewers(rules: Mapping[str, Any]) -> list[Any]:
    asked = rules.get("protection_rules")
    return [
        person
        for rule in (asked if isinstance(asked, list) else ())
        if isinstance(rule, Mapping) and rule.get("type") == "required_reviewers"
        for person in rule.get("reviewers") or ()
    ]
