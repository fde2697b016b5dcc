"""The workflows: pinned, with least rights, and calling what exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from jsonschema import Draft7Validator

from ops.__main__ import app
from ops.pulls.plans import BINARY
from ops.pulls.subjects import ARTIFACT, WORKFLOW
from tests.tools import without

ROOT = Path(__file__).parent.parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("workflows/*.yaml")))
LONGEST_MINUTES = 60
# What changes something outside of its run, by workflow and job. Nothing else may.
WRITES = {
    ("review", "report"): {"pull-requests", "statuses"},
    ("review", "fault"): {"statuses"},
    ("drift", "issue"): {"issues"},
}
# Who may take on a role in AWS; the first one calls the two that follow.
IDENTITIES = {
    ("deploy", "deploy"),
    ("deploy-target", "plan"),
    ("deploy-target", "apply"),
    ("drift", "plan"),
    ("review", "live"),
}
# What runs code that nobody has approved yet.
OF_STRANGERS = ("ci", "pull-request")

_USES = re.compile(r"^\s*(?:-\s+)?uses:\s*(.*)$", re.MULTILINE)
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}")
_EXPRESSION = re.compile(r"\$\{\{")
_SECRET = re.compile(r"\bsecrets\.(?!GITHUB_TOKEN)(\w+)")
_MAKE = re.compile(r"\bmake\s+([a-z -]+)")
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
_OPS = re.compile(r"\.venv/bin/python -m ops ((?:[^\n\\]|\\\n)+)")
_NO_SHELL = re.compile(r"\\\n\s*")

Tree = dict[Any, Any]


def pins_missing(text: str) -> list[str]:
    """What a workflow uses that is not pinned to a commit, or does not say its version."""
    return [used for used in _USES.findall(text) if not used.startswith("./") and not _PINNED.fullmatch(used)]


def triggers(workflow: Tree) -> set[str]:
    """YAML reads the key `on` as true."""
    on = workflow.get("on", workflow.get(True))
    return {on} if isinstance(on, str) else set(on)


def steps(workflow: Tree) -> list[Tree]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def scripts(workflow: Tree) -> list[str]:
    return [step["run"] for step in steps(workflow) if "run" in step]


def unsafe_rights(workflow: Tree) -> list[str]:
    """Rights beyond reading the sources, on top; a missing block gives the repository's default."""
    given = workflow.get("permissions", "the default")
    if not isinstance(given, dict):
        return [str(given)]
    return [f"{name}: {right}" for name, right in given.items() if (name, right) != ("contents", "read")]


def rights(workflow: Tree) -> Iterator[tuple[str, dict[str, str]]]:
    """What each job may do."""
    for name, job in workflow["jobs"].items():
        yield name, job.get("permissions", workflow.get("permissions"))


def targets_called(text: str) -> set[str]:
    return {target for line in _MAKE.findall(text) for target in line.split() if not target.startswith("-")}


def targets() -> set[str]:
    return set(_TARGET.findall((ROOT / "Makefile").read_text("utf-8")))


def read(path: Path) -> Tree:
    found: Tree = yaml.safe_load(path.read_text("utf-8"))
    return found


def named(name: str) -> Tree:
    return read(GITHUB / "workflows" / f"{name}.yml")


def program(name: str) -> str:
    """A program of the development packages."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        without(f"{name} is missing: run `make setup`")
    return found


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def workflow(path: Path) -> Tree:
    return read(path)


def test_ci_runs_on_pull_requests_and_on_main() -> None:
    ci = named("ci")

    assert triggers(ci) == {"pull_request", "push"}
    assert ci[True]["push"] == {"branches": ["main"]}
    assert {"lint", "test", "validate"} <= targets_called("\n".join(scripts(ci)))


def test_every_action_is_pinned_and_says_its_version(path: Path) -> None:
    assert pins_missing(path.read_text("utf-8")) == []


def test_an_action_has_one_version_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for used in _USES.findall(path.read_text("utf-8")):
            pins.setdefault(used.partition("@")[0], set()).add(used)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


def test_workflows_are_of_the_shape_that_github_reads(path: Path) -> None:
    try:
        schema = files("check_jsonschema.builtin_schemas.vendor").joinpath("github-workflows.json")
    except ModuleNotFoundError:
        without("check-jsonschema is missing: run `make setup`")
    # The schema has `on` as a text, as GitHub has it, and YAML 1.1 as true.
    found = {"on" if key is True else key: value for key, value in read(path).items()}
    errors = Draft7Validator(json.loads(schema.read_text("utf-8"))).iter_errors(found)
    assert [error.message for error in errors] == []


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    command = [program("zizmor"), "--offline", "--no-progress", "--color=never", str(GITHUB / "workflows")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rights_are_least(workflow: Tree) -> None:
    assert unsafe_rights(workflow) == []


def test_only_known_jobs_change_anything_or_have_an_identity() -> None:
    writes, identities = {}, set()
    for path in WORKFLOWS:
        for job, given in rights(read(path)):
            found = {name for name, right in given.items() if right == "write"}
            if "id-token" in found:
                identities.add((path.stem, job))
            if found - {"id-token"}:
                writes[path.stem, job] = found - {"id-token"}
    assert (writes, identities) == (WRITES, IDENTITIES)


def test_a_job_with_an_identity_or_a_secret_runs_in_an_environment(workflow: Tree) -> None:
    """The environment decides which branch may run it, who approves, and which role admits it."""
    bare = {
        name
        for name, job in workflow["jobs"].items()
        if "uses" not in job
        and "environment" not in job
        and (job.get("permissions", {}).get("id-token") == "write" or _SECRET.search(yaml.safe_dump(job)))
    }
    assert bare == set()


@pytest.mark.parametrize("name", OF_STRANGERS)
def test_unapproved_code_has_neither_secret_nor_identity_nor_environment(name: str) -> None:
    found = named(name)
    assert not _SECRET.search(yaml.safe_dump(found))
    assert "github.token" not in yaml.safe_dump(found)
    for job, given in rights(found):
        assert given == {"contents": "read"}, job
        assert "environment" not in found["jobs"][job]
        assert "secrets" not in found["jobs"][job]


def test_only_these_workflows_run_unapproved_code() -> None:
    found = [path.stem for path in WORKFLOWS if "pull_request" in triggers(read(path))]
    assert found == sorted(OF_STRANGERS)


def test_secrets_are_not_handed_on_but_to_workflows_of_ours(workflow: Tree) -> None:
    handing = [job for job in workflow["jobs"].values() if "secrets" in job]
    assert all(job["uses"].startswith("./.github/workflows/") for job in handing)


def test_checkout_leaves_no_credentials(workflow: Tree) -> None:
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]

    assert all(step.get("with", {}).get("persist-credentials") is False for step in checkouts)


def test_foreign_code_never_runs_with_our_rights(workflow: Tree) -> None:
    assert "pull_request_target" not in triggers(workflow)
    if "workflow_run" in triggers(workflow):
        checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
        assert not [step for step in checkouts if {"ref", "repository"} & step["with"].keys()]


def test_no_script_holds_an_expression(workflow: Tree) -> None:
    """What stands in an expression becomes part of the script; what stands in `env:` does not."""
    assert [script for script in scripts(workflow) if _EXPRESSION.search(script)] == []


def test_scripts_end_at_the_first_error(path: Path, workflow: Tree) -> None:
    """Without this, GitHub's shell goes on when the first part of a pipe fails."""
    piped = [script for script in scripts(workflow) if re.search(r"[^|]\|[^|]", script)]
    assert not piped or workflow["defaults"]["run"]["shell"] == "bash"


def test_scripts_are_sound(workflow: Tree, tmp_path: Path) -> None:
    for number, script in enumerate(scripts(workflow)):
        file = tmp_path / f"{number}.sh"
        file.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{script}\n")
        syntax = subprocess.run(["/bin/bash", "-n", file], capture_output=True, text=True, check=False)
        assert syntax.returncode == 0, syntax.stderr
        command = [program("shellcheck"), "--severity=style", "--color=never", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_every_job_ends_in_time(workflow: Tree) -> None:
    called = {name for name, job in workflow["jobs"].items() if "uses" in job}
    minutes = {
        name: job.get("timeout-minutes") for name, job in workflow["jobs"].items() if name not in called
    }

    assert {name: each for name, each in minutes.items() if not each or each > LONGEST_MINUTES} == {}


def test_runs_do_not_get_into_each_others_way(workflow: Tree) -> None:
    """A workflow that is called stands in the group of the job that calls it."""
    if triggers(workflow) != {"workflow_call"}:
        assert workflow["concurrency"]["group"]


def test_deployment_is_never_cancelled_and_has_its_target_to_itself() -> None:
    job = named("deploy")["jobs"]["deploy"]

    assert job["concurrency"] == {"group": "deploy-${{ matrix.target.stack }}", "cancel-in-progress": False}
    assert job["uses"] == "./.github/workflows/deploy-target.yml"
    assert named("deploy")["concurrency"]["cancel-in-progress"] is False


def test_apply_waits_for_the_environment_and_takes_the_plan_that_was_reviewed() -> None:
    jobs = named("deploy-target")["jobs"]

    assert jobs["apply"]["environment"] == "${{ inputs.environment }}"
    assert jobs["plan"]["environment"] == "${{ inputs.environment }}-plan"
    assert jobs["apply"]["needs"] == "plan"
    said = "\n".join(scripts({"jobs": {"apply": jobs["apply"]}}))
    assert "sha256sum --check --strict" in said
    assert said.rstrip().endswith(BINARY)
    assert "make synth" not in said


def test_called_workflow_gets_what_it_asks_for() -> None:
    asked = named("deploy-target")[True]["workflow_call"]["inputs"]
    given = named("deploy")["jobs"]["deploy"]["with"]

    assert given == {name: f"${{{{ matrix.target.{name} }}}}" for name in asked}


def test_second_half_of_a_review_follows_the_first() -> None:
    first, second = named("pull-request"), named("review")

    assert triggers(first) == {"pull_request"}
    assert second[True]["workflow_run"] == {"workflows": [first["name"]], "types": ["completed"]}
    assert WORKFLOW == ".github/workflows/pull-request.yml"
    (uploaded,) = [
        step["with"]["name"] for step in steps(first) if "upload-artifact@" in step.get("uses", "")
    ]
    assert uploaded == ARTIFACT


@pytest.mark.parametrize(("name", "prefix"), [("review", "review-"), ("drift", "drift-")])
def test_what_jobs_hand_on_is_gathered(name: str, prefix: str) -> None:
    found = named(name)
    uploaded = [step["with"]["name"] for step in steps(found) if "upload-artifact@" in step.get("uses", "")]

    assert uploaded
    assert all(one.startswith(prefix) for one in uploaded)
    assert any(f'fetch "$RUNNER_TEMP/outcomes" --prefix {prefix}' in script for script in scripts(found))


def test_every_make_target_exists(workflow: Tree) -> None:
    called = targets_called("\n".join(scripts(workflow)))

    assert called - targets() == set()


def commands_called(text: str) -> list[list[str]]:
    """The arguments of every call of our own commands."""
    return [_NO_SHELL.sub(" ", call).split() for call in _OPS.findall(text)]


def strange(arguments: list[str]) -> list[str]:
    """What a call says that its command does not know."""
    command: Any = typer.main.get_command(app)
    rest = list(arguments)
    while hasattr(command, "commands"):
        name = rest.pop(0)
        if name not in command.commands:
            return [name]
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    return [one for one in rest if one.startswith("--") and one not in known]


def test_every_command_and_option_of_ours_exists(workflow: Tree) -> None:
    calls = commands_called("\n".join(scripts(workflow)))

    assert [call for call in calls if strange(call)] == []


def test_workflows_of_pull_requests_call_our_commands() -> None:
    called = {call[1] for name in ("review", "deploy", "deploy-target", "drift") for call in _calls(name)}

    assert called == {
        "approval",
        "compare",
        "configure",
        "drift",
        "fetch",
        "identity",
        "newest",
        "plan",
        "receive",
        "report",
        "review",
        "targets",
    }


def _calls(name: str) -> list[list[str]]:
    return commands_called("\n".join(scripts(named(name))))


def test_ci_entry_calls_targets_that_exist() -> None:
    called = targets_called((ROOT / ".ci" / "run").read_text("utf-8"))

    assert "test" in called
    assert called - targets() == set()


def test_dependabot_watches_all_that_is_pinned() -> None:
    config = yaml.safe_load((GITHUB / "dependabot.yml").read_text("utf-8"))

    assert {update["package-ecosystem"] for update in config["updates"]} == {"pip", "npm", "github-actions"}
    assert {update["schedule"]["interval"] for update in config["updates"]} == {"weekly"}


def test_pull_request_template_asks_for_what_weakens() -> None:
    text = (GITHUB / "pull_request_template.md").read_text("utf-8")

    assert "weaken" in text
    assert targets_called(" ".join(re.findall(r"`(make [a-z ]+)`", text))) - targets() - {"make"} == set()


@pytest.mark.parametrize(
    "line",
    [
        "- uses: actions/checkout@v5",
        "- uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
        "- uses: actions/checkout@08c6903 # v5.0.0",
        "- uses: actions/checkout@main # v5.0.0",
        "  uses: docker://alpine:3",
    ],
)
def test_missing_pin_is_caught(line: str) -> None:
    assert pins_missing(line)


@pytest.mark.parametrize(
    "permissions",
    [
        {},
        {"permissions": "write-all"},
        {"permissions": {"contents": "write"}},
        {"permissions": {"id-token": "write"}},
    ],
)
def test_right_too_many_is_caught(permissions: dict[str, Any]) -> None:
    assert unsafe_rights(permissions)


@pytest.mark.parametrize(
    "script",
    ["echo ${{ github.event.pull_request.title }}", "echo ${{ github.head_ref }}", "echo ${{ inputs.name }}"],
)
def test_expression_is_caught(script: str) -> None:
    assert _EXPRESSION.search(script)


@pytest.mark.parametrize(
    "call", ["pulls no-such", "no-such", "pulls inspect x --no-such", "pulls report x \\\n  --nothing 7"]
)
def test_command_that_is_not_there_is_caught(call: str) -> None:
    (arguments,) = commands_called(f".venv/bin/python -m ops {call}\n")
    assert strange(arguments)
