"""One issue about what was changed beside Terraform: opened, kept current, and closed when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ops.pulls.bodies import fitted
from ops.pulls.comments import own
from ops.pulls.github import GitHub
from ops.pulls.reviews import UNUSABLE, Outcome, parts

MARKER = "<!-- monitoring-drift -->"
TITLE = "What is deployed differs from the configuration"
HEAD = (
    "A plan of the default branch would change something: somebody changed it beside Terraform, or a change "
    "that was merged is not deployed. Below is what a deployment would do. Deploy it, or take the change "
    "over into the configuration; this issue is then closed by itself."
)
_OVER = "Nothing differs any more."


def tell(github: GitHub, found: Mapping[str, Outcome], expected: Sequence[str], footer: str) -> str:
    """Open, change or close the issue.

    It stays open while a stack could not be looked at.

    Returns
    -------
    str
        What was done: `opened`, `changed`, `kept`, `closed` or `nothing`.

    Raises
    ------
    GitHubError
        GitHub refuses it.
    """
    issues = list(own(github.pages("issues", state="open", sort="created", direction="asc"), MARKER))
    differing = {name: one for name, one in found.items() if one.changed}
    unseen = [name for name in expected if name not in found or found[name].status == UNUSABLE]
    if differing:
        return _told(github, issues, fitted(MARKER, [HEAD, *parts(differing, ())], footer))
    if unseen:
        return "kept" if issues else "nothing"
    for issue in issues:
        _close(github, issue["number"], _OVER)
    return "closed" if issues else "nothing"


def _told(github: GitHub, issues: Sequence[Mapping[str, object]], body: str) -> str:
    if not issues:
        github.post("issues", {"title": TITLE, "body": body})
        return "opened"
    first, *others = issues
    for other in others:
        _close(github, other["number"], f"The same is told in #{first['number']}.")
    if first["body"] == body:
        return "kept"
    github.patch(f"issues/{first['number']}", {"body": body})
    return "changed"


def _close(github: GitHub, number: object, text: str) -> None:
    github.post(f"issues/{number}/comments", {"body": text})
    github.patch(f"issues/{number}", {"state": "closed", "state_reason": "completed"})
