"""The local target: generated, applied by Terraform, listed, and taken away again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modules.catalog import every_target, slack
from modules.errors import ToolError
from modules.settings import Settings, load
from modules.spec.alarms import Route
from modules.spec.system import Monitoring
from ops.local.applies import Tell, followed
from ops.local.aws import Aws, environment
from ops.terraform import Terraform

ENVIRONMENT = "local"
PAGERDUTY_VARIABLE = "TF_VAR_pagerduty_integration_url"
NOBODY = "ops@team.example"
"""The reader of all mail where configuration names none; the emulator sends no mail anyway."""

# Most of the time a queue's provider waits, half a minute each, for AWS to agree with itself.
AT_ONCE = 50

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
    """Generate the target's Terraform below `out`, as `make synth` does; returns its folder of stacks.

    In a process of its own: Ctrl-C would end the Node in which cdktf lives, and Python's end would tell.

    Raises
    ------
    ToolError
        It breaks a rule, or cannot be generated; the text is that of `make synth`.
    """
    told = {"ENV": ENVIRONMENT, "CDKTF_OUTDIR": str(out)}
    result = subprocess.run(
        [sys.executable, "-O", "main.py"],
        cwd=root,
        env=_with_reader(environ) | told,
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
    """A target in the embedded AWS.

    Attributes
    ----------
    stack
        The folder with its Terraform.
    environ
        The variables that point Terraform to the emulator.
    """

    terraform: Terraform
    stack: Path
    aws: Aws
    environ: Mapping[str, str]

    def init(self) -> None:
        """`terraform init`.

        Raises
        ------
        ToolError
            There is no provider.
        """
        with environment(**self.environ):
            self.terraform.init(self.stack)

    def run(self, *arguments: str) -> str:
        """Any Terraform command that needs no progress; returns what it printed.

        Raises
        ------
        ToolError
            It failed; the text is Terraform's.
        """
        with environment(**self.environ):
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
        kinds = [address.split(".")[0] for address in addresses if not address.startswith("data.")]
        return Counter(kind.removeprefix("aws_").replace("_", " ") for kind in kinds)

    def _follow(self, command: str, pagerduty_url: str, tell: Tell) -> None:
        options = ("-auto-approve", "-input=false", "-json", f"-parallelism={AT_ONCE}")
        with (
            environment(**self.environ, **{PAGERDUTY_VARIABLE: pagerduty_url}),
            subprocess.Popen(
                [self.terraform.program, command, *options],
                cwd=self.stack,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            try:
                said = [*followed(process.stdout or (), tell)]
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise ToolError("\n".join((f"terraform {command} failed:", *said)))


def webhook_secrets(monitoring: Monitoring) -> dict[str, str]:
    """The names of the secrets for Slack's webhooks, by channel."""
    channels = {slack.key(route) for route in Route}
    return {secret.key: secret.name for secret in monitoring.secrets if secret.key in channels}


def fill_secrets(aws: Aws, monitoring: Monitoring, webhooks: Mapping[str, str]) -> None:
    """Put the webhooks into their secrets, as a person does in a real account."""
    for channel, name in webhook_secrets(monitoring).items():
        text = json.dumps({"url": webhooks[channel]})
        aws("secretsmanager").put_secret_value(SecretId=name, SecretString=text)
