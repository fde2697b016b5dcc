"""Whole runs with a Terraform that fails, hangs or is abandoned: everything is destroyed in any case."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from modules.errors import ToolError
from ops.acceptance import checks, cleanups, runs
from ops.acceptance.sandboxes import Sandbox
from ops.common.accounts import Place
from ops.doctor.gathering import Account, Examination
from ops.emulator import without_aws
from ops.local.screens import Screen
from ops.local.states import Home
from ops.processes import Recorded
from tests.acceptance.fakes import PLACE, FakeAws, denied, fake_terraform, system
from tests.builders import CONFIG, ROOT

PREFIX, ACCOUNT = "acceptance-123abc", PLACE["account"]
COMMAND = f"make acceptance PROFILE=sandbox ACCOUNT={ACCOUNT} CLEAN=1"


@dataclass
class Bench:
    """A project, a Terraform and an account that a test can disturb."""

    root: Path
    terraform: Path
    aws: FakeAws
    output: StringIO

    @property
    def home(self) -> Home:
        return Home(self.root, cleanups.FOLDER, cleanups.COMMAND)

    @property
    def sandbox(self) -> Sandbox:
        place = Place(ACCOUNT, PLACE["region"], PLACE["partition"])
        account = cast("Account", None)  # the doctor does not ask it here
        return Sandbox(place, account, self.aws, {"AWS_REGION": place.region}, without_aws, "sandbox")

    @property
    def calls(self) -> list[str]:
        return (self.terraform.parent / "calls").read_text().split()

    def script(self, command: str, behaviour: str) -> None:
        (self.terraform.parent / command).write_text(behaviour)

    def accept(self) -> bool:
        return runs.accept(self.root, self.home, self.screen, "sandbox", ACCOUNT)

    def clear(self, account: str = ACCOUNT, profile: str = "sandbox") -> None:
        runs.clear(self.root, self.home, self.screen, profile, account)

    @property
    def screen(self) -> Screen:
        return Screen(Console(file=self.output, width=300))

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.root / "build" / f"{PREFIX}.json").read_text("utf-8"))
        return report

    @property
    def results(self) -> dict[str, str]:
        return {step["name"]: step["result"] for step in self.report["steps"]}

    def detail(self, name: str) -> str:
        return next(str(step["detail"]) for step in self.report["steps"] if step["name"] == name)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    root = tmp_path / "root"
    shutil.copytree(CONFIG, root / "config")
    terraform = fake_terraform(tmp_path / "bin")
    bench = Bench(root, terraform, FakeAws(system()), StringIO())

    @contextmanager
    def account_sandbox(profile: str, account: str, region: str | None) -> Iterator[Sandbox]:
        assert (profile, account) == ("sandbox", ACCOUNT)
        yield bench.sandbox

    def generate(folder: Path, out: Path, environ: Mapping[str, str]) -> Path:
        assert environ["ENV"] == "prod"
        stack = out / "stacks" / f"{PREFIX}-eu-west-1"
        stack.mkdir(parents=True)
        (stack / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_sqs_queue": {"one": {}}}}))
        return out / "stacks"

    monkeypatch.setenv("PATH", f"{terraform.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(runs, "account_sandbox", account_sandbox)
    monkeypatch.setattr(runs, "generate", generate)
    monkeypatch.setattr(runs.configs, "new_prefix", lambda: PREFIX)
    monkeypatch.setattr(checks, "LONGEST_DELIVERY_SECONDS", 0.0)
    monkeypatch.setattr(checks, "examine", lambda account, expected, now: Examination())
    return bench


def test_run_that_passes_leaves_a_report_and_nothing_else(bench: Bench) -> None:
    assert bench.accept()

    assert bench.calls == ["version", "init", "version", "apply", "state", "destroy", "state"]
    assert set(bench.results.values()) == {"passed"}
    assert [*bench.results] == ["generate", "deploy", "metric filters", "doctor", "alarms", "destroy"]
    assert not bench.home.exists
    assert (bench.aws.queues, bench.aws.subscriptions) == ({}, {})
    assert sorted(bench.aws.deleted_secrets) == [
        f"{PREFIX}/{name}" for name in ("metrics-publisher", "slack-critical", "slack-warning")
    ]
    facts = bench.report["facts"]
    assert (facts["account"], facts["Terraform"], facts["provider aws"]) == (ACCOUNT, "1.11.4", "6.25.0")
    assert facts["estimate"].startswith("about ")
    assert sorted(path.name for path in bench.root.iterdir()) == ["build", "config"]
    shown = bench.output.getvalue()
    assert shown.index("estimate: ") < shown.index("deploy ...")
    assert shown.endswith(f"PASSED; report: build/{PREFIX}.md\n")


def test_deployment_that_fails_is_destroyed(bench: Bench) -> None:
    bench.script("apply", "fail")

    assert not bench.accept()

    assert bench.results == {
        "generate": "passed",
        "deploy": "failed",
        "metric filters": "skipped",
        "doctor": "skipped",
        "alarms": "skipped",
        "destroy": "passed",
    }
    assert bench.detail("deploy") == "terraform apply failed:\nno quota"
    assert not bench.home.exists


def test_run_that_is_too_expensive_creates_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.acceptance.estimates.MOST_DOLLARS", 0)

    assert not bench.accept()

    assert bench.results["generate"] == "failed"
    assert bench.detail("destroy") == "nothing was created"
    assert "apply" not in bench.calls
    assert not bench.home.exists


def test_check_that_fails_fails_the_run_but_not_the_cleanup(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise denied("SetAlarmState")

    monkeypatch.setattr(bench.aws, "set_alarm_state", refuse)

    assert not bench.accept()

    assert (bench.results["alarms"], bench.results["destroy"]) == ("failed", "passed")
    assert bench.aws.queues == {}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), RuntimeError("a defect")])
def test_interrupt_and_defect_destroy_and_report_before_they_end_the_command(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stop(**_: Any) -> None:
        raise error

    monkeypatch.setattr(bench.aws, "set_alarm_state", stop)

    with pytest.raises(type(error)):
        bench.accept()

    assert (bench.results["alarms"], bench.results["destroy"]) == ("failed", "passed")
    assert bench.aws.queues == {}
    assert not bench.home.exists


def test_terraform_is_interrupted_once_and_completes_its_state(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.script("apply", "hang")
    monkeypatch.setattr(runs, "LONGEST_RUN_SECONDS", 1)

    with pytest.raises(SystemExit, match="not finished within"):
        bench.accept()

    assert (bench.terraform.parent / "interrupts").read_text() == "1"
    assert bench.detail("deploy").startswith("not finished within")
    assert bench.results["destroy"] == "passed"
    assert not bench.home.exists


def test_what_cannot_be_destroyed_is_listed_and_destroyed_by_the_next_command(bench: Bench) -> None:
    bench.script("destroy", "fail")

    assert not bench.accept()

    assert bench.detail("destroy") == (
        "terraform: terraform destroy failed:\nno quota; 1 resources remain: aws_sqs_queue.one; "
        f"remove them with: {COMMAND}"
    )
    assert bench.aws.deleted_secrets  # the other parts are attempted nevertheless
    assert bench.report["left"] == [
        "AWS still lists, perhaps for some minutes only: arn:aws:kms:eu-west-1:111122223333:key/k "
        f"(tag Project={PREFIX})"
    ]
    assert bench.home.exists

    bench.script("destroy", "succeed")
    bench.clear()

    assert not bench.home.exists
    shown = bench.output.getvalue()
    assert f"{PREFIX}: every resource" in shown
    assert "left: AWS still lists" in shown


def test_leftovers_stay_where_they_still_cannot_be_destroyed(bench: Bench) -> None:
    bench.script("destroy", "fail")
    bench.accept()

    with pytest.raises(ToolError, match=f"remove them with: {COMMAND}$"):
        bench.clear()

    assert bench.home.exists
    bench.home.refuse_another()


@pytest.mark.parametrize(("profile", "account"), [("sandbox", "444455556666"), ("", "")])
def test_leftovers_of_another_account_are_not_touched(bench: Bench, profile: str, account: str) -> None:
    bench.script("destroy", "fail")
    bench.accept()

    with pytest.raises(ToolError, match=rf"a killed run left in account {ACCOUNT}; first run: {COMMAND}$"):
        bench.clear(account, profile)

    assert bench.home.exists


def test_state_is_kept_where_the_run_cannot_be_identified(bench: Bench) -> None:
    bench.script("destroy", "fail")
    bench.accept()
    (bench.home.path / "state.json").write_text("{")

    with pytest.raises(ToolError, match=r"state\.json cannot be read: run `terraform destroy` in the folder"):
        bench.clear()

    assert bench.home.exists


@pytest.mark.parametrize("name", [".terraform.s.tfstate.lock.info", "terraform.s.tfstate"])
def test_folder_is_removed_only_without_a_state_and_without_a_lock_on_one(bench: Bench, name: str) -> None:
    bench.home.take()
    (bench.home.path / "config").mkdir()
    bench.clear()
    assert not bench.home.exists

    state = bench.home.take()
    state.profile, state.account = "sandbox", "444455556666"
    bench.home.write(state)
    (bench.home.path / name).touch()
    with pytest.raises(ToolError, match="a killed run left"):
        bench.clear()


def test_second_run_waits_for_the_first(bench: Bench) -> None:
    state = bench.home.take()
    state.owner = Recorded.of("command", os.getppid())
    bench.home.write(state)
    expected = f"`python -m ops acceptance` is at work already, as process {os.getppid()}"
    with pytest.raises(ToolError, match=expected):
        bench.home.refuse_another()


_APPLY = """
import sys
from pathlib import Path
from ops.emulator import without_aws
from ops.local.deployments import Deployment
from ops.terraform import Terraform
stack = Path(sys.argv[1])
deployment = Deployment(Terraform(sys.argv[2], stack), stack, None, {}, without_aws, 1, 60)
deployment.apply("https://localhost/", lambda done, planned: print(done, flush=True))
"""


def test_terraform_completes_its_state_when_the_command_is_killed(tmp_path: Path) -> None:
    program = fake_terraform(tmp_path / "bin")
    (tmp_path / "bin" / "apply").write_text("slow")
    stack = tmp_path / "run" / "cdktf.out" / "stacks" / "s"
    stack.mkdir(parents=True)
    command = [sys.executable, "-c", _APPLY, str(stack), str(program)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline()
        process.kill()
    state = tmp_path / "run" / "terraform.s.tfstate"
    until(lambda: state.read_text() == "aws_sqs_queue.one\naws_sqs_queue.two")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
