"""Plays the jobs of our workflows on this machine: their own scripts, with a stand-in for GitHub."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ops.pulls.identities import AUDIENCE
from ops.pulls.trusts import GITHUB
from tests.builders import ROOT
from tests.projects import project
from tests.pulls.github_stand_in import HEAD, REPOSITORY, RUN, TOKEN, Hub, zipped

WORKFLOWS = ROOT / ".github" / "workflows"
LONGEST_SECONDS = 300
BRANCH = "refs/heads/main"
# What a runner has done before, or what the machine has.
PREPARED = ("make setup",)
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_TERM = re.compile(r"(always\(\)|!cancelled\(\)|failure\(\))|([\w.-]+) (==|!=) '([^']*)'")

Tree = dict[str, Any]


def workflow(name: str) -> Tree:
    """A workflow as it is written."""
    found: Tree = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text("utf-8"))
    return found


def identity(subject: str) -> str:
    """A token as GitHub signs it, but for the signature."""
    claims = {"iss": f"https://{GITHUB}", "aud": AUDIENCE, "sub": f"repo:{REPOSITORY}:{subject}"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims, {})]
    return b".".join(part.rstrip(b"=") for part in parts).decode()


@dataclass
class Job:
    """What became of a job; `said` is what its scripts printed."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    said: str = ""


@dataclass
class Player:
    """A machine on which jobs run.

    Attributes
    ----------
    project
        Where the repository is checked out.
    temp
        Each job gets a folder in it.
    environ
        What every script sees besides what its step says.
    context
        What the expressions of a workflow are about, by their first word.
    """

    hub: Hub
    project: Path
    temp: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    context: Tree = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context = {
            "github": {
                "token": TOKEN,
                "run_id": RUN,
                "ref": BRANCH,
                "event": {
                    "workflow_run": {"id": RUN, "event": "pull_request", "conclusion": "success"},
                    "pull_request": {"number": 7, "head": {"sha": HEAD}},
                },
            },
            "needs": {},
            **self.context,
        }

    def play(self, workflow_name: str, name: str, **context: Any) -> Job:
        """Run one job, if its condition holds; later jobs see its outputs as `needs`."""
        found = workflow(workflow_name)
        job = found["jobs"][name]
        self.context["runner"] = {"temp": str(self.temp / f"{name}-{len(os.listdir(self.temp))}")}
        known = self.context | context | {"steps": {}}
        if not self.starts(job, known):
            return self._done(name, Job("skipped"))
        self.hub.permissions = job.get("permissions", found["permissions"])
        place = job.get("environment")
        self.hub.token = identity(f"environment:{self.filled(place, known)}" if place else f"ref:{BRANCH}")
        temp = Path(known["runner"]["temp"])
        temp.mkdir()
        done = Job("success")
        for number, step in enumerate(job["steps"]):
            if done.result == "success" or "always()" in step.get("if", ""):
                self._step(step, known, temp / f".output-{number}", done)
        self.hub.permissions = None
        outputs = job.get("outputs", {})
        done.outputs = {key: self.filled(value, known) for key, value in outputs.items()}
        return self._done(name, done)

    def _done(self, name: str, job: Job) -> Job:
        self.context["needs"][name] = {"result": job.result, "outputs": job.outputs}
        return job

    def _step(self, step: Tree, known: Tree, output: Path, done: Job) -> None:
        if not self.holds(step.get("if"), known):
            return
        if "uses" in step:
            if not self.use(step, known):
                done.result = "failure"
        elif step["run"] not in PREPARED:
            ran = self.run(step, known, output)
            done.said += ran.stdout
            if ran.returncode and not step.get("continue-on-error"):
                done.result = "failure"
        if "id" in step:
            lines = output.read_text().splitlines() if output.exists() else []
            known["steps"][step["id"]] = {"outputs": dict(line.split("=", 1) for line in lines)}

    def use(self, step: Tree, known: Tree) -> bool:
        """Use an action; of all of them only one does something that later jobs see."""
        if not step["uses"].startswith("actions/upload-artifact@"):
            return True
        folder = Path(self.filled(step["with"]["path"], known))
        found = [path for path in folder.rglob("*") if path.is_file()]
        if found:
            files = {str(path.relative_to(folder)): path.read_bytes() for path in found}
            self.hub.artifacts[self.filled(step["with"]["name"], known)] = zipped(files)
        return bool(found) or step["with"]["if-no-files-found"] == "ignore"

    def run(self, step: Tree, known: Tree, output: Path) -> subprocess.CompletedProcess[str]:
        """Run a script as GitHub does."""
        own = {name: self.filled(str(value), known) for name, value in step.get("env", {}).items()}
        base = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("GITHUB_", "AWS_", "TF_VAR"))
        }
        runner = {key: value for key, value in self.hub.environ.items() if key != "GITHUB_TOKEN"}
        runner |= {"RUNNER_TEMP": known["runner"]["temp"], "GITHUB_OUTPUT": str(output)}
        runner |= {"GITHUB_STEP_SUMMARY": str(self.temp / "summary.md")}
        return subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.project,
            env=base | runner | dict(self.environ) | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )

    def filled(self, text: str, known: Tree) -> str:
        """The text with its expressions replaced."""
        return _EXPRESSION.sub(lambda match: str(self._value(match[1], known)), text)

    def _value(self, path: str, known: Tree) -> Any:
        """What a dotted path leads to; an output that was not set is empty, as on GitHub."""
        value: Any = known
        for place, part in enumerate(path.split(".")):
            if part not in value and place:
                return ""
            value = value[part]
        return value

    def starts(self, job: Tree, known: Tree) -> bool:
        """Whether a job does: its condition holds, and what it needs went well or does not matter to it."""
        condition, needed = job.get("if", ""), job.get("needs", [])
        results = {
            self.context["needs"].get(name, {}).get("result", "success")
            for name in ([needed] if isinstance(needed, str) else needed)
        }
        if "failure()" in condition and "failure" not in results:
            return False
        minds = not any(word in condition for word in ("always()", "cancelled()", "failure()"))
        return not (minds and results - {"success"}) and self.holds(condition, known)

    def holds(self, condition: str | None, known: Tree) -> bool:
        """Whether a condition does: comparisons joined by &&."""
        for term in (condition or "").split(" && ") if condition else ():
            match = _TERM.fullmatch(term)
            assert match, f"the player does not know {term}"
            if not match[1] and (str(self._value(match[2], known)) == match[4]) != (match[3] == "=="):
                return False
        return True


def _recipe(target: str) -> str:
    """A Makefile with what a target of ours does, without what it has installed before."""
    text = (ROOT / "Makefile").read_text("utf-8")
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    assert found
    return f"RUN := .venv/bin/python\nexport ENV\n{target}:\n{found[1]}"


def checked_out(folder: Path) -> Path:
    """A project as a runner has it: its sources, and a configuration that may be changed."""
    project(folder, ".venv", copied=("docs",))
    (folder / "Makefile").write_text(_recipe("synth"))
    return folder
