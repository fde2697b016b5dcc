"""The workflows: pinned, with least rights, and calling what exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("workflows/*.yaml")))
LONGEST_MINUTES = 60

_USES = re.compile(r"^\s*(?:-\s+)?uses:\s*(.*)$", re.MULTILINE)
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}")
_UNTRUSTED = re.compile(r"\$\{\{[^}]*\b(github\.event\b|github\.head_ref\b|inputs\.)")
_MAKE = re.compile(r"\bmake\s+([a-z -]+)")
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


def pins_missing(text: str) -> list[str]:
    """What a workflow uses that is not pinned to a commit, or does not say its version."""
    return [used for used in _USES.findall(text) if not used.startswith("./") and not _PINNED.fullmatch(used)]


def triggers(workflow: dict[Any, Any]) -> set[str]:
    """YAML reads the key `on` as true."""
    on = workflow.get("on", workflow.get(True))
    return {on} if isinstance(on, str) else set(on)


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def scripts(workflow: dict[Any, Any]) -> list[str]:
    return [step["run"] for step in steps(workflow) if "run" in step]


def unsafe_rights(workflow: dict[Any, Any]) -> list[str]:
    """Rights beyond reading the sources, on top; a missing block gives the repository's default."""
    given = workflow.get("permissions", "the default")
    if not isinstance(given, dict):
        return [str(given)]
    return [f"{name}: {right}" for name, right in given.items() if right not in ("read", "none")]


def targets_called(text: str) -> set[str]:
    return {target for line in _MAKE.findall(text) for target in line.split() if not target.startswith("-")}


def targets() -> set[str]:
    return set(_TARGET.findall((ROOT / "Makefile").read_text("utf-8")))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def workflow(path: Path) -> dict[Any, Any]:
    read: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return read


def test_ci_runs_on_pull_requests_and_on_main() -> None:
    ci = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text("utf-8"))

    assert triggers(ci) == {"pull_request", "push"}
    assert ci[True]["push"] == {"branches": ["main"]}
    assert {"lint", "test", "validate"} <= targets_called("\n".join(scripts(ci)))


def test_every_action_is_pinned_and_says_its_version(path: Path) -> None:
    assert pins_missing(path.read_text("utf-8")) == []


def test_rights_are_least(workflow: dict[Any, Any]) -> None:
    assert unsafe_rights(workflow) == []


def test_checkout_leaves_no_credentials(workflow: dict[Any, Any]) -> None:
    checkouts = [step for step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]

    assert all(step.get("with", {}).get("persist-credentials") is False for step in checkouts)


def test_foreign_code_never_runs_with_our_rights(workflow: dict[Any, Any]) -> None:
    assert "pull_request_target" not in triggers(workflow)


def test_no_script_takes_text_from_outside(workflow: dict[Any, Any]) -> None:
    assert [script for script in scripts(workflow) if _UNTRUSTED.search(script)] == []


def test_every_job_ends_in_time(workflow: dict[Any, Any]) -> None:
    minutes = {name: job.get("timeout-minutes") for name, job in workflow["jobs"].items()}

    assert {name: each for name, each in minutes.items() if not each or each > LONGEST_MINUTES} == {}


def test_newer_run_replaces_the_older(workflow: dict[Any, Any]) -> None:
    assert workflow["concurrency"]["group"]


def test_every_make_target_exists(workflow: dict[Any, Any]) -> None:
    called = targets_called("\n".join(scripts(workflow)))

    assert called - targets() == set()


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
    "permissions", [{}, {"permissions": "write-all"}, {"permissions": {"contents": "write"}}]
)
def test_right_too_many_is_caught(permissions: dict[str, Any]) -> None:
    assert unsafe_rights(permissions)


@pytest.mark.parametrize(
    "script",
    ["echo ${{ github.event.pull_request.title }}", "echo ${{ github.head_ref }}", "echo ${{ inputs.name }}"],
)
def test_text_from_outside_is_caught(script: str) -> None:
    assert _UNTRUSTED.search(script)
