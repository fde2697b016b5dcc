"""The lines of the workflows that hold them: what changes one of them has to change the table, too."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.pulls.plans import BINARY
from ops.pulls.statuses import CONTEXT
from tests.tools import without

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
TABLE = Path(__file__).with_name("workflow_table.yaml")
NAMES = ("deploy", "deploy-target", "drift", "pull-request", "review")
OF_JOBS = ("needs", "if", "environment", "permissions", "concurrency", "strategy", "uses", "with", "secrets")
OF_STEPS = ("if", "continue-on-error")

Tree = dict[Any, Any]


def text_of(name: str) -> str:
    return (WORKFLOWS / f"{name}.yml").read_text("utf-8")


def binding(text: str) -> Tree:
    """What says who may do what, when, and after whom."""
    found = yaml.safe_load(text)
    jobs = {name: _of_job(job) for name, job in found["jobs"].items()}
    return {"on": found[True], "permissions": found["permissions"], **_chosen(found, ("concurrency",))} | {
        "jobs": jobs
    }


def _chosen(tree: Tree, keys: tuple[str, ...]) -> Tree:
    return {key: tree[key] for key in keys if key in tree}


def _of_job(job: Tree) -> Tree:
    steps = dict(_of_steps(job.get("steps", ())))
    return _chosen(job, OF_JOBS) | ({"steps": steps} if steps else {})


def _of_steps(steps: list[Tree]) -> Iterator[tuple[str, Tree]]:
    for step in steps:
        name = step.get("name") or step["uses"].partition("@")[0]
        env = step.get("env", {})
        secret = {key: value for key, value in env.items() if "secrets." in str(value) or "ROLE" in key}
        kept = _chosen(step.get("with", {}), ("name", "retention-days", "fetch-depth"))
        about = _chosen(step, OF_STEPS) | secret | kept
        if about:
            yield name, about


def table() -> Tree:
    found: Tree = yaml.safe_load(TABLE.read_text("utf-8"))
    return found


def wanted(name: str) -> Tree:
    """The row of a workflow; YAML reads the key `on` as true."""
    found: Tree = table()[name]
    return {"on" if key is True else key: value for key, value in found.items()}


@pytest.mark.parametrize("name", NAMES)
def test_what_binds_is_as_the_table_says(name: str) -> None:
    assert binding(text_of(name)) == wanted(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_steps_of_a_job_share_a_row(name: str) -> None:
    for job in yaml.safe_load(text_of(name))["jobs"].values():
        rows = [row for row, _ in _of_steps(job.get("steps", []))]
        assert len(rows) == len(set(rows))


def of_job(workflow: str, job: str) -> list[Tree]:
    found: list[Tree] = yaml.safe_load(text_of(workflow))["jobs"][job]["steps"]
    return found


def called(workflow: str, job: str) -> list[str]:
    """The commands of ours that a job calls, in their order."""
    lines = [line for step in of_job(workflow, job) for line in step.get("run", "").splitlines()]
    return [line.split(" pulls ")[1].split()[0] for line in lines if "-m ops pulls " in line]


ORDERS = {
    ("deploy", "targets"): ["targets"],
    ("deploy-target", "plan"): ["newest", "approval", "identity", "plan", "review"],
    ("deploy-target", "apply"): ["newest", "fetch", "identity"],
    ("drift", "targets"): ["targets"],
    ("drift", "plan"): ["identity", "plan", "review"],
    ("drift", "issue"): ["fetch", "drift"],
    ("review", "subject"): ["receive"],
    ("review", "live"): ["receive", "identity", "plan", "configure", "review"],
    ("review", "compare"): ["receive", "compare", "configure", "review"],
    ("review", "report"): ["fetch", "report"],
    ("review", "fault"): [],
    ("pull-request", "synth"): [],
}


@pytest.mark.parametrize(("workflow", "job"), ORDERS)
def test_job_calls_our_commands_in_this_order(workflow: str, job: str) -> None:
    assert called(workflow, job) == ORDERS[workflow, job]


@pytest.mark.parametrize("job", ["plan", "apply"])
def test_nothing_but_preparations_comes_before_the_question_for_the_newest_commit(job: str) -> None:
    scripts = [step["run"] for step in of_job("deploy-target", job) if "run" in step]
    assert scripts[0] == "make setup"
    assert scripts[1].endswith("pulls newest")


def test_plan_is_sealed_only_after_its_review() -> None:
    names = [step.get("name") for step in of_job("deploy-target", "plan")]
    assert names.index("Plan") < names.index("Review") < names.index("Seal the plan")


def test_only_the_review_of_drift_may_fail_and_go_on() -> None:
    found = {
        (name, job, step.get("name"))
        for name in NAMES
        for job, about in yaml.safe_load(text_of(name))["jobs"].items()
        for step in about.get("steps", ())
        if "continue-on-error" in step or "continue-on-error" in about
    }
    assert found == {("drift", "plan", "Review")}


def test_providers_are_those_that_were_planned_with() -> None:
    lines = of_job("deploy-target", "apply")[-1]["run"].strip().splitlines()
    assert lines == [
        'cd "$RUNNER_TEMP/work"',
        "terraform init -input=false -no-color -lockfile=readonly",
        f"terraform apply -input=false -no-color {BINARY}",
    ]


def test_fault_is_told_by_the_name_of_the_check() -> None:
    (step,) = of_job("review", "fault")
    assert f'"context": "{CONTEXT}"' in step["run"]


# Workflow, what stands there, and what would go unseen without the table.
MUTATIONS = [
    ("deploy-target", "      - name: Review\n", "      - name: Review\n        continue-on-error: true\n"),
    ("deploy-target", "inputs.environment }}-plan\n", "inputs.environment }}\n"),
    ("deploy-target", "inputs.apply_role", "inputs.plan_role"),
    ("deploy-target", "    if: needs.plan.outputs.changed == 'true'\n", ""),
    ("deploy-target", "    needs: plan\n", ""),
    ("deploy-target", "retention-days: 5", "retention-days: 90"),
    ("deploy-target", "      actions: read # the rules of the environments\n", ""),
    ("deploy", "branches: [main]", 'branches: ["**"]'),
    ("deploy", "    if: github.ref == 'refs/heads/main'\n", ""),
    ("deploy", "    secrets: inherit # zizmor: ignore[secrets-inherit]\n", ""),
    ("drift", "matrix.target.environment }}-plan", "matrix.target.environment }}"),
    ("drift", "matrix.target.plan_role", "matrix.target.apply_role"),
    ("drift", "    if: github.ref == 'refs/heads/main'\n", ""),
    ("drift", "always() && ", ""),
    ("review", "matrix.target.environment }}-plan", "matrix.target.environment }}"),
    ("review", "matrix.target.plan_role", "matrix.target.apply_role"),
    (
        "review",
        "      actions: read\n      contents: read\n      pull-requests: write",
        "      contents: read",
    ),
    ("review", "-${{ github.event.workflow_run.head_branch", ""),
    ("review", "github.event.workflow_run.conclusion == 'success' }}", "true }}"),
    ("review", "    if: github.event.workflow_run.event == 'pull_request' &&", "    if: true ||"),
    ("review", '"!cancelled() && ', '"always() && '),
    ("review", "    if: failure()\n", ""),
    ("pull-request", "branches: [main]", 'branches: ["**"]'),
    ("pull-request", "fetch-depth: 2", "fetch-depth: 1"),
]


@pytest.mark.parametrize(("name", "old", "new"), MUTATIONS)
def test_mutation_of_a_line_that_binds_is_caught(name: str, old: str, new: str) -> None:
    text = text_of(name)
    assert old in text
    assert binding(text.replace(old, new, 1)) != wanted(name)


def program(name: str) -> str:
    return shutil.which(name) or without(f"{name} is missing")


def git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=Nobody", "-c", "user.email=nobody@team.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        [program("git"), *own, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, content: str, file: str) -> None:
    (folder / file).write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", content)


@pytest.fixture
def merge(tmp_path: Path) -> Path:
    """The merge that GitHub tries, as a runner checks it out; each synth would copy what it finds."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    recipe = 'synth:\n\t@mkdir -p "$(CDKTF_OUTDIR)" && cat *.txt > "$(CDKTF_OUTDIR)/seen"\n'
    commit(folder, recipe, "Makefile")
    commit(folder, "old\n", "a.txt")
    git(folder, "checkout", "--quiet", "-b", "change")
    commit(folder, "changed\n", "b.txt")
    git(folder, "checkout", "--quiet", "main")
    commit(folder, "moved on\n", "c.txt")
    git(folder, "merge", "--quiet", "--no-ff", "--no-edit", "change")
    clone = tmp_path / "checkout"
    git(tmp_path, "clone", "--quiet", "--depth=2", f"file://{folder}", str(clone))
    return clone


def test_base_is_what_the_change_would_be_merged_into(merge: Path, tmp_path: Path) -> None:
    """Not the head without the merge, and not the place where the branch left `main`."""
    for step in of_job("pull-request", "synth"):
        if step.get("name", "").startswith("Synthesize"):
            script = ["/bin/bash", "-eo", "pipefail", "-c", step["run"]]
            environ = {"RUNNER_TEMP": str(tmp_path), "PATH": os.environ["PATH"]}
            subprocess.run(script, cwd=merge, env=environ, check=True, capture_output=True)
    seen = {side: (tmp_path / "synthesized" / side / "seen").read_text() for side in ("base", "head")}
    assert seen == {"base": "old\nmoved on\n", "head": "old\nchanged\nmoved on\n"}
