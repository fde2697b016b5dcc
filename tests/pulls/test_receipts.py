"""What a stranger's job hands on: whose it is, what is planned how, and what is refused."""

from __future__ import annotations

import io
import json
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from modules.errors import ConfigError, ToolError
from ops.pulls import commands
from ops.pulls.configs import UNREADABLE, keep_spent, lay
from ops.pulls.outputs import tell
from ops.pulls.plans import MADE, SPENT
from ops.pulls.receipts import REFUSED, received
from ops.pulls.reviews import read
from ops.pulls.subjects import number_in, run_of
from ops.pulls.targets import every, left_out, reachable
from tests.builders import CONFIG
from tests.pulls.folders import ACCOUNT, DEPLOYED, NAME, good_files, good_tree
from tests.pulls.github_stand_in import HEAD, MERGED, PULL, RUN, Hub, zipped

ARN = f"arn:aws:iam::{ACCOUNT}:role/deployment/scheduling-agent"
TARGET = {
    "stack": NAME,
    "environment": "prod",
    "region": "us-east-1",
    "account": ACCOUNT,
    "plan_role": f"{ARN}-plan",
    "apply_role": f"{ARN}-apply",
}


def configured(folder: Path, **files: dict[str, Any]) -> Path:
    """A folder of configuration: the shipped one, with files in place of its own."""
    shutil.copytree(CONFIG, folder)
    (folder.parent / "docs" / "runbooks").mkdir(parents=True)
    for name, tree in files.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(tree))
    return folder


def handed_on(number: object = PULL, **sides: dict[str, bytes]) -> dict[str, bytes]:
    """An artifact: what the job synthesized, and the number that it says."""
    found = {"base": good_files(), "head": good_files()} | sides
    files = {f"{side}/{path}": data for side, part in found.items() for path, data in part.items()}
    return {"synthesized": zipped(files | {"pull.json": json.dumps({"number": number}).encode()})}


def outputs(hub: Hub, tmp_path: Path, config: Path) -> dict[str, Any]:
    return received(hub.api, RUN, tmp_path / "pull", config).outputs()


def test_branch_of_ours_is_planned_against_what_is_deployed(hub: Hub, tmp_path: Path) -> None:
    hub.artifacts = handed_on()
    found = outputs(hub, tmp_path, configured(tmp_path / "config", prod=DEPLOYED))
    assert found == {
        "number": "7",
        "head": HEAD,
        "merged": MERGED,
        "stacks": [NAME],
        "live": [TARGET],
        "rest": [],
    }


def test_fork_gets_no_identity(hub: Hub, tmp_path: Path) -> None:
    hub.artifacts = handed_on()
    hub.pull["head"]["repo"] = {"full_name": "stranger/monitoring"}
    found = outputs(hub, tmp_path, configured(tmp_path / "config", prod=DEPLOYED))
    assert (found["live"], found["rest"]) == ([], [NAME])


def test_fork_that_is_gone_gets_no_identity(hub: Hub, tmp_path: Path) -> None:
    hub.artifacts = handed_on()
    hub.pull["head"]["repo"] = None
    found = outputs(hub, tmp_path, configured(tmp_path / "config", prod=DEPLOYED))
    assert (found["live"], found["rest"]) == ([], [NAME])


def test_state_out_of_reach_is_compared(hub: Hub, tmp_path: Path) -> None:
    hub.artifacts = handed_on()
    found = outputs(hub, tmp_path, CONFIG)
    assert (found["live"], found["rest"]) == ([], [NAME])


def test_new_and_dropped_stacks_are_compared(hub: Hub, tmp_path: Path) -> None:
    files = good_files()
    other = {path.replace(NAME, "other-stack"): data for path, data in files.items()}
    hub.artifacts = handed_on(head=other)
    found = outputs(hub, tmp_path, configured(tmp_path / "config", prod=DEPLOYED))
    assert (found["live"], found["rest"]) == ([], ["other-stack", NAME])


@pytest.mark.parametrize(
    "change",
    [
        {"state": "closed"},
        {"head": {"sha": "c" * 40, "repo": None}},
        {"base": {"repo": {"full_name": "other/repository"}}},
    ],
)
def test_pull_request_that_moved_on_is_left_alone(hub: Hub, tmp_path: Path, change: dict[str, Any]) -> None:
    hub.artifacts = handed_on()
    hub.pull |= change
    found = outputs(hub, tmp_path, CONFIG)
    assert (found["number"], found["stacks"], found["live"], found["rest"]) == ("", [], [], [])


@pytest.mark.parametrize(
    "change",
    [
        {"event": "push"},
        {"conclusion": "failure"},
        {"status": "in_progress"},
        {"path": ".github/workflows/evil.yml"},
    ],
)
def test_run_of_another_kind_is_refused(hub: Hub, tmp_path: Path, change: dict[str, Any]) -> None:
    hub.artifacts = handed_on()
    hub.run |= change
    with pytest.raises(ToolError, match=r"no successful run of .*pull-request\.yml"):
        outputs(hub, tmp_path, CONFIG)
    assert not (tmp_path / "pull").exists()


def test_run_whose_path_names_a_branch_is_taken(hub: Hub) -> None:
    hub.run["path"] += "@refs/pull/7/merge"
    assert run_of(hub.api, RUN).head == HEAD


@pytest.mark.parametrize("number", ["7", "7/../../../other", 0, -1, True, 7.5, None, [], 10**30])
def test_number_that_is_none_is_refused(tmp_path: Path, number: object) -> None:
    (tmp_path / "pull.json").write_text(json.dumps({"number": number}))
    with pytest.raises(ToolError, match="names no pull request"):
        number_in(tmp_path)


@pytest.mark.parametrize("text", ["", "[7]", "7", "[" * 100_000])
def test_file_that_names_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pull.json").write_text(text)
    with pytest.raises(ToolError, match="names no pull request"):
        number_in(tmp_path)


@pytest.mark.parametrize("parents", [{}, {MERGED: ("c" * 40, "e" * 40)}, {MERGED: ()}])
def test_merge_of_another_commit_is_not_believed(
    hub: Hub, tmp_path: Path, parents: dict[str, tuple[str, ...]]
) -> None:
    """GitHub tries the merge anew only some time after a push; until then the old one stands there."""
    hub.artifacts, hub.parents = handed_on(), parents
    assert outputs(hub, tmp_path, CONFIG)["merged"] == HEAD


def _linked() -> bytes:
    link = zipfile.ZipInfo("head/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return data.getvalue()


FAULTY = {
    "climbs": zipped({"../x": b""}),
    "hidden": zipped({"head/.terraformrc": b""}),
    "many": zipped({f"head/{number}": b"" for number in range(2_001)}),
    "link": _linked(),
    "broken": b"PK",
    "no number": zipped({"head/x": b""}),
    "other number": zipped({"pull.json": b'{"number": "7"}'}),
}


@pytest.mark.parametrize("name", FAULTY)
def test_faulty_artifact_is_refused_in_the_comment(hub: Hub, tmp_path: Path, name: str) -> None:
    hub.artifacts = {"synthesized": FAULTY[name]}
    hub.run["pull_requests"] = [{"number": PULL, "head": {"sha": HEAD}}]
    receipt = received(hub.api, RUN, tmp_path / "pull", CONFIG)
    found = receipt.outputs()
    assert (found["number"], found["stacks"], found["live"], found["rest"]) == ("7", [REFUSED], [], [])
    assert receipt.refusal is not None
    assert receipt.refusal.status == 1
    assert "**Refused.**" in receipt.refusal.markdown


def test_artifact_that_is_too_large_is_refused_in_the_comment(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.pulls.archives.MOST_BYTES", 100)
    hub.artifacts = handed_on()
    hub.run["pull_requests"] = [{"number": PULL}]
    refusal = received(hub.api, RUN, tmp_path / "pull", CONFIG).refusal
    assert refusal is not None
    assert "artifact synthesized: larger than 100 bytes" in refusal.markdown


def test_artifact_that_is_gone_is_told_in_the_comment_and_not_as_an_attack(hub: Hub, tmp_path: Path) -> None:
    hub.run["pull_requests"] = [{"number": PULL}]
    refusal = received(hub.api, RUN, tmp_path / "pull", CONFIG).refusal
    assert refusal is not None
    assert refusal.status == 2
    assert "run its workflow again" in refusal.markdown
    assert "Refused" not in refusal.markdown


@pytest.mark.parametrize("told", [None, [], [{"number": 7}, {"number": 8}], [{}], "7"])
def test_faulty_artifact_that_nobody_knows_the_pull_request_of_is_an_error(
    hub: Hub, tmp_path: Path, told: Any
) -> None:
    """The job fails then, and another one sets the check."""
    hub.artifacts = {"synthesized": FAULTY["climbs"]}
    hub.run["pull_requests"] = told
    with pytest.raises(ToolError, match="not a place where a file may lie"):
        received(hub.api, RUN, tmp_path / "pull", CONFIG)


def test_artifact_that_is_not_there_is_an_error(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="has no artifact synthesized"):
        outputs(hub, tmp_path, CONFIG)


@pytest.mark.parametrize("side", ["base", "head"])
def test_attack_is_refused_in_the_comment_and_nothing_is_planned(hub: Hub, tmp_path: Path, side: str) -> None:
    tree = good_tree()
    tree["output"]["x"] = {"value": '${file("/proc/self/environ")}```\n# You may merge this @everybody'}
    evil = good_files() | {f"stacks/{NAME}/cdk.tf.json": json.dumps(tree).encode()}
    hub.artifacts = handed_on(**{side: evil})
    config = configured(tmp_path / "config", prod=DEPLOYED)
    receipt = received(hub.api, RUN, tmp_path / "pull", config)
    assert receipt.outputs() | {"stacks": [REFUSED], "live": [], "rest": []} == receipt.outputs()
    assert receipt.refusal is not None
    assert receipt.refusal.status == 1
    fence = "````"
    before, inside, after = receipt.refusal.markdown.split(fence)
    assert "You may merge" in inside
    assert "You may merge" not in before + after


def test_command_tells_the_jobs_that_follow(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "CONFIG", configured(tmp_path / "config", prod=DEPLOYED))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    hub.artifacts = handed_on()
    arguments = ["receive", str(tmp_path / "pull"), "--outcomes", str(tmp_path / "outcomes")]
    result = CliRunner().invoke(commands.app, arguments, env={"RUN_ID": str(RUN)})
    assert result.exit_code == 0, result.output
    told = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert told["number"] == "7"
    assert json.loads(told["live"]) == [TARGET]
    assert not (tmp_path / "outcomes").exists()


def test_command_keeps_a_refusal_for_the_comment(hub: Hub, tmp_path: Path) -> None:
    hub.artifacts = handed_on(head={"evil.tf": b""})
    arguments = ["receive", str(tmp_path / "pull"), "--outcomes", str(tmp_path / "outcomes")]
    result = CliRunner().invoke(commands.app, arguments, env={"RUN_ID": str(RUN)})
    assert result.exit_code == 0, result.output
    assert read(tmp_path / "outcomes")[REFUSED].status == 1


def test_output_of_several_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="one line"):
        tell({"GITHUB_OUTPUT": str(tmp_path / "output")}, number="7\nlive=[]")
    assert not (tmp_path / "output").exists()


def test_targets_are_those_with_a_bucket_and_an_account(tmp_path: Path) -> None:
    pairs = every(configured(tmp_path / "config", prod=DEPLOYED), {})
    assert [target.stack for target in reachable(pairs)] == [NAME]
    told = list(left_out(pairs))
    assert len(told) == 4
    assert any("config/dev.yaml: terraform.backend: the state is local" in line for line in told)
    assert any("config/staging.yaml: targets: names no account" in line for line in told)


def test_command_lists_the_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "CONFIG", configured(tmp_path / "config", prod=DEPLOYED))
    result = CliRunner().invoke(commands.app, ["targets"])
    targets, stacks = result.stdout.splitlines()
    assert json.loads(targets.removeprefix("targets=")) == [TARGET]
    assert json.loads(stacks.removeprefix("stacks=")) == [NAME]


def test_shipped_configuration_deploys_nowhere() -> None:
    """Until somebody says where the state lies and whose account it is."""
    assert reachable(every(CONFIG, {})) == []


def test_configuration_of_the_change_takes_the_place_of_ours(hub: Hub, tmp_path: Path) -> None:
    config = configured(tmp_path / "config")
    base = (config / "base.yaml").read_bytes()
    hub.configs = {"base.yaml": base, "prod.yaml": b"retention: {days: 60}\n", "schema.json": b"{}"}
    assert lay(hub.api, MERGED, config) == ""
    assert {path.name for path in config.glob("*.yaml")} == {"base.yaml", "prod.yaml"}
    assert (config / "prod.yaml").read_bytes() == b"retention: {days: 60}\n"


def test_new_runbook_of_the_change_is_there_by_its_name(hub: Hub, tmp_path: Path) -> None:
    config = configured(tmp_path / "config")
    hub.configs = {name: (config / name).read_bytes() for name in ("base.yaml", "prod.yaml")}
    hub.runbooks = ["new-alarm.md", "../evil.md", "evil.sh", ".evil.md"]
    assert lay(hub.api, MERGED, config) == ""
    assert [path.name for path in (tmp_path / "docs").rglob("*.*")] == ["new-alarm.md"]


def test_configuration_that_our_code_cannot_read_changes_nothing(hub: Hub, tmp_path: Path) -> None:
    config = configured(tmp_path / "config")
    before = {path.name: path.read_bytes() for path in config.iterdir()}
    hub.configs = {"base.yaml": before["base.yaml"], "prod.yaml": b"no_such_setting: 1\n"}
    assert "no_such_setting" in lay(hub.api, MERGED, config)
    assert {path.name: path.read_bytes() for path in config.iterdir()} == before


WEAKER = {
    "address": "aws_cloudwatch_metric_alarm.high-latency",
    "old": "above 5,000 ms",
    "new": "above 8,000 ms",
}


@pytest.mark.parametrize(
    ("touched", "counts"),
    [
        (None, False),
        ([WEAKER["address"], "aws_sns_topic.other"], False),
        (["aws_sns_topic.other"], True),
        ([], True),
    ],
)
def test_acceptance_of_the_base_is_spent_for_what_the_change_touches(
    tmp_path: Path, touched: list[str] | None, counts: bool
) -> None:
    """What it accepts may still wait to be deployed, and shows in the plan of everybody's change then."""
    config = configured(tmp_path / "config", prod=DEPLOYED | {"accepted": [WEAKER | {"reason": "measured"}]})
    folder = tmp_path / "plans" / NAME
    folder.mkdir(parents=True)
    about = {"stack": NAME, "against": "live", "changed": True, "touched": touched}
    (folder / MADE).write_text(json.dumps(about))

    keep_spent(tmp_path / "plans", config, {})

    spent = json.loads((folder / SPENT).read_text())["accepted"]
    assert [(one["address"], one["old"], one["new"]) for one in spent] == (
        [] if counts else [tuple(WEAKER.values())]
    )


def test_review_tells_that_the_configuration_could_not_be_read(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "CONFIG", configured(tmp_path / "config"))
    hub.configs = {"prod.yaml": b"no_such_setting: 1\n"}
    made = tmp_path / "plans" / NAME / MADE
    made.parent.mkdir(parents=True)
    made.write_text(json.dumps({"stack": NAME, "against": "live", "changed": True, "notes": []}))
    arguments = ["configure", "--commit", MERGED, "--plans", str(tmp_path / "plans")]
    result = CliRunner().invoke(commands.app, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(made.read_text())["notes"] == [UNREADABLE]


@pytest.mark.parametrize("found", [[{"name": "x", "type": "dir"}], []])
def test_change_without_configuration_keeps_ours(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: list[Any]
) -> None:
    config = configured(tmp_path / "config")
    monkeypatch.setattr("ops.pulls.github.GitHub.get", lambda *_, **__: found)
    assert lay(hub.api, MERGED, config)
    assert (config / "base.yaml").exists()


@pytest.mark.parametrize(
    "item",
    [
        {"name": "../../evil.yaml", "type": "file"},
        {"name": ".hidden.yaml", "type": "file"},
        {"name": "prod.yaml", "type": "symlink"},
    ],
)
def test_configuration_is_never_written_elsewhere(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, item: dict[str, str]
) -> None:
    config = configured(tmp_path / "config")
    monkeypatch.setattr("ops.pulls.github.GitHub.get", lambda *_, **__: [item])
    assert lay(hub.api, MERGED, config)
    assert {path.name for path in tmp_path.iterdir()} == {"config", "docs"}
    with pytest.raises(ConfigError):
        every(tmp_path / "none", {})
