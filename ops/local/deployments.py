"""The local target: generated, applied by Terraform, listed, and taken away again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from modules.catalog import every_target, slack
from modules.errors import ToolError
from modules.settings import Settings, load
from modules.spec.alarms import Route
from modules.spec.system import Monitoring
from ops.emulator import without_aws
from ops.local.applies import Tell, followed
from ops.local.aws import Clients, Isolate, environment
from ops.local.states import undisturbed
from ops.terraform import Terraform

ENVIRONMENT = "local"
PAGERDUTY_VARIABLE = "TF_VAR_pagerduty_integration_url"
NOBODY = "ops@team.example"
"""The reader of all mail where configuration names none; the emulator sends no mail anyway."""

# Most of the time a queue's provider waits, half a minute each, for AWS to agree with itself.
AT_ONCE = 50
# The apply of a command that was killed may still run; Terraform waits for its lock on the state.
LONGEST_LOCK = "5m"
_PAUSE_SECONDS = 0.05

Plan = tuple[Settings, Monitoring]


def plan(root: Path, environ: Mapping[str, str]) -> Plan:
    """The one target of the local environment.

    Raises
    ------
    ConfigError
        The configuration has mistakes.
    ToolError
        It has several targets.
    """
    plans = every_target(load((ENVIRONMENT,), root / "config", _with_reader(environ)))
    if len(plans) != 1:
        raise ToolError(f"config/{ENVIRONMENT}.yaml: targets: {len(plans)} found; the embedded AWS takes one")
    return plans[0]


def synthesize(root: Path, out: Path, environ: Mapping[str, str]) -> Path:
    """Generate the local target's Terraform below `out`; returns its folder of stacks.

    Raises
    ------
    ToolError
        As `generate`.
    """
    return generate(root, out, _with_reader(environ) | {"ENV": ENVIRONMENT})


def generate(root: Path, out: Path, environ: Mapping[str, str]) -> Path:
    """Generate Terraform below `out`, as `make synth` does; returns its folder of stacks.

    In a process of its own: Ctrl-C would end the Node in which cdktf lives, and Python's end would tell.

    Raises
    ------
    ToolError
        It breaks a rule, or cannot be generated; the text is that of `make synth`.
    """
    result = subprocess.run(
        [sys.executable, "-O", "main.py"],
        cwd=root,
        env=dict(environ) | {"CDKTF_OUTDIR": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ToolError(result.stderr.strip() or f"main.py ended with status {result.returncode}")
    return out / "stacks"


def _with_reader(environ: Mapping[str, str]) -> dict[str, str]:
    return dict(environ) | {"SNS_EMAIL": environ.get("SNS_EMAIL") or NOBODY}


@dataclass(frozen=True)
class Deployment:
    """A target in the embedded AWS, or in an account.

    Attributes
    ----------
    stack
        The folder with its Terraform.
    environ
        The variables that point Terraform to the emulator.
    isolate
        Removes what could point Terraform to another AWS.
    at_once
        How many resources Terraform creates in parallel.
    patience_seconds
        How long an interrupted Terraform may take to finish what it has begun. Without patience it is
        killed, and the resources that it was creating are missing from the state.
    """

    terraform: Terraform
    stack: Path
    aws: Clients
    environ: Mapping[str, str]
    isolate: Isolate = without_aws
    at_once: int = AT_ONCE
    patience_seconds: float = 0

    def init(self) -> None:
        """`terraform init`.

        Raises
        ------
        ToolError
            There is no provider.
        """
        with environment(self.isolate, **self.environ):
            self.terraform.init(self.stack)

    def run(self, *arguments: str) -> str:
        """Any Terraform command that needs no progress; returns what it printed.

        Raises
        ------
        ToolError
            It failed; the text is Terraform's.
        """
        with environment(self.isolate, **self.environ):
            return self.terraform.run(self.stack, *arguments)

    def apply(self, pagerduty_url: str, tell: Tell) -> None:
        """`terraform apply`; tells how many resources are done, of how many.

        Raises
        ------
        ToolError
            It failed; the text is Terraform's.
        """
        self._follow("apply", pagerduty_url, tell)

    def destroy(self, tell: Tell) -> None:
        """`terraform destroy`, likewise; it knows all addresses from its state, so any will do here."""
        self._follow("destroy", "https://localhost/", tell)

    def kinds(self) -> Counter[str]:
        """How many resources of each kind Terraform made."""
        addresses = self.run("state", "list").split()
        return Counter(
            words(address.split(".")[0]) for address in addresses if not address.startswith("data.")
        )

    def _follow(self, command: str, pagerduty_url: str, tell: Tell) -> None:
        options = ("-auto-approve", "-input=false", "-json", f"-parallelism={self.at_once}")
        # To a file, not a pipe: Terraform outlives a command that is killed, and completes its state.
        with (
            environment(self.isolate, **self.environ, **{PAGERDUTY_VARIABLE: pagerduty_url}),
            tempfile.NamedTemporaryFile(dir=self.stack, prefix="terraform-") as output,
            open(output.name, "ab") as written,
            subprocess.Popen(
                [self.terraform.program, command, *options, f"-lock-timeout={LONGEST_LOCK}"],
                cwd=self.stack,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=bool(self.patience_seconds),
            ) as process,
        ):
            try:
                said = [*followed(_lines(output, process), tell)]
            except BaseException:
                self._stop(process)
                raise
        if process.returncode:
            raise ToolError("\n".join((f"terraform {command} failed:", *said)))

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        """Interrupt Terraform once: a second interrupt would make it give up its state."""
        if self.patience_seconds:
            process.send_signal(signal.SIGINT)
            with undisturbed(), suppress(subprocess.TimeoutExpired):
                process.wait(self.patience_seconds)
        process.kill()


def _lines(output: IO[bytes], process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Lines of a growing file, until the process that writes it has ended."""
    rest, ended = b"", False
    while not ended:
        ended = process.poll() is not None
        *whole, rest = (rest + output.read()).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole)
        if not ended:
            time.sleep(_PAUSE_SECONDS)
    if rest:
        yield rest.decode("utf-8", "replace")


def words(kind: str) -> str:
    """A type of resource as people read it: `sqs queue`."""
    return kind.removeprefix("aws_").replace("_", " ")


def webhook_secrets(monitoring: Monitoring) -> dict[str, str]:
    """The names of the secrets for Slack's webhooks, by channel."""
    channels = {slack.key(route) for route in Route}
    return {secret.key: secret.name for secret in monitoring.secrets if secret.key in channels}


def fill_secrets(aws: Clients, monitoring: Monitoring, webhooks: Mapping[str, str]) -> None:
    """Put the webhooks into their secrets, as a person does in a real account."""
    for channel, name in webhook_secrets(monitoring).items():
        text = json.dumps({"url": webhooks[channel]})
        aws("secretsmanager").put_secret_value(SecretId=name, SecretString=text)
