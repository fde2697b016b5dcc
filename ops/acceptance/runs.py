"""One acceptance run: generate, deploy, check, destroy, report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from modules.errors import ToolError
from modules.resources.stacks import read_stack
from modules.settings import Settings
from modules.spec.system import Monitoring
from modules.synthesis import STACK_FILE
from ops.acceptance import checks, configs
from ops.acceptance.cleanups import Cleanup, begun
from ops.acceptance.estimates import forecast
from ops.acceptance.reports import Report, verdict
from ops.acceptance.sandboxes import Sandbox, account_sandbox, emulated_sandbox
from ops.acceptance.steps import Steps
from ops.local.deployments import generate, words
from ops.local.log_lines import sample_lines
from ops.local.screens import Screen
from ops.local.states import Home, State, undisturbed
from ops.terraform import Terraform

# After that the run is stopped, and what it created is destroyed.
LONGEST_RUN_SECONDS, LONGEST_CLEANUP_SECONDS = 20 * 60, 20 * 60
NOTHING = "https://localhost/"  # the address of PagerDuty, which is not part of the run


def accept(root: Path, home: Home, screen: Screen, profile: str, account: str) -> bool:
    """Run in an account, or without a profile in the embedded AWS; return whether every step passed.

    Raises
    ------
    ToolError
        The profile cannot be used, or a program is missing; nothing was created.
    """
    region = os.environ.get("AWS_REGION", "").strip() or None
    try:
        with ExitStack() as stack:
            if profile:
                sandbox = stack.enter_context(account_sandbox(profile, account, region))
                state = home.take()
            else:
                state = home.take()
                sandbox = stack.enter_context(emulated_sandbox(home, state))
            state.prefix, state.profile = configs.new_prefix(), profile
            state.account, state.region = sandbox.place.number, sandbox.place.region
            home.write(state)
            return Run(root, home, state, sandbox, screen).execute()
    finally:
        if home.exists and not begun(home):
            home.clear()


def clear(root: Path, home: Home, screen: Screen, profile: str, account: str) -> None:
    """Destroy what a killed run left, and remove its folder.

    Raises
    ------
    ToolError
        It is in another account, or something cannot be removed; the folder stays.
    """
    state = home.read()
    if not begun(home) or (state and not state.profile):
        if home.exists:
            home.clear()  # an embedded AWS ends with its process
        return
    if state is None:
        raise ToolError(
            f"{home.path}/state.json cannot be read: run `terraform destroy` in the folder below "
            f"{home.path}/cdktf.out/stacks, then remove {home.path}"
        )
    if state.account != account:
        raise ToolError(
            f"{home.path.name}/ contains what a killed run left in account {state.account}; first run: "
            f"make acceptance PROFILE={state.profile} ACCOUNT={state.account} CLEAN=1"
        )
    with (
        account_sandbox(profile, account, state.region) as sandbox,
        home.working(state),
        screen.counted(f"terraform destroy {state.prefix}") as progress,
    ):
        cleanup = Cleanup(home, state, sandbox, Terraform.found(root))
        try:
            screen.say(f"{state.prefix}: {cleanup.destroy(progress)}")
        except ToolError as error:
            raise CleanupError(str(error)) from error
        for text in cleanup.left():
            screen.say(f"left: {text}")
    home.clear()


class CleanupError(ToolError):
    """Resources of an earlier run cannot be destroyed; the text is Terraform's reason."""


class Run:
    """The steps of a run in an empty home."""

    def __init__(self, root: Path, home: Home, state: State, sandbox: Sandbox, screen: Screen) -> None:
        self._root, self._home, self._state = root, home, state
        self._sandbox, self._screen = sandbox, screen
        self._steps = Steps(screen.say, emulated=sandbox.emulated)
        self._terraform = Terraform.found(root)
        self._cleanup = Cleanup(home, state, sandbox, self._terraform)
        self._planned: tuple[Settings, Monitoring] | None = None
        self._report = Report(state.prefix, datetime.now(UTC))
        self._report.facts |= {
            "account": sandbox.place.number + ", the embedded AWS" * sandbox.emulated,
            "region": sandbox.place.region,
            "commit": commit(root),
        }

    def execute(self) -> bool:
        """Run all steps, destroy in any case, and write the report; return whether every step passed."""
        began = time.monotonic()
        try:
            with limited(LONGEST_RUN_SECONDS):
                self._run()
        finally:
            try:
                with undisturbed(), limited(LONGEST_CLEANUP_SECONDS):
                    self._clean_up()
            finally:
                self._conclude(time.monotonic() - began)
        return self._report.passed

    def _conclude(self, seconds: float) -> None:
        report = self._report
        report.steps, report.passed, report.seconds = self._steps.done, self._steps.passed, seconds
        path = report.write(self._root)
        self._screen.say(f"{verdict(report)}; report: {path.relative_to(self._root)}", "bold")

    def _run(self) -> None:
        steps = self._steps
        deployed = steps.step("generate", self._generate) and steps.step("deploy", self._deploy)
        named = {"metric filters": self._metric_filters, "doctor": self._doctor, "alarms": self._alarms}
        for name, check in named.items():
            if deployed:
                steps.step(name, check)
            else:
                steps.skip(name, "nothing is deployed")

    def _generate(self) -> str:
        folder = self._home.path
        configs.write(
            self._root, folder, self._state.prefix, self._sandbox.place, emulated=self._sandbox.emulated
        )
        self._planned = settings, monitoring = configs.plan(folder)
        self._state.stack = monitoring.stack
        self._home.write(self._state)
        stacks = generate(folder, folder / "cdktf.out", os.environ | {"ENV": settings.environment})
        stack = json.loads((stacks / monitoring.stack / STACK_FILE).read_text("utf-8"))
        expected = forecast(stack, len(monitoring.alarms), emulated=self._sandbox.emulated)
        self._report.facts["estimate"] = str(expected)
        self._screen.say(f"estimate: {expected}", "bold")
        if expected.warning:
            self._screen.say(f"warning: {expected.warning}", "yellow")
        expected.check()
        kinds = Counter(words(item.type) for item in read_stack(stack).resources)
        return f"{kinds.total()} resources: {', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}"

    def _deploy(self) -> str:
        deployment = self._cleanup.deployment
        deployment.init()
        versions = json.loads(deployment.run("version", "-json"))
        self._report.facts["Terraform"] = versions["terraform_version"]
        self._report.facts |= {f"provider {name}": n for name, n in versions["provider_selections"].items()}
        with self._screen.counted("terraform apply") as progress:
            deployment.apply(NOTHING, progress)
        return f"{deployment.kinds().total()} resources created"

    def _metric_filters(self) -> str:
        settings, monitoring = self._known
        return checks.metric_filters(self._sandbox.aws, monitoring, sample_lines(settings.backend.log))

    def _doctor(self) -> str:
        sandbox = self._sandbox
        return checks.after_deploy(sandbox.account, *self._known, sandbox.place, datetime.now(UTC))

    def _alarms(self) -> str:
        reason = f"set by acceptance run {self._state.prefix}"
        detail = checks.alarms(self._sandbox.aws, self._known[1], reason)
        return detail + "; the embedded AWS does not really encrypt" * self._sandbox.emulated

    def _clean_up(self) -> None:
        if not begun(self._home):
            self._steps.skip("destroy", "nothing was created")
            return
        self._report.left = ["not known: run `make acceptance` again with CLEAN=1"]
        with self._screen.counted("terraform destroy") as progress:
            destroyed = self._steps.step("destroy", partial(self._cleanup.destroy, progress))
        self._report.left = self._cleanup.left()
        if destroyed or self._sandbox.emulated:
            self._home.clear()

    @property
    def _known(self) -> tuple[Settings, Monitoring]:
        if self._planned is None:
            raise RuntimeError("nothing is generated yet")
        return self._planned


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Stop the work in this context after some seconds."""

    def stop(*_: object) -> None:
        sys.exit(f"not finished within {seconds // 60} minutes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def commit(root: Path) -> str:
    """The commit of the sources, marked where they are changed; empty outside of a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return result.stdout.strip()
