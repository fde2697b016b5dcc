"""Plans of what was inspected, and reviews of them, where real Terraform would only cost time."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from modules.errors import ToolError
from modules.versions import PROVIDER
from ops.pulls import plans, reviews
from ops.pulls.commands import app
from ops.pulls.folders import Stack
from ops.pulls.plans import (
    EMPTY,
    LIVE,
    MADE,
    Made,
    changes_something,
    compared,
    live,
    offline,
    remark,
    touched,
)
from ops.pulls.reviews import Outcome, outcomes
from ops.pulls.targets import backend_of
from tests.builders import good_settings, synthesized
from tests.pulls.folders import DEPLOYED, NAME, Tree, good_files, good_tree, written
from tests.pulls.test_receipts import configured

NOTHING: Tree = {"resource_changes": [], "output_changes": {}}


class Fake:
    """Terraform that notes what it is asked, and in which environment."""

    def __init__(self, plan: Tree | None = None, fails: str = "") -> None:
        self.plan, self.fails = plan or NOTHING, fails
        self.asked: list[tuple[str, ...]] = []
        self.environ: dict[str, str] = {}
        self.trees: list[Tree] = []
        self.files: list[set[str]] = []

    def init(self, folder: Path) -> None:
        self.environ = dict(os.environ)
        self.trees.append(json.loads((folder / "cdk.tf.json").read_text()))
        self.files.append({str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()})

    def run(self, folder: Path, *arguments: str) -> str:
        self.asked.append(arguments)
        if self.fails == arguments[0]:
            raise ToolError("terraform plan failed\n::add-mask::x")
        return json.dumps(self.plan)


def stack(tree: Tree | None = None) -> Stack:
    return Stack(NAME, tree or good_tree(), {"functions/digest.zip": b"PK"})


def planned(terraform: Fake, tmp_path: Path, backend: Tree, tree: Tree | None = None) -> Made:
    made: Any = terraform
    return live(made, stack(tree), backend, tmp_path / "work", tmp_path / "plans")


BACKEND: Tree = {"s3": {"bucket": "ours", "key": "k", "region": "us-east-1", "encrypt": True}}


def test_state_lies_where_our_configuration_says(tmp_path: Path) -> None:
    tree = good_tree()
    tree["terraform"]["backend"] = {"s3": {"bucket": "theirs", "key": "k", "region": "us-east-1"}}
    terraform = Fake()
    made = planned(terraform, tmp_path, BACKEND, tree)
    (written_tree,) = terraform.trees
    assert written_tree["terraform"]["backend"] == BACKEND
    assert "moves the state" in made.notes[0]


def test_state_that_stays_is_no_news(tmp_path: Path) -> None:
    tree = good_tree()
    tree["terraform"]["backend"] = BACKEND
    assert planned(Fake(), tmp_path, BACKEND, tree).notes == ()


def test_cloud_workspace_gives_way_to_our_bucket(tmp_path: Path) -> None:
    tree = good_tree()
    tree["terraform"].pop("backend")
    tree["terraform"]["cloud"] = {"organization": "theirs"}
    terraform = Fake()
    planned(terraform, tmp_path, BACKEND, tree)
    assert terraform.trees[0]["terraform"].keys() == {"backend", "required_providers", "required_version"}


def test_cloud_workspace_beside_a_bucket_goes_too(tmp_path: Path) -> None:
    tree = good_tree()
    tree["terraform"] |= {"backend": BACKEND, "cloud": {}}
    terraform = Fake()
    assert planned(terraform, tmp_path, BACKEND, tree).notes
    assert terraform.trees[0]["terraform"].keys() == {"backend", "required_providers", "required_version"}


OTHER = {"aws": {"source": "hashicorp/aws", "version": "= 5.100.0"}}


def test_change_does_not_choose_the_provider_that_gets_the_identity(tmp_path: Path) -> None:
    tree = good_tree()
    tree["terraform"] |= {"backend": BACKEND, "required_providers": OTHER}
    terraform = Fake()
    (note,) = planned(terraform, tmp_path, BACKEND, tree).notes
    assert terraform.trees[0]["terraform"]["required_providers"] == {"aws": PROVIDER}
    assert "other versions of the AWS provider" in note


def test_change_does_not_choose_the_provider_of_a_comparison(tmp_path: Path) -> None:
    tree = good_tree()
    tree["terraform"]["required_providers"] = OTHER
    terraform = Fake()
    (note,) = both(terraform, tmp_path, stack(), stack(tree)).notes
    assert [one["terraform"]["required_providers"] for one in terraform.trees] == [{"aws": PROVIDER}] * 2
    assert "other versions" in note


def test_live_plan_takes_no_lock_and_keeps_the_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ROLE_ARN", "role")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "token")
    monkeypatch.setenv("GITHUB_TOKEN", "token")
    terraform = Fake()
    planned(terraform, tmp_path, BACKEND)
    assert "-lock=false" in terraform.asked[0]
    assert not [option for option in terraform.asked[0] if option.startswith("-var")]
    assert "AWS_ROLE_ARN" in terraform.environ
    assert not {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_TOKEN"} & terraform.environ.keys()
    assert os.environ["GITHUB_TOKEN"] == "token"


def test_plan_is_open_to_its_owner_alone(tmp_path: Path) -> None:
    planned(Fake(), tmp_path, BACKEND)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "plans" / NAME).iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "plans" / NAME).stat().st_mode) == 0o700


def test_what_terraform_says_cannot_command_the_runner(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        planned(Fake(fails="plan"), tmp_path, BACKEND)
    assert "::" not in str(caught.value)


def both(terraform: Fake, tmp_path: Path, base: Stack | None, head: Stack | None) -> Made:
    made: Any = terraform
    return compared(made, base, head, tmp_path / "work", tmp_path / "plans")


def test_comparison_knows_no_identity_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_ROLE_ARN",
        "TF_VAR_pagerduty_integration_url",
        "TF_TOKEN_app_terraform_io",
        "GITHUB_TOKEN",
    ):
        monkeypatch.setenv(name, "secret")
    terraform = Fake()
    both(terraform, tmp_path, stack(), stack())
    assert "secret" not in terraform.environ.values()
    assert f"-var=pagerduty_integration_url={plans.PLACEHOLDER}" in terraform.asked[0]
    for tree in terraform.trees:
        assert "data" not in tree
        assert "backend" not in tree["terraform"]
        assert "data.aws" not in json.dumps(tree)
        assert tree["provider"]["aws"][0]["access_key"] == "none"


def test_archives_of_one_side_do_not_stay_for_the_other(tmp_path: Path) -> None:
    terraform = Fake()
    other = Stack(NAME, good_tree(), {"functions/other.zip": b"PK"})
    both(terraform, tmp_path, other, stack())
    found = [{path for path in files if path.endswith(".zip")} for files in terraform.files]
    assert found == [{"functions/digest.zip"}, {"functions/other.zip"}]


def test_account_that_is_told_stays_in_the_plan() -> None:
    (tree,) = synthesized(good_settings(DEPLOYED)).values()
    made = offline(Stack(NAME, tree, {})).tree
    assert "111122223333" in json.dumps(made["resource"])
    assert "allowed_account_ids" not in made["provider"]["aws"][0]
    assert "allowed_account_ids" in tree["provider"]["aws"][0]


@pytest.mark.parametrize(
    ("sides", "says"), [((None, stack()), "is new"), ((stack(), None), "no longer generated")]
)
def test_stack_that_is_on_one_side_alone_is_told(
    tmp_path: Path, sides: tuple[Stack | None, Stack | None], says: str
) -> None:
    (note,) = both(Fake(), tmp_path, *sides).notes
    assert says in note


def test_change_touches_what_differs_and_what_one_side_alone_has() -> None:
    base, head = good_tree(), good_tree()
    kept = set(base["resource"])
    changed, gone, new = sorted(f"{kind}.{name}" for kind in kept for name in base["resource"][kind])[:3]
    for tree, address in ((base, new), (head, gone)):
        kind, _, name = address.partition(".")
        del tree["resource"][kind][name]
    kind, _, name = changed.partition(".")
    head["resource"][kind][name]["more"] = 1
    assert touched(Stack(NAME, base, {}), Stack(NAME, head, {})) == tuple(sorted((changed, gone, new)))
    assert touched(Stack(NAME, base, {}), Stack(NAME, base, {})) == ()


def change(*actions: str, **more: Any) -> Tree:
    marks = {key: more.pop(key) for key in ("importing",) if key in more}
    return {"resource_changes": [{"mode": "managed", "change": {"actions": [*actions], **marks}, **more}]}


@pytest.mark.parametrize(
    ("plan", "changes"),
    [
        (NOTHING, False),
        ({}, False),
        (change("no-op"), False),
        (change("read", mode="data"), False),
        (change("update"), True),
        (change("delete", "create"), True),
        (change("no-op", previous_address="aws_sns_topic.old"), True),
        (change("no-op", importing={"id": "x"}), True),
        ({"output_changes": {"x": {"actions": ["create"]}}}, True),
        ({"output_changes": {"x": {"actions": ["no-op"]}}}, False),
    ],
)
def test_plan_that_does_something_is_told_from_one_that_does_not(plan: Tree, changes: bool) -> None:
    assert changes_something(plan) is changes


@pytest.mark.parametrize(
    "backend",
    [
        DEPLOYED["terraform"]["backend"],
        {
            "type": "s3",
            "bucket": "our-state",
            "region": "eu-west-1",
            "dynamodb_table": "locks",
            "key_prefix": "x/y",
        },
    ],
)
def test_place_of_the_state_is_what_synth_writes(tmp_path: Path, backend: Tree) -> None:
    changes = DEPLOYED | {"terraform": {"backend": backend}}
    (tree,) = synthesized(good_settings(changes)).values()
    config = configured(tmp_path / "config", prod=changes)
    assert backend_of(NAME, config, {}) == tree["terraform"]["backend"]


@pytest.mark.parametrize("name", ["no-such-stack", "scheduling-agent-dev-us-east-1"])
def test_stack_without_a_bucket_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ToolError, match=f"{name}: the configuration has no such stack"):
        backend_of(name, configured(tmp_path / "config", prod=DEPLOYED), {})


def test_command_refuses_a_stack_that_is_not_there(tmp_path: Path) -> None:
    folder = written(tmp_path / "out", good_files())
    arguments = ["plan", str(folder), "--stack", "other", "--plans", str(tmp_path), "--work", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert f"other: is not in this folder; it holds {NAME}" in str(result.exception)


def made(folder: Path, against: str = LIVE, *, head: bool = True, notes: tuple[str, ...] = ()) -> Path:
    """A plan as it lies in the folder of plans."""
    place = folder / "plans" / NAME
    place.mkdir(parents=True)
    about = {"stack": NAME, "against": against, "changed": True, "notes": notes}
    (place / MADE).write_text(json.dumps(about))
    if head:
        (place / "head.json").write_text("{}")
    return folder / "plans"


def reviewed(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Outcome:
    """The outcome of a review by another program."""
    monkeypatch.setattr(reviews, "PROGRAM", (sys.executable, "-c", script))
    (found,) = outcomes(folder)
    return found


@pytest.mark.parametrize("status", [0, 1])
def test_review_says_what_the_command_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    script = f"print('## Verdict'); raise SystemExit({status})"
    found = reviewed(made(tmp_path, notes=("mind this",)), monkeypatch, script)
    assert (found.status, found.against, found.changed) == (status, LIVE, True)
    assert found.markdown == "> [!IMPORTANT]\n> mind this\n\n## Verdict"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            "import sys; sys.exit('config/prod.yaml: broken ::add-mask::x')",
            "There is no review:\n\n```text\nconfig",
        ),
        ("raise SystemExit(2)", "it said nothing"),
        ("pass", "it said nothing"),
    ],
)
def test_review_that_fails_is_never_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    found = reviewed(made(tmp_path), monkeypatch, script)
    assert found.status == 2
    assert says in found.markdown
    assert "::" not in found.markdown


def test_review_that_hangs_is_never_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "LONGEST_SECONDS", 0.2)
    found = reviewed(made(tmp_path), monkeypatch, "import time; time.sleep(60)")
    assert found.status == 2
    assert "took longer" in found.markdown


def test_review_sees_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "AWS_ROLE_ARN", "TF_VAR_x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        monkeypatch.setenv(name, "secret-token")
    found = reviewed(made(tmp_path), monkeypatch, "import os; print(dict(os.environ))")
    assert "secret-token" not in found.markdown


def test_stack_that_is_dropped_is_told_without_a_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(tmp_path, EMPTY, head=False, notes=("gone",))
    found = reviewed(folder, monkeypatch, "raise SystemExit(2)")
    assert (found.status, found.markdown) == (0, "> [!IMPORTANT]\n> gone\n\n")


def test_note_is_added_to_every_plan(tmp_path: Path) -> None:
    folder = made(tmp_path, notes=("one",))
    remark(folder, "two")
    about: Mapping[str, Any] = json.loads((folder / NAME / MADE).read_text())
    assert about["notes"] == ["one", "two"]


def test_nothing_to_review_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="holds no plan"):
        list(outcomes(tmp_path))


def test_command_shows_reviews_on_the_page_of_the_run_and_ends_with_the_worst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "PROGRAM", (sys.executable, "-c", "print('## Stop'); raise SystemExit(1)"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    arguments = ["review", str(made(tmp_path)), "--outcomes", str(tmp_path / "outcomes")]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (1, f"{NAME}: 1\n")
    assert "## Stop" in (tmp_path / "summary.md").read_text()
    assert reviews.read(tmp_path / "outcomes")[NAME].status == 1
